"""Slopes: as settings give them, and turned into patterns for a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core import BlockModel, ModelError
from orefield.core.model_files.topography import rock_of
from orefield.core.numbers import whole
from orefield.pit.phasing import slope_with_ramps
from orefield.pit.phasing.precedence import Slopes
from orefield.pit.slopes import SlopePattern, slope_domains, slope_pattern
from orefield.pit.worth.sections import Section

_TEST_BENCHES = 24


Angles = float | Mapping[float, float]
"""A slope (degrees), or slopes by azimuth."""


@dataclass(frozen=True)
class SlopeSettings:
    """``[slopes]``: overall angles, one or by azimuth, everywhere or by domain.

    ``domains`` holds the codes of each domain and its angles; ``angle_deg`` is for blocks
    of no domain listed, ``None`` where there may be none.
    """

    angle_deg: Angles | None
    domain_field: str
    domains: tuple[tuple[tuple[str, ...], Angles], ...]
    tolerance_deg: float
    max_benches: int


def read_slopes(section: Section) -> SlopeSettings:
    """Settings of a section ``[slopes]``.

    Raises
    ------
    ModelError
        For keys that are unknown or contradict each other, and domains without codes or
        angles.
    """
    name = section.text("domain_field", "")
    domains = tuple((d.names("codes"), _domain_angle(d)) for d in section.sections("domain"))
    if bool(name) != bool(domains):
        raise ModelError(
            "slope domains need both a field and their codes",
            where=section.where,
            fix='domain_field = "rock", and [[slopes.domain]] codes = [...], overall_deg = ...',
        )
    codes = [code for listed, _ in domains for code in listed]
    for code in codes:
        if codes.count(code) > 1:
            raise ModelError(f"code '{code}' is in two domains", where=section.where)
    angle = _angle(section)
    out = SlopeSettings(
        45.0 if angle is None and not domains else angle,
        name,
        domains,
        section.number("tolerance_deg", 1.0),
        whole(section, "max_benches", 1, default=9),
    )
    section.done()
    return out


def _domain_angle(section: Section) -> Angles:
    angle = _angle(section)
    if angle is None or not section.names("codes"):
        raise ModelError(
            "a slope domain lacks its codes or its angle",
            where=section.where,
            fix='give codes = ["..."] and overall_deg, by_azimuth or inter_ramp_deg',
        )
    section.done()
    return angle


def _angle(section: Section) -> Angles | None:
    given = [k for k in ("overall_deg", "by_azimuth", "inter_ramp_deg") if section.has(k)]
    if len(given) > 1:
        raise ModelError(f"both '{given[0]}' and '{given[1]}' are given", where=section.where)
    if given == ["overall_deg"]:
        return section.number("overall_deg")
    if given == ["by_azimuth"]:
        return _azimuths(section.numbers("by_azimuth"), section.where)
    if not given:
        return None
    return slope_with_ramps(
        section.number("inter_ramp_deg"),
        wall_height_m=section.number("wall_height_m"),
        ramp_m=section.number("ramp_m"),
        crossings=section.number("crossings", 1.0),
    )


def _azimuths(table: Mapping[str, float], where: str) -> dict[float, float]:
    try:
        return {float(azimuth): angle for azimuth, angle in table.items()}
    except ValueError:
        raise ModelError(
            f"an azimuth is no number: {', '.join(table)}",
            where=f"{where}, by_azimuth",
            fix='write by_azimuth = { "0" = 40, "180" = 45 }',
        ) from None


def slopes_of(model: BlockModel, settings: SlopeSettings) -> Slopes:
    """Patterns of a model's slopes, one or one a domain.

    Air takes the domain of the rock below it: chains of precedence run through it.

    Raises
    ------
    ModelError
        When a rock block is of no domain listed and there is no angle for the others, or
        an angle is out of range.
    """
    benches = settings.max_benches
    test = max(_TEST_BENCHES, benches)
    if not settings.domains:
        angle = 45.0 if settings.angle_deg is None else settings.angle_deg
        return slope_pattern(
            model.grid, angle, tolerance_deg=settings.tolerance_deg, max_benches=benches,
            test_benches=test,
        )  # fmt: skip
    number = _numbers(model, settings)
    angles: dict[object, Angles] = dict(enumerate(angle for _, angle in settings.domains))
    if settings.angle_deg is not None:
        angles[len(angles)] = settings.angle_deg
    return slope_domains(
        model.grid, number, angles, tolerance_deg=settings.tolerance_deg, max_benches=benches,
        test_benches=test,
    )  # fmt: skip


def _numbers(model: BlockModel, settings: SlopeSettings) -> NDArray[np.int64]:
    """Place of each block's domain in the list, shape (n,)."""
    label = words(model[settings.domain_field], "[slopes] domain_field")
    number = np.full(model.grid.n, -1)
    for place, (codes, _) in enumerate(settings.domains):
        number[np.isin(label, codes)] = place
    others = len(settings.domains)
    rock = rock_of(model)
    lost = np.flatnonzero(rock & (number < 0))
    if lost.size and settings.angle_deg is None:
        raise ModelError(
            f"domain '{label[lost[0]]}' has no slope angle",
            where=f"block {int(lost[0])}, field '{settings.domain_field}'",
            fix="list it in [[slopes.domain]], or give overall_deg in [slopes] for all others",
        )
    number[rock & (number < 0)] = others
    nx, ny, nz = model.grid.shape
    benches, solid = number.reshape(nz, ny * nx), rock.reshape(nz, ny * nx)
    below = np.zeros(ny * nx, np.int64)
    for z in range(nz):
        below = np.where(solid[z], benches[z], below)
        benches[z] = below
    return number


def words(values: NDArray[np.generic], where: str) -> NDArray[np.str_]:
    """Codes as text; whole numbers without a decimal point.

    Raises
    ------
    ModelError
        When numbers are not whole.
    """
    if values.dtype.kind in "fiu":
        numbers = np.asarray(values, dtype=np.float64)
        if not (numbers == np.rint(numbers)).all():
            raise ModelError("codes are not whole numbers", where=where)
        return numbers.astype(np.int64).astype(np.str_)
    return np.asarray(values, dtype=np.str_)


def fit(slopes: Slopes) -> dict[str, float]:
    """How the patterns keep to the slopes: their size, and the worst of each measure."""
    patterns = (slopes,) if isinstance(slopes, SlopePattern) else slopes.patterns
    return {
        "domains": len(patterns),
        "offsets": max(len(p.offsets) for p in patterns),
        "benches": max(p.benches for p in patterns),
        "too_steep_deg": max(p.too_steep_deg for p in patterns),
        "too_flat_deg": max(p.too_flat_deg for p in patterns),
    }
