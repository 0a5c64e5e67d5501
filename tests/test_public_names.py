"""Every public name exists and is documented."""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent / "src"
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "orefield").rglob("*.py")
)


def _public(module: ModuleType) -> list[tuple[str, Any]]:
    return [(name, getattr(module, name, None)) for name in getattr(module, "__all__", ())]


@pytest.mark.parametrize("name", MODULES)
def test_modules_are_documented(name: str) -> None:
    module = importlib.import_module(name)
    source = Path(module.__file__ or "").read_text(encoding="utf-8")
    assert inspect.getdoc(module) or not source.strip(), f"{name} says nothing of itself"


@pytest.mark.parametrize("module", MODULES)
def test_public_names_exist(module: str) -> None:
    loaded = importlib.import_module(module)
    named = list(getattr(loaded, "__all__", ()))
    assert [n for n in named if not hasattr(loaded, n)] == []
    assert len(named) == len(set(named))


@pytest.mark.parametrize("module", MODULES)
def test_public_names_are_documented(module: str) -> None:
    loaded = importlib.import_module(module)
    bare = [name for name, thing in _public(loaded) if not _is_documented(loaded, name, thing)]
    assert bare == []


@pytest.mark.parametrize("module", MODULES)
def test_public_methods_are_documented(module: str) -> None:
    bare = []
    for name, thing in _public(importlib.import_module(module)):
        for attribute, value in vars(thing).items() if inspect.isclass(thing) else ():
            target = getattr(value, "__func__", getattr(value, "fget", value))
            if not attribute.startswith("_") and inspect.isfunction(target):
                bare += [] if inspect.getdoc(target) else [f"{name}.{attribute}"]
    assert bare == []


def _is_documented(module: ModuleType, name: str, thing: Any) -> bool:
    if inspect.isclass(thing):
        text = thing.__dict__.get("__doc__") or ""
        # a signature is what dataclasses write themselves
        return bool(text) and not text.startswith(f"{thing.__name__}(")
    if inspect.ismodule(thing) or callable(thing):
        return bool(inspect.getdoc(thing))
    return name.startswith("__") or _constant_is_documented(module, name)


def _constant_is_documented(package: ModuleType, name: str) -> bool:
    """Whether a string stands right below the constant, in whichever module defines it."""
    folder = Path(package.__file__ or "").parent
    files = [*folder.glob("*.py"), *(ROOT / "orefield" / "core").glob("*.py")]
    return any(_below(path, name) for path in files)


def _below(path: Path, name: str) -> bool:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    for node, following in itertools.pairwise(body):
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AnnAssign)
            else []
        )
        if any(isinstance(t, ast.Name) and t.id == name for t in targets):
            return (
                isinstance(following, ast.Expr)
                and isinstance(following.value, ast.Constant)
                and isinstance(following.value.value, str)
            )
    return False
