"""The page of settings of ``orefield deposit`` and the code say the same, section by section."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from doc_pages import blocks, page
from settings_in_code import keys_asked
from settings_page_cases import FILES, OF_ONE_METHOD, OTHER_WAYS
from settings_page_readers import READERS, Asked, asked_in, read_text, read_values, table_of

from orefield.core import BlockModel, Grid, OrefieldError
from orefield.core.sections import REQUIRED
from orefield.datasets import registry
from orefield.deposit import Rotation
from orefield.deposit.checks.tolerances import Tolerances
from orefield.deposit.classification.classes import ResourceClass
from orefield.deposit.drillholes.finding_kinds import KINDS
from orefield.deposit.drillholes.runs import CompositeRules
from orefield.deposit.estimation.estimates import STATUS
from orefield.deposit.estimation.fields import ALWAYS, FIELDS
from orefield.deposit.job.settings import SECTIONS

PAGE = page("deposit-settings")
TOML = [body for _, body in blocks("deposit-settings", "toml")]
ALL_TOML = [
    *TOML, OTHER_WAYS,
    *(f"[{name}]\n{text}" for name, texts in OF_ONE_METHOD.items() for text in texts),
]  # fmt: skip
ROW = re.compile(r"^\|(.*)\|$")
QUOTED = re.compile(r"`([^`]+)`")

LOOPED = {
    ("_tolerances", "f.name"): {f.name for f in fields(Tolerances)},
    ("_rules", "c.label"): {c.label for c in ResourceClass if c},
    ("_panel", "f'{name}_m'"): {"quarter_m", "year_m"},
    ("_panel", "f'{name}_t'"): {"quarter_t", "year_t"},
    ("_lags", "edges"): {"lag_edges_m", "down_hole_lag_edges_m"},
    ("_lags", "count"): {"lags", "down_hole_lags"},
    ("_lags", "tolerance"): {"lag_tolerance_m", "down_hole_lag_tolerance_m"},
    ("_lags", "spacing"): {"lag_m", "down_hole_lag_m"},
    ("simulate_settings", "*(() if of_categories else ('value',))"): {"value"},
    # names of values, not keys: [simulate.upper.cu_pct]
    ("simulate_settings", "values"): set(),
    ("_tails", "value"): set(),
}
"""Keys that the code makes while it runs, by function and expression."""

IN_WORDS = {
    "folder": "at the top of the file, in the general rules",
    "column": "of a value: { column = 'CU', unit = 'ppm' }",
    "default": "of densities, a name among those of domains",
}
"""Keys that stand in the text of the page, not in a table of theirs."""

REFUSED_LATER = {
    "[statistics.contact] is read without 'inside'",
    "[statistics.contact] is read without 'outside'",
}
"""Refused when samples are looked at, not when the settings are read."""

PEOPLE_CHOOSE = {"check.also_units", "classify.also_units", "plan.also_units"}
"""Tables whose keys are names of values; those of which the code lists the keys are found."""


@dataclass
class Row:
    """A row of one of the page's tables of keys."""

    default: str
    meaning: str
    keys: tuple[str, ...]


def _documented() -> dict[str, dict[str, Row]]:
    """By table of the settings, the keys that the page lists."""
    out: dict[str, dict[str, Row]] = {}
    tables: list[str] = []
    for line in PAGE.splitlines():
        row = ROW.match(line)
        if row is None:
            tables = []
            continue
        cells = [c.strip() for c in row.group(1).split(" | ")]
        heads = [q.strip("[]") for q in QUOTED.findall(cells[0]) if q.startswith("[")]
        if cells[1:2] == ["default"]:
            tables = heads
        elif tables and not cells[0].startswith("-"):
            assert len(cells) == 3, line
            for name in tables:
                keys = tuple(QUOTED.findall(cells[0]))
                for key in keys:
                    known = out.setdefault(name, {})
                    assert key not in known, f"{key} of {name} is listed twice"
                    known[key] = Row(cells[1], cells[2], keys)
    return out


