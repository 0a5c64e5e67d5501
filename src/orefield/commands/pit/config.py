"""The file that describes a pit: sections of TOML to validated settings."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from orefield.commands.pit.slopes import SlopeSettings, read_slopes, whole_number
from orefield.core import ModelError, TableError
from orefield.core.model_files.keys import refuse_unknown
from orefield.core.model_files.options import ModelOptions, options_from_dict
from orefield.pit.phasing import WorkingRoom
from orefield.pit.valuation import FieldValuation, GradeValuation, Valuation
from orefield.pit.worth import Calendar, Usage, economy_from_dict, usages_from_list
from orefield.pit.worth.sections import Section

_SECTIONS = (
    "model", "slopes", "economy", "limit", "capacity", "shells", "phases", "schedule", "output",
)  # fmt: skip
_VALUE_KEYS = ("value_field", "value_fields", "revenue_fields", "cost_fields")
_MOST_SHELLS = 1000
_BLOCK_FILES = ("parquet", "csv", "vtk")
_SURFACE_FILES = ("vtk", "obj", "stl")


@dataclass(frozen=True)
class Phasing:
    """``[phases]``: how many, how large, with how much room; or a planner's own field.

    ``given`` says whether the file has the section at all.
    """

    given: bool
    count: int
    targets_t: tuple[float, ...]
    by: str
    smallest_t: float
    largest_t: float
    final_factor: float | None
    room: WorkingRoom
    keep_limit: bool
    lag: int | None
    own_field: str
    repair: bool


@dataclass(frozen=True)
class Scheduling:
    """``[schedule]``: where, in what units, how long to search."""

    within: str
    gap: float
    seconds: float
    seed: int
    cells: tuple[int, int] | None
    by_phase: bool


@dataclass(frozen=True)
class PitConfig:
    """A whole file of settings.

    Attributes
    ----------
    path : Path
    model : ModelOptions
    slopes : SlopeSettings
    valuation : Valuation
    usages : tuple of Usage
        Limits on resources.
    rock_cap_t, ore_cap_t : float
        Of a period, for tables of shells and the choice of phases; infinite where not given.
    factors : tuple of float
        Revenue factors of the shells.
    phasing : Phasing
    scheduling : Scheduling
    block_files, surface_files : tuple of str
        Endings of the files written.
    """

    path: Path
    model: ModelOptions
    slopes: SlopeSettings
    valuation: Valuation
    usages: tuple[Usage, ...]
    rock_cap_t: float
    ore_cap_t: float
    factors: tuple[float, ...]
    phasing: Phasing
    scheduling: Scheduling
    block_files: tuple[str, ...]
    surface_files: tuple[str, ...]


def read_config(path: Path | str) -> PitConfig:
    """Read and check the settings of a pit.

    Raises
    ------
    TableError
        When the file is missing or no TOML.
    ModelError
        For an unknown key (the nearest is named), a missing one, or a value out of range.
    UnitError
        For an unknown unit of a price or grade.
    """
    file = Path(path)
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(
            f"settings cannot be read: {error}", where=str(file), fix="give a TOML file"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise TableError(
            f"settings are no TOML: {error}", where=str(file), fix="see docs/pit.md for an example"
        ) from error
    try:
        return _settings(values, file)
    except OverflowError:
        raise ModelError(
            "a number has more digits than any quantity", where=str(file), fix="look for a slip"
        ) from None


def _settings(values: Mapping[str, Any], file: Path) -> PitConfig:
    refuse_unknown(values, _SECTIONS, str(file))
    if "economy" not in values:
        raise ModelError(
            "section [economy] is missing",
            where=str(file),
            fix='describe it, or name a field with values: value_field = "..."',
        )
    top = Section(values, str(file))
    rock_cap, ore_cap = _capacity(_part(top, "capacity"))
    return PitConfig(
        path=file,
        model=options_from_dict(_plain(values.get("model", {}), f"{file}, [model]")),
        slopes=read_slopes(_part(top, "slopes")),
        valuation=_valuation(values["economy"], f"{file}, [economy]"),
        usages=_usages(values.get("limit", []), f"{file}, [[limit]]"),
        rock_cap_t=rock_cap,
        ore_cap_t=ore_cap,
        factors=_factors(_part(top, "shells")),
        phasing=_phasing(_part(top, "phases"), "phases" in values),
        scheduling=_scheduling(_part(top, "schedule")),
        **_outputs(_part(top, "output")),
    )


def _part(top: Section, name: str) -> Section:
    found = top.section(name)
    return Section({}, f"{top.where}, [{name}]") if found is None else found


def _plain(values: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise ModelError(f"{values!r} is no table", where=where)
    return values


def _positive(section: Section, key: str, default: float) -> float:
    value = section.number(key, default)
    if not value > 0:
        raise ModelError(f"'{key}' is {value:g}", where=section.where, fix="give more than zero")
    return value


def _valuation(values: Any, where: str) -> Valuation:
    table = _plain(values, where)
    if not any(key in table for key in _VALUE_KEYS):
        return GradeValuation(economy_from_dict(table, where))
    section = Section(table, where)
    value = {k: str(v) for k, v in _texts(section, "value_fields").items()}
    if section.has("value_field"):
        value["mined"] = section.text("value_field")
    cost, revenue = _texts(section, "cost_fields"), _texts(section, "revenue_fields")
    names = tuple(dict.fromkeys((*value, *revenue, *cost)))
    ore = section.names("ore") or tuple(n for n in names if n not in ("dump", "waste"))
    years = (1.0,) * whole_number(section, "periods", 1, 1)
    calendar = Calendar(years, section.number("discount_rate", 0.0), _timing(section))
    section.done()
    return section.build(
        FieldValuation, revenue=revenue, cost=cost, value=value, ore=ore, calendar=calendar
    )


def _timing(section: Section) -> Any:
    return section.text("timing", "end")


def _texts(section: Section, key: str) -> dict[str, str]:
    if not section.has(key):
        return {}
    inner = section.inner(key)
    return {name: inner.text(name) for name in inner.keys_asked()}


def _usages(values: Any, where: str) -> tuple[Usage, ...]:
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise ModelError(f"{values!r} is no list of tables", where=where, fix="write [[limit]]")
    return usages_from_list(values, where)


def _capacity(section: Section) -> tuple[float, float]:
    out = _positive(section, "rock_t", np.inf), _positive(section, "ore_t", np.inf)
    section.done()
    return out


def _factors(section: Section) -> tuple[float, ...]:
    low, high = section.number("from", 0.3), section.number("to", 1.0)
    step = _positive(section, "step", 0.02)
    if section.has("revenue_factors"):
        found = section.deck("revenue_factors").values
        if section.has("from", "to", "step"):
            raise ModelError(
                "both a list and a range of revenue factors are given", where=section.where
            )
    else:
        if not (0 < low <= high and np.isfinite([high, step]).all()):
            raise ModelError(
                f"revenue factors from {low:g} to {high:g}",
                where=section.where,
                fix="rise from above zero",
            )
        count = int((high - low) / step + 1e-9) + 1
        found = tuple(round(low + i * step, 9) for i in range(min(count, _MOST_SHELLS + 1)))
    if len(found) > _MOST_SHELLS:
        raise ModelError(f"more than {_MOST_SHELLS} shells", where=section.where, fix="fewer steps")
    section.done()
    return found


def _phasing(section: Section, given: bool) -> Phasing:
    targets = section.deck("targets_t").values if section.has("targets_t") else ()
    if targets and section.has("count"):
        raise ModelError("both 'count' and 'targets_t' are given", where=section.where)
    by = section.text("by", "tonnes")
    if by not in ("tonnes", "value"):
        raise ModelError(f"phases by '{by}'", where=section.where, fix='"tonnes" or "value"')
    if targets and by == "value":
        raise ModelError("targets are of tonnes", where=section.where, fix='by = "tonnes"')
    room = section.build(
        WorkingRoom,
        mining_m=section.number("mining_width_m", 0.0),
        bottom_m=section.number("bottom_width_m", 0.0),
        ramp_m=section.number("ramp_width_m", 0.0),
        smallest_m2=section.number("smallest_part_m2", 0.0),
        shape=section.text("element", "square"),
    )
    out = Phasing(
        given=given,
        count=whole_number(section, "count", len(targets) or 4, 1),
        targets_t=targets,
        by=by,
        smallest_t=section.number("smallest_t", 0.0),
        largest_t=section.number("largest_t", np.inf),
        final_factor=section.number_or_none("final_factor"),
        room=room,
        keep_limit=section.flag("keep_limit"),
        lag=whole_number(section, "lag", 0, 0) if section.has("lag") else None,
        own_field=section.text("field", ""),
        repair=section.flag("repair"),
    )
    section.done()
    return out


def _scheduling(section: Section) -> Scheduling:
    within = section.text("within", "limit")
    if within not in ("limit", "phases"):
        raise ModelError(
            f"a schedule within '{within}'", where=section.where, fix='"limit" or "phases"'
        )
    cells = None
    if section.has("cells"):
        given = section.deck("cells").values
        if len(given) != 2 or not all(v in range(10**6) for v in given):
            raise ModelError(
                f"cells of {given} blocks", where=section.where, fix="cells = [2, 2]; 0 is all"
            )
        cells = (int(given[0]), int(given[1]))
    gap = section.number("gap", 0.01)
    if not 0 <= gap < 1:
        raise ModelError(f"'gap' is {gap:g}", where=section.where, fix="give a fraction, e.g. 0.01")
    out = Scheduling(
        within=within,
        gap=gap,
        seconds=_positive(section, "seconds", 300.0),
        seed=whole_number(section, "seed", 0, 0),
        cells=cells,
        by_phase=section.flag("by_phase"),
    )
    if out.by_phase and out.within != "phases":
        raise ModelError("units by phase need phases", where=section.where, fix='within = "phases"')
    section.done()
    return out


def _outputs(section: Section) -> dict[str, tuple[str, ...]]:
    out = {}
    for name, key, known in (
        ("block_files", "blocks", _BLOCK_FILES),
        ("surface_files", "surfaces", _SURFACE_FILES),
    ):
        given = section.names(key) if section.has(key) else known[:1]
        for each in given:
            if each not in known:
                raise ModelError(
                    f"'{each}' is no kind of file",
                    where=f"{section.where}, {key}",
                    fix=", ".join(known),
                )
        out[name] = given
    section.done()
    return out
