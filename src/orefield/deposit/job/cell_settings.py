"""Keys of a section that say how cells of a file are read, shared by samples and logs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orefield.core import ModelError
from orefield.core.sections import Section, is_real
from orefield.core.tables import plain_number
from orefield.deposit.drillholes.cells import CellRules


def cell_rules(section: Section, before: CellRules | None = None) -> CellRules:
    """``missing``, ``below_detection``, ``above_limit``, ``negative``, ``decimal``.

    What the section does not say is as ``before``.

    Raises
    ------
    ModelError
        For a word that is no rule, or a code that is neither number nor word.
    """
    rules = before or CellRules()
    codes = section.take(
        "missing", rules.missing, (list, tuple, str, int, float), "a list of codes"
    )
    listed = codes if isinstance(codes, (list, tuple)) else [codes]
    if not all(is_real(c) or isinstance(c, str) for c in listed):
        raise ModelError(
            "'missing' holds something else than numbers and words", where=section.where
        )
    words: dict[str, Any] = {
        "below": section.text("below_detection", rules.below),
        "above": section.text("above_limit", rules.above),
        "negative": section.text("negative", rules.negative),
        "decimal": section.text("decimal", rules.decimal),
    }
    return section.build(CellRules, missing=tuple(map(_code, listed)), **words)


def columns_and_units(section: Section, key: str) -> tuple[dict[str, str], dict[str, str]]:
    """A table ``name = "COLUMN"`` or ``name = { column = "COLUMN", unit = "ppm" }``.

    Returns
    -------
    columns, units : dict of str to str
        Column of each name, and the unit where one is given.
    """
    table = section.section(key)
    if table is None:
        return {}, {}
    columns: dict[str, str] = {}
    units: dict[str, str] = {}
    for name in table.keys_asked():
        if table.is_table(name):
            inner = table.inner(name)
            columns[name], unit = inner.text("column"), inner.text("unit", "")
            inner.done()
            if unit:
                units[name] = unit
        else:
            columns[name] = table.text(name)
    return columns, units


def words_of(section: Section, key: str) -> dict[str, str]:
    """A table of words; empty where absent."""
    table = section.section(key)
    return {} if table is None else {name: table.text(name) for name in table.keys_asked()}


def source_words(section: Section) -> Mapping[str, str]:
    """``separator`` and ``encoding`` of a CSV."""
    return {
        "separator": section.text("separator", ""),
        "encoding": section.text("encoding", "utf-8-sig"),
    }


def _code(value: float | str) -> float | str:
    if not isinstance(value, str):
        return float(value)
    try:
        return plain_number(value)
    except ValueError:
        return value
