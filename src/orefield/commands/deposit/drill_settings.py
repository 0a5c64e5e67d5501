"""The section ``[plan]``: what is to be made known, where holes may go, what may be spent."""

from __future__ import annotations

from typing import cast, get_args

import numpy as np

from orefield.commands.deposit.drill_records import (
    HolesSettings,
    Kind,
    Objective,
    Offered,
    Period,
    PlanSettings,
    Region,
    SpacingSettings,
)
from orefield.commands.deposit.settings import DepositSettings
from orefield.core import ModelError
from orefield.core.numbers import positive, whole
from orefield.core.sections import Section
from orefield.deposit.drilling import Access, Limits, Polygon
from orefield.deposit.job.lists import numbers_of, one_of


def plan_settings(settings: DepositSettings, section: Section) -> PlanSettings:
    """Read ``[plan]``; the caller asks for the model's keys and then for ``done``.

    Raises
    ------
    ModelError
        When neither holes nor a spacing study are asked for, or a value cannot be.
    """
    mean = one_of(section, "mean", ("unknown", "known"), "unknown")
    spacing = section.section("spacing")
    wanted = section.has("candidates", "limits", "objective")
    if not (wanted or spacing):
        raise ModelError(
            "nothing is to be planned", where=section.where,
            fix="describe holes ([plan.candidates], [plan.limits]) or a [plan.spacing] study",
        )  # fmt: skip
    return PlanSettings(
        variogram=section.text("variogram", ""),
        known_mean=mean == "known",
        discretisation=_counts(section, "discretisation")
        if section.has("discretisation")
        else None,
        max_samples=whole(section, "max_samples", 1, 3000),
        holes=_holes(settings, section) if wanted else None,
        spacing=_spacing(spacing) if spacing else None,
    )


def _holes(settings: DepositSettings, section: Section) -> HolesSettings:
    objective = section.section("objective")
    region, access = section.section("region"), section.section("access")
    covariance = one_of(section, "covariance", ("variogram", "realisations"), "variogram")
    return HolesSettings(
        objective=_objective(objective) if objective else Objective("metal"),
        region=_region(region) if region else Region(),
        offered=_offered(settings, section.inner("candidates")),
        access=_access(access) if access else Access(),
        limits=_limits(section.inner("limits")),
        sweeps=whole(section, "exchange_sweeps", 0, 2),
        bound_steps=whole(section, "bound_steps", 1, 15),
        ensemble=covariance == "realisations",
        localise=positive(section, "localise_ranges", 2.0),
    )


def _objective(section: Section) -> Objective:
    kind = cast(Kind, one_of(section, "kind", get_args(Kind), "metal"))
    out = Objective(kind)
    if kind == "metal":
        cutoff = section.number_or_none("cutoff")
        out = Objective(
            kind, cutoff=cutoff, band=positive(section, "band", 0.0) if cutoff is not None else 0.0
        )
    elif kind == "classes":
        out = Objective(
            kind,
            panel=_counts(section, "panel"),
            standard_errors=_positives(section, "standard_errors"),
            relative_errors=_positives(section, "relative_errors"),
            confidence=_share(section, "confidence", 0.9),
        )
        if bool(out.standard_errors) == bool(out.relative_errors):
            raise ModelError(
                "thresholds are not clear", where=section.where,
                fix="give standard_errors or relative_errors, one of them",
            )  # fmt: skip
    else:
        out = Objective(
            kind,
            fields=section.names("fields"),
            period=section.text("period", ""),
            years=whole(section, "years", 1, 5),
            blocks=section.text("blocks", ""),
        )
        if bool(out.fields) == bool(out.period):
            raise ModelError(
                "the mill's feed is not clear", where=section.where,
                fix="name 'fields' of tonnes, one a year, or the field of the 'period'",
            )  # fmt: skip
    section.done()
    return out


def _region(section: Section) -> Region:
    box = _numbers(section, "box")
    if box and len(box) != 6:
        raise ModelError(
            f"'box' has {len(box)} numbers", where=section.where,
            fix="give [east, north, elevation, east, north, elevation]: least, then greatest",
        )  # fmt: skip
    polygon = None
    if section.has("polygon"):
        polygon = _polygon(section.pairs("polygon"), f"{section.where}: polygon")
    name = section.text("field", "")
    words = section.names("of")
    section.done()
    if bool(name) != bool(words):
        raise ModelError("give both 'field' and 'of'", where=section.where)
    return Region(box or None, polygon, name, words)


def _offered(settings: DepositSettings, section: Section) -> Offered:
    file = section.text("file", "")
    if file:
        sample = section.number_or_none("sample_m")
        section.done()
        return Offered(settings.file(file), (0.0, 0.0), 0.0, (), (), (), sample, None)
    spacing = _numbers(section, "spacing_m")
    if len(spacing) not in (1, 2):
        raise ModelError(
            "collars have no spacing", where=section.where, fix="give spacing_m = [east, north]"
        )
    out = Offered(
        None,
        (spacing[0], spacing[-1]),
        section.number("margin_m", 0.0),
        _numbers(section, "azimuths_deg") or (0.0,),
        _numbers(section, "dips_deg") or (90.0,),
        _numbers(section, "lengths_m"),
        section.number_or_none("sample_m"),
        section.number_or_none("elevation_m"),
    )
    if not out.lengths_m:
        raise ModelError(
            "holes have no length", where=section.where, fix="give lengths_m = [200, ...]"
        )
    section.done()
    return out


