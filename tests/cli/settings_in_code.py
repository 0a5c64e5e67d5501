"""Keys of settings that the code of a deposit asks for, found by reading the code."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import orefield

SOURCE = Path(orefield.__file__).parent
_ASKING = {
    "text", "number", "number_or_none", "flag", "names", "numbers", "pairs", "inner", "section",
    "sections", "take", "has", "is_table",
}  # fmt: skip
_WHOLE_FILE = {"settings", "self"}
"""Names of what holds sections, not keys."""


@dataclass(frozen=True)
class Helper:
    """A function that is given a key, or several, by place."""

    place: int
    several: bool


@dataclass
class Found:
    """What the code asks for.

    Attributes
    ----------
    keys : dict of str to set of str
        By key, the modules.
    unsolved : dict of (str, str) to str
        Expressions that are no key in the text, by function and expression; the module.
    """

    keys: dict[str, set[str]] = field(default_factory=dict)
    unsolved: dict[tuple[str, str], str] = field(default_factory=dict)


@cache
def trees() -> dict[str, ast.Module]:
    """Modules of a deposit that read sections, wherever they lie, by their dotted name."""
    out = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        if "deposit" not in parts and path.name != "numbers.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if _reads_sections(tree):
            out[".".join(parts)] = tree
    return out


@cache
def function(name: str) -> Any:
    """The function of that name, from the one module of a deposit that defines it."""
    homes = [
        module for module, tree in trees().items()
        if any(isinstance(n, ast.FunctionDef) and n.name == name for n in tree.body)
    ]  # fmt: skip
    assert len(homes) == 1, f"{name} is in {homes}"
    return getattr(importlib.import_module(homes[0]), name)


def keys_asked() -> Found:
    """Every key in the text of the code."""
    out = Found()
    for module, tree in trees().items():
        for inside, call in _calls(tree):
            for key in _key_arguments(module, call):
                _solve(out, module, inside, key)
    return out


def _reads_sections(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".sections"):
            if any(alias.name == "Section" for alias in node.names):
                return True
        elif isinstance(node, ast.Attribute) and node.attr in ("section_or_empty", "sections"):
            return True
    return False


def _calls(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, ast.Call]]:
    for outer in ast.walk(tree):
        if isinstance(outer, ast.FunctionDef):
            for node in ast.walk(outer):
                if isinstance(node, ast.Call):
                    yield outer, node


def _key_arguments(module: str, call: ast.Call) -> list[tuple[ast.expr, bool]]:
    """Arguments that are a key, or a list of keys."""
    of = call.func
    if isinstance(of, ast.Attribute):
        holder = of.value
        if isinstance(holder, ast.Attribute):
            holder = ast.Name(holder.attr)
        if of.attr not in _ASKING or (isinstance(holder, ast.Name) and holder.id in _WHOLE_FILE):
            return []
        return [(a, False) for a in (call.args if of.attr == "has" else call.args[:1])]
    if isinstance(of, ast.Name):
        return [
            (call.args[helper.place], helper.several)
            for helper in helpers().get(of.id, {}).get(module, ())
            if helper.place < len(call.args)
        ]
    return []


@cache
def helpers() -> dict[str, dict[str, tuple[Helper, ...]]]:
    """By name, then by the module that can call it: where a function is given keys."""
    out: dict[str, dict[str, tuple[Helper, ...]]] = {}
    known: dict[tuple[str, str], set[Helper]] = {}
    while True:
        before = {k: set(v) for k, v in known.items()}
        for module, tree in trees().items():
            for inside in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
                names = [a.arg for a in inside.args.args]
                for call in (n for n in ast.walk(inside) if isinstance(n, ast.Call)):
                    for key, several in _through(module, call, known):
                        for name, listed in _parameters(inside, key, several):
                            if name in names:
                                helper = Helper(names.index(name), listed)
                                known.setdefault((module, inside.name), set()).add(helper)
        if known == before:
            break
    for (home, name), found in known.items():
        callers = [home] if name.startswith("_") else list(trees())
        for caller in callers:
            out.setdefault(name, {})[caller] = tuple(found)
    return out


def _through(
    module: str, call: ast.Call, known: dict[tuple[str, str], set[Helper]]
) -> list[tuple[ast.expr, bool]]:
    if isinstance(call.func, ast.Name):
        name = call.func.id
        homes = [h for (h, n), _ in known.items() if n == name and h in (module, *_public(name))]
        return [
            (call.args[h.place], h.several)
            for home in homes
            for h in known[home, name]
            if h.place < len(call.args)
        ]
    return _key_arguments(module, call) if isinstance(call.func, ast.Attribute) else []


def _public(name: str) -> list[str]:
    return [] if name.startswith("_") else list(trees())


def _parameters(
    inside: ast.FunctionDef, key: ast.expr, several: bool
) -> Iterator[tuple[str, bool]]:
    """Names that a key may come from: itself, or the list that a loop goes through."""
    if isinstance(key, ast.Starred):
        yield from _parameters(inside, key.value, True)
    elif isinstance(key, ast.Name):
        loops = list(_loops(inside, key.id))
        if not loops:
            yield key.id, several
        for through in loops:
            if isinstance(through, ast.Name):
                yield through.id, True


def _loops(inside: ast.FunctionDef, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(inside):
        if (
            isinstance(node, (ast.For, ast.comprehension))
            and isinstance(node.target, ast.Name)
            and node.target.id == name
        ):
            yield node.iter


def _solve(
    out: Found, module: str, inside: ast.FunctionDef, argument: tuple[ast.expr, bool]
) -> None:
    key, several = argument
    found = _strings(importlib.import_module(module), module, inside, key, several)
    if found is None:
        out.unsolved[inside.name, ast.unparse(key)] = module
        return
    for one in found:
        out.keys.setdefault(one, set()).add(module)


def _strings(
    home: ModuleType, module: str, inside: ast.FunctionDef, key: ast.expr, several: bool
) -> set[str] | None:
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        return {key.value}
    if isinstance(key, (ast.Tuple, ast.List)) and several:
        parts = [_strings(home, module, inside, one, False) for one in key.elts]
        return None if None in parts else set().union(*(p for p in parts if p is not None))
    if isinstance(key, ast.Call) and isinstance(key.func, ast.Attribute):
        # names that people choose
        return set() if key.func.attr in ("keys_asked", "names") else None
    if not isinstance(key, ast.Name):
        return None
    own = helpers().get(inside.name, {}).get(module, ())
    names = [a.arg for a in inside.args.args]
    if key.id in names and any(h.place == names.index(key.id) for h in own):
        return set()  # told by those who call
    loops = list(_loops(inside, key.id))
    if loops:
        parts = [_strings(home, module, inside, one, True) for one in loops]
        return None if None in parts else set().union(*(p for p in parts if p is not None))
    value = getattr(home, key.id, None)
    listed = isinstance(value, (tuple, list, dict)) and all(isinstance(v, str) for v in value)
    return set(value) if several and listed and value is not None else None