DOCUMENTED = _documented()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files that settings name: drill holes, a wireframe, an estimate, variograms."""
    out = tmp_path_factory.mktemp("page")
    for name, text in FILES.items():
        (out / name).write_text(text, encoding="utf-8")
    # as the command leaves them: the page's own models
    models = next(t for t in TOML if t.startswith("[[variogram]]"))
    (out / "variograms.toml").write_text(models, encoding="utf-8")
    grid = Grid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), (4, 3, 2))
    some = np.arange(grid.n) % 5
    model = BlockModel(
        grid,
        {"cu_pct": some / 5.0, "cu_pct_pass": (some > 0).astype(np.int8),
         "domain": np.where(some > 2, "ore", "waste")},
    )  # fmt: skip
    (out / "results").mkdir()
    model.to_parquet(out / "results" / "estimate.parquet")
    return out


@pytest.fixture(scope="module")
def asked(folder: Path) -> Asked:
    """What readers ask for in all that the page shows, and in what it does not."""
    return asked_in(folder, ALL_TOML)


# -- the page against the code ----------------------------------------------------------


def test_every_section_is_described() -> None:
    headings = re.findall(r"^## `\[+(\w+)\]+`$", PAGE, re.MULTILINE)
    assert sorted(headings) == sorted(SECTIONS) == sorted(READERS)
    shown = {name for text in TOML for name in tomllib.loads(text)}
    assert shown == set(SECTIONS)


@pytest.mark.parametrize("text", TOML, ids=lambda t: t.split("\n", 1)[0].strip("[]"))
def test_every_example_is_read(text: str, folder: Path) -> None:
    assert read_text(folder, text).values


@pytest.mark.parametrize("text", TOML, ids=lambda t: t.split("\n", 1)[0].strip("[]"))
def test_a_misspelt_key_of_an_example_is_refused(text: str, folder: Path) -> None:
    line = next(s for s in text.splitlines() if re.match(r"\w+ = ", s))
    key = line.split(" ", 1)[0]
    with pytest.raises(OrefieldError):
        read_text(folder, text.replace(line, line.replace(key, f"{key}x", 1), 1))


def test_keys_in_the_code_are_in_the_page() -> None:
    found = keys_asked()
    assert set(found.unsolved) == set(LOOPED), "keys made while running: list them in LOOPED"
    known = set(found.keys).union(*LOOPED.values())
    listed = {key for keys in DOCUMENTED.values() for key in keys} | set(IN_WORDS)
    assert sorted(known - listed) == []
    assert sorted(listed - known) == []
    assert not [key for key in IN_WORDS if f"`{key}`" not in PAGE and f"{key} =" not in PAGE]


def test_each_table_has_the_keys_that_its_reader_asks_for(asked: Asked) -> None:
    chosen = asked.chosen | PEOPLE_CHOOSE
    wrong = []
    for table, keys in asked.keys.items():
        # corners of a polygon, or a value's { column, unit }, which the text tells of
        if table in chosen or table == "" or ": " in table or ".values." in table:
            continue
        lacking = set(keys) - set(DOCUMENTED.get(table, ()))
        wrong += [f"the page lacks '{key}' of [{table}]" for key in sorted(lacking)]
    for table, rows in DOCUMENTED.items():
        spare = set(rows) - set(asked.keys.get(table, ()))
        wrong += [f"nobody asks for '{key}' of [{table}]" for key in sorted(spare)]
    assert not wrong, "\n".join(wrong)


def test_defaults_are_those_of_the_code(asked: Asked) -> None:
    wrong = []
    for table, rows in DOCUMENTED.items():
        for key, row in rows.items():
            defaults = asked.keys.get(table, {}).get(key, [])
            plain = [d for d in defaults if isinstance(d, (bool, int, float)) or d]
            plain = [d for d in plain if d is not REQUIRED and d != math.inf]
            told = QUOTED.fullmatch(row.default)
            if told and plain and not any(_same(told.group(1), d) for d in plain):
                wrong.append(f"[{table}] {key}: {row.default}, the code has {plain}")
    for rule in fields(CompositeRules):
        told = QUOTED.fullmatch(DOCUMENTED["composite"][rule.name].default)
        if told and not _same(told.group(1), rule.default):
            wrong.append(f"[composite] {rule.name}: {told.group(1)}, the code has {rule.default}")
    assert not wrong, "\n".join(wrong)


def test_what_is_required_is(folder: Path) -> None:
    needed = {
        (table, row.keys)
        for table, rows in DOCUMENTED.items() for row in rows.values()
        if row.default == "required"
    }  # fmt: skip
    tried, wrong = set(), []
    for text in ALL_TOML:
        for table, key, values in _with_one_key_less(tomllib.loads(text)):
            row = DOCUMENTED.get(table, {}).get(key)
            if row is None or (table, row.keys) not in needed:
                continue
            tried.add((table, row.keys))
            try:
                read_values(folder, values)
            except OrefieldError:
                continue
            wrong.append(f"[{table}] is read without '{key}'")
    assert not [text for text in wrong if text not in REFUSED_LATER], "\n".join(wrong)
    assert tried == needed


def _with_one_key_less(
    values: dict[str, Any], table: str = ""
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Table, key, and all values but that of the key."""
    for key, value in values.items():
        inner = f"{table}.{key}" if table else key
        if table:
            yield table_of(f"[{table}]"), key, {k: v for k, v in values.items() if k != key}
        for i, part in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(part, dict):
                for where, gone, rest in _with_one_key_less(part, inner):
                    whole = [*value[:i], rest, *value[i + 1 :]] if isinstance(value, list) else rest
                    yield where, gone, {**values, key: whole}


