"""How far samples and readings say anything, where the settings do not tell: longest ranges."""

from __future__ import annotations

from collections.abc import Iterable

from orefield.commands.deposit.settings import DepositSettings
from orefield.core import ModelError
from orefield.deposit.job.estimate_settings import EstimateSettings, estimate_settings
from orefield.deposit.job.variogram_settings import FILE, variograms_of
from orefield.deposit.orientation import Ellipsoid
from orefield.deposit.variogram import Structure, Variogram


def estimates_of(settings: DepositSettings, value: str, domain: str = "") -> list[EstimateSettings]:
    """How a value was estimated, in a domain or (empty) anywhere; may be none."""
    found = estimate_settings(settings) if settings.has("estimate") else []
    return [
        e for e in found if e.field == value and (not domain or not e.domain or domain in e.domain)
    ]


def known_variograms(settings: DepositSettings) -> dict[str, Variogram]:
    """Variograms by name, described or fitted; empty where there is none."""
    there = settings.has("variogram") or (settings.folder / FILE).is_file()
    return variograms_of(settings) if there else {}


def longest_ranges(variogram: Variogram, times: float = 1.0) -> Ellipsoid:
    """The ellipsoid of the structure that reaches furthest.

    Raises
    ------
    ModelError
        For a variogram that is all nugget: no sample tells anything of another place.
    """
    if not variogram.structures:
        raise ModelError("the variogram is all nugget: no hole tells anything of a block",
                         fix="give it a structure")  # fmt: skip
    found = max(variogram.structures, key=_furthest)
    a, b, c = (times * r for r in found.ranges_m)
    return Ellipsoid((a, b, c), found.rotation)


def reach_of_samples(settings: DepositSettings, value: str) -> tuple[Ellipsoid | None, str]:
    """The ellipsoid about a block beyond which no sample tells of it, and where it is from.

    That of the longest structure of the variograms that the value was estimated with, or of its
    own; else the first search's. ``None`` where there is neither.
    """
    made = estimates_of(settings, value)
    models = known_variograms(settings)
    for names in ((n for e in made for n in (e.variogram, *e.indicator_variograms)), (value,)):
        name = _longest(models, names)
        if name:
            return longest_ranges(models[name]), f"longest ranges of variogram '{name}'"
    for one in made:
        return one.searches[0].ellipsoid, "first search of [[estimate]]"
    return None, ""


def _longest(models: dict[str, Variogram], names: Iterable[str]) -> str:
    """Which of some models, where they are there, reaches furthest; empty for none."""
    found = [n for n in names if n in models and models[n].structures]
    return max(found, key=lambda n: max(map(_furthest, models[n].structures)), default="")


def _furthest(structure: Structure) -> float:
    return max(structure.ranges_m) * structure.reach
