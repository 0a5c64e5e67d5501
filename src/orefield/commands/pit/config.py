"""The file that describes a pit: sections of TOML to validated settings."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from orefield.commands.pit.phase_settings import Phasing, read_phases
from orefield.commands.pit.risk_settings import RiskSettings, read_risk
from orefield.commands.pit.schedule_settings import Scheduling, read_schedule
from orefield.commands.pit.slopes import SlopeSettings, read_slopes
from orefield.commands.pit.value_settings import read_valuation
from orefield.commands.pit.wish_settings import FeedWishes, read_feed_wishes
from orefield.core import ModelError, TableError
from orefield.core.model_files import BLOCK_FILES, refuse_unwritable
from orefield.core.model_files.keys import refuse_unknown
from orefield.core.model_files.options import ModelOptions, options_from_dict
from orefield.core.numbers import positive
from orefield.pit.valuation import Valuation
from orefield.pit.worth import Usage, usages_from_list
from orefield.pit.worth.sections import Section

_SECTIONS = (
    "model", "slopes", "economy", "limit", "capacity", "shells", "phases", "schedule", "blend",
    "feed", "stockpile", "risk", "output",
)  # fmt: skip
_MOST_SHELLS = 1000
_SURFACE_FILES = ("vtk", "obj", "stl")


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
    wishes : FeedWishes
        What is asked of feed: blends, targets, stockpiles.
    risk : RiskSettings
        Realisations, and what is to be delivered over them.
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
    wishes: FeedWishes
    risk: RiskSettings
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
    valuation = read_valuation(
        _plain(values["economy"], f"{file}, [economy]"), f"{file}, [economy]"
    )
    usages = _usages(values.get("limit", []), f"{file}, [[limit]]")
    return PitConfig(
        path=file,
        model=options_from_dict(_plain(values.get("model", {}), f"{file}, [model]")),
        slopes=read_slopes(_part(top, "slopes")),
        valuation=valuation,
        usages=usages,
        rock_cap_t=rock_cap,
        ore_cap_t=ore_cap,
        factors=_factors(_part(top, "shells")),
        phasing=read_phases(_part(top, "phases"), "phases" in values),
        scheduling=read_schedule(_part(top, "schedule")),
        wishes=read_feed_wishes(values, valuation, usages, str(file)),
        risk=read_risk(top.section("risk")),
        **_outputs(_part(top, "output")),
    )


def _part(top: Section, name: str) -> Section:
    found = top.section(name)
    return Section({}, f"{top.where}, [{name}]") if found is None else found


def _plain(values: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise ModelError(f"{values!r} is no table", where=where)
    return values


def _usages(values: Any, where: str) -> tuple[Usage, ...]:
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise ModelError(f"{values!r} is no list of tables", where=where, fix="write [[limit]]")
    return usages_from_list(values, where)


def _capacity(section: Section) -> tuple[float, float]:
    out = positive(section, "rock_t", np.inf), positive(section, "ore_t", np.inf)
    section.done()
    return out


def _factors(section: Section) -> tuple[float, ...]:
    low, high = section.number("from", 0.3), section.number("to", 1.0)
    step = positive(section, "step", 0.02)
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


def _outputs(section: Section) -> dict[str, tuple[str, ...]]:
    out = {}
    for name, key, known in (
        ("block_files", "blocks", BLOCK_FILES),
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
    for kind in out["block_files"]:
        refuse_unwritable(f"blocks.{kind}")
    section.done()
    return out