def _same(told: str, default: object) -> bool:
    found = tomllib.loads(f"x = {told}")["x"]
    if isinstance(found, bool) or isinstance(default, bool):
        return found is default
    return bool(found == (list(default) if isinstance(default, tuple) else default))


# -- what the page says of files and angles ---------------------------------------------


def test_fields_of_an_estimate_are_named() -> None:
    for ending in (*FIELDS, *ALWAYS):
        assert f"`FIELD_{ending}`" in PAGE, ending
    for code, words in enumerate(STATUS):
        assert re.search(rf"\b{code} {re.escape(words.replace(';', ','))}", PAGE), words
    for resource_class in ResourceClass:
        assert f"{int(resource_class)} {resource_class.label}" in PAGE


def test_kinds_of_findings_are_those_of_the_code() -> None:
    told = re.findall(r"^\| `(\w+)` \| (error|warning|note) \| (.*?) \|(.*)\|$", PAGE, re.MULTILINE)
    assert [row[0] for row in told] == list(KINDS)
    for name, severity, what, allowed in told:
        kind = KINDS[name]
        assert (severity, what) == (kind.severity, kind.what), name
        assert kind.drop in allowed
        assert ("`warn`" in allowed) == kind.warn, name
        assert ("`drop`" in allowed) == (kind.severity == "error" and bool(kind.drop)), name


def test_tolerances_are_those_of_the_code() -> None:
    for name, row in DOCUMENTED["check.tolerance"].items():
        value = getattr(Tolerances(), name)
        if math.isnan(value):
            assert row.default == "not judged"
        else:
            assert value in [float(v) for v in row.default.split(", ")], name


def test_the_data_set_file_is_one() -> None:
    named = re.findall(r"data:([a-z]\w*)/([\w.]+)", PAGE)
    assert named
    for dataset, name in named:
        assert name in [Path(f.file).name for f in registry()[dataset]]


def test_angles_in_gslib_are_as_the_page_says() -> None:
    # setrot of GSLIB (Deutsch and Journel, 1998), from memory: three angles to three axes
    for azimuth, dip, rake in ((90, 0, 0), (30, 20, 0), (130, -35, 50), (300, 65, -110)):
        ang1, ang2, ang3 = azimuth, -dip, -rake
        a, b, t = np.radians([90.0 - ang1, -ang2, ang3])
        rows = np.array([
            [np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), -np.sin(b)],
            [-np.cos(t) * np.sin(a) + np.sin(t) * np.sin(b) * np.cos(a),
             np.cos(t) * np.cos(a) + np.sin(t) * np.sin(b) * np.sin(a), np.sin(t) * np.cos(b)],
            [np.sin(t) * np.sin(a) + np.cos(t) * np.sin(b) * np.cos(a),
             -np.sin(t) * np.cos(a) + np.cos(t) * np.sin(b) * np.sin(a), np.cos(t) * np.cos(b)],
        ])  # fmt: skip
        ours = Rotation(azimuth, dip, rake).axes()
        # an axis has no direction
        np.testing.assert_allclose(np.abs((rows * ours).sum(axis=1)), 1.0, atol=1e-12)
