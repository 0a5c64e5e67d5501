"""The readers of every section of the settings of ``orefield deposit``, and what they ask for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from settings_in_code import function

from orefield.core.sections import Section
from orefield.deposit.job.settings import DepositSettings, read_settings


@dataclass
class Asked:
    """Keys that readers asked for, by table, with their defaults."""

    keys: dict[str, dict[str, list[object]]] = field(default_factory=dict)
    chosen: set[str] = field(default_factory=set)

    def note(self, where: str, key: str, default: object) -> None:
        """A key was asked for."""
        self.keys.setdefault(table_of(where), {}).setdefault(key, []).append(default)


def table_of(where: str) -> str:
    """``[estimate] 'cu_pct'.search 1`` of a file as ``estimate.search``."""
    name = re.sub(r" (?:'[^']*'|\d+)", "", where[where.find("[") :] if "[" in where else "")
    name = name.replace("[", "").replace("]", "")
    name = re.sub(r"^(classify\.\w+)\.(?:measured|indicated|inferred)$", r"\1.CLASS", name)
    return re.sub(r"^(simulate\.(?:lower|upper))\.\w+$", r"\1", name)


def _model(reads: str) -> Callable[[DepositSettings, str], None]:
    """A reader of what names the estimated model, and then of the rest of the section."""

    def reader(settings: DepositSettings, name: str) -> None:
        section = settings.section(name)
        function("read_resource_model")(settings, section)
        function(reads)(section)

    return reader


def _plan(settings: DepositSettings, name: str) -> None:
    section = settings.section(name)
    function("plan_settings")(settings, section)
    function("read_resource_model")(settings, section)
    section.done()


def _whole(name: str) -> Callable[[DepositSettings, str], None]:
    return lambda settings, _: function(name)(settings)


READERS: Mapping[str, Callable[[DepositSettings, str], None]] = {
    "holes": _whole("holes_of"),
    "domains": _whole("domains_of"),
    "composite": _whole("composite_settings"),
    "samples": _whole("samples_of"),
    "statistics": _whole("statistics_settings"),
    "experimental": _whole("experimental_settings"),
    "variogram": _whole("variograms_of"),
    "grid": _whole("read_grid"),
    "estimate": _whole("estimate_settings"),
    "simulate": _whole("simulate_settings"),
    "check": _model("check_settings"),
    "classify": _model("classify_settings"),
    "statement": _whole("statement_settings"),
    "plan": _plan,
    "update": _whole("update_settings"),
    "output": _whole("block_files"),
}


def read_text(folder: Path, text: str) -> DepositSettings:
    """Settings of a text, every section of which is read."""
    path = folder / "deposit.toml"
    path.write_text(text, encoding="utf-8")
    return read_values(folder, read_settings(path).values)


def read_values(folder: Path, values: Mapping[str, Any]) -> DepositSettings:
    """Settings of values, every section of which is read; files are found in the folder."""
    settings = DepositSettings(
        folder / "deposit.toml", folder / "results", values, lambda name: folder / Path(name).name
    )
    for name in values:
        READERS[name](settings, name)
    return settings


def asked_in(folder: Path, texts: Iterable[str]) -> Asked:
    """What readers ask for in settings."""
    out = Asked()
    take, has, keys, numbers = Section.take, Section.has, Section.keys_asked, Section.numbers

    def noted_take(self: Section, key: str, default: object, types: Any, what: str) -> Any:
        out.note(self.where, key, default)
        return take(self, key, default, types, what)

    def noted_has(self: Section, *names: str) -> bool:
        for name in names:
            out.note(self.where, name, None)
        return has(self, *names)

    def noted_keys(self: Section) -> tuple[str, ...]:
        out.chosen.add(table_of(self.where))
        return keys(self)

    def noted_numbers(self: Section, key: str) -> dict[str, float]:
        out.chosen.add(table_of(f"{self.where}.{key}"))
        return numbers(self, key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Section, "take", noted_take)
        patch.setattr(Section, "has", noted_has)
        patch.setattr(Section, "keys_asked", noted_keys)
        patch.setattr(Section, "numbers", noted_numbers)
        for text in texts:
            read_text(folder, text)
    return out