def _access(section: Section) -> Access:
    out = section.build(
        Access,
        allowed=_polygons(section, "allowed"),
        forbidden=_polygons(section, "forbidden"),
        least_distance_m=section.number("least_distance_m", 0.0),
        most_length_m=section.number("most_length_m", np.inf),
    )
    section.done()
    return out


def _limits(section: Section) -> Limits:
    out = section.build(
        Limits,
        metres=section.number("metres", np.inf),
        budget=section.number("budget", np.inf),
        holes=whole(section, "holes", 1, 2**31),
        per_m=section.number("cost_per_m", 0.0),
        per_hole=section.number("cost_per_hole", 0.0),
        between_m=section.number("between_m", 0.0),
    )
    section.done()
    return out


def _spacing(section: Section) -> SpacingSettings:
    spacings = section.pairs("spacings_m")
    if not spacings or not all(np.isfinite(s) and s > 0 for pair in spacings for s in pair):
        raise ModelError(
            f"'spacings_m' is {[list(s) for s in spacings]}", where=section.where,
            fix="give pairs of metres above zero: [[25, 25], [50, 50]]",
        )  # fmt: skip
    density = section.number_or_none("density_t_m3")
    out = SpacingSettings(
        spacings_m=spacings,
        sample_m=section.number_or_none("sample_m"),
        periods=tuple(Period(name, _panel(section, name, density)) for name in ("quarter", "year")),
        within=positive(section, "within", 0.15),
        confidence=_share(section, "confidence", 0.9),
        variation=section.number_or_none("coefficient_of_variation"),
        margin_m=section.number("margin_m", 0.0),
        ore_variogram=section.text("ore_variogram", ""),
        proportion=_share(section, "ore_proportion", 0.5),
        cost_per_m=section.number_or_none("cost_per_m"),
        density_t_m3=density,
    )
    if out.variation is not None and not out.variation > 0:
        raise ModelError("the coefficient of variation is not positive", where=section.where)
    section.done()
    return out


def _panel(section: Section, name: str, density: float | None) -> tuple[float, float, float]:
    """What a period mines (m): given, or a square panel of its tonnes on a bench."""
    given = _numbers(section, f"{name}_m")
    if given:
        if len(given) != 3 or not all(np.isfinite(v) and v > 0 for v in given):
            raise ModelError(
                f"'{name}_m' is {list(given)}", where=section.where, fix="three metres above zero"
            )
        section.has(f"{name}_t", "bench_m")
        return (given[0], given[1], given[2])
    tonnes, bench = section.number(f"{name}_t"), section.number("bench_m")
    if density is None or not min(tonnes, bench, density) > 0:
        raise ModelError(
            f"what a {name} mines is not known", where=section.where,
            fix=f"give {name}_m = [x, y, z], or {name}_t with bench_m and density_t_m3",
        )  # fmt: skip
    side = float(np.sqrt(tonnes / (bench * density)))
    return (side, side, bench)


def _polygons(section: Section, key: str) -> tuple[Polygon, ...]:
    rows = section.take(key, [], (list, tuple), "a list of polygons")
    out = []
    for i, row in enumerate(rows):
        where = f"{section.where}: {key} {i + 1}"
        pairs = Section({"polygon": row}, where).pairs("polygon")
        out.append(_polygon(pairs, where))
    return tuple(out)


def _polygon(pairs: tuple[tuple[float, float], ...], where: str) -> Polygon:
    return Polygon(np.array(pairs, dtype=np.float64).reshape(-1, 2), where)


def _share(section: Section, key: str, default: float) -> float:
    value = section.number(key, default)
    if not 0.0 < value < 1.0:
        raise ModelError(f"'{key}' is {value:g}", where=section.where, fix="between 0 and 1")
    return value


def _numbers(section: Section, key: str) -> tuple[float, ...]:
    out = numbers_of(section, key)
    if not np.isfinite(out).all():
        raise ModelError(f"'{key}' is {list(out)}", where=section.where, fix="give finite numbers")
    return out


def _positives(section: Section, key: str) -> tuple[float, ...]:
    out = _numbers(section, key)
    if out and min(out) <= 0:
        raise ModelError(f"'{key}' is {list(out)}", where=section.where, fix="above zero")
    return out


def _counts(section: Section, key: str) -> tuple[int, int, int]:
    rows = section.take(key, [1, 1, 1], (list, tuple), "three whole numbers")
    if len(rows) != 3 or not all(
        isinstance(v, int) and not isinstance(v, bool) and v > 0 for v in rows
    ):
        raise ModelError(f"'{key}' is {rows!r}", where=section.where, fix="three, from 1 up")
    return (rows[0], rows[1], rows[2])
