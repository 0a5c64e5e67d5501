"""A table that describes a search: ranges, angles, counts."""

from __future__ import annotations

from orefield.core import ModelError
from orefield.core.numbers import whole, whole_or_none
from orefield.core.sections import Section, is_real
from orefield.deposit.estimation import Search
from orefield.deposit.orientation import Ellipsoid, Rotation


def triple(section: Section, key: str) -> tuple[float, float, float]:
    """Three numbers.

    Raises
    ------
    ModelError
        When the key is missing or holds something else.
    """
    row = section.take(key, [], (list, tuple), "three numbers")
    if len(row) != 3 or not all(map(is_real, row)):
        raise ModelError(f"'{key}' is {row!r}", where=section.where, fix="give three numbers")
    return (float(row[0]), float(row[1]), float(row[2]))


def rotation_of(section: Section, before: Rotation | None = None) -> Rotation:
    """``azimuth_deg``, ``dip_deg`` and ``rake_deg``; where absent those of ``before``, if given.

    Along x, y and z without it.

    Raises
    ------
    ModelError
        For angles that cannot be.
    """
    usual = before or Rotation()
    return section.build(
        Rotation,
        azimuth_deg=section.number("azimuth_deg", usual.azimuth_deg),
        dip_deg=section.number("dip_deg", usual.dip_deg),
        rake_deg=section.number("rake_deg", usual.rake_deg),
    )


def search_of(section: Section, before: Search | None = None) -> Search:
    """A search: ``ranges_m``, angles, ``min_samples``, ``max_samples``, ``max_per_hole``,
    ``max_per_octant``, ``min_octants``, ``min_holes``.

    Parameters
    ----------
    section : Section
        With nothing else than a search.
    before : Search, optional
        The pass before: ``times`` widens its ranges, and what is absent is as there.

    Raises
    ------
    ModelError
        For unknown keys, or a search that cannot be.
    """
    if section.has("times"):
        if before is None or section.has("ranges_m"):
            raise ModelError(
                "'times' widens the pass before", where=section.where, fix="give ranges_m"
            )
        times = section.number("times")
        ranges = tuple(times * r for r in before.ellipsoid.ranges_m)
    else:
        ranges = triple(section, "ranges_m")
    rotation = rotation_of(section, before.ellipsoid.rotation if before else None)
    given = {
        "max_samples": whole(section, "max_samples", 1, before.max_samples if before else 24),
        "min_samples": whole(section, "min_samples", 1, before.min_samples if before else 1),
        "min_octants": whole(section, "min_octants", 1, before.min_octants if before else 1),
        "min_holes": whole(section, "min_holes", 1, before.min_holes if before else 1),
        "max_per_hole": whole_or_none(section, "max_per_hole", 1),
        "max_per_octant": whole_or_none(section, "max_per_octant", 1),
    }
    if before is not None:
        for key in ("max_per_hole", "max_per_octant"):
            if given[key] is None:
                given[key] = getattr(before, key)
    section.done()
    ellipsoid = section.build(Ellipsoid, ranges_m=ranges, rotation=rotation)
    return section.build(Search, ellipsoid=ellipsoid, **given)


def searches_of(section: Section) -> tuple[Search, ...]:
    """The passes of ``[[...search]]``, or of one ``[...search]``.

    Raises
    ------
    ModelError
        When there is none, or one that cannot be.
    """
    rows = [section.inner("search")] if section.is_table("search") else section.sections("search")
    out: list[Search] = []
    for row in rows:
        out.append(search_of(row, out[-1] if out else None))
    if not out:
        raise ModelError(
            "there is no search", where=section.where, fix="add [[estimate.search]] with ranges_m"
        )
    return tuple(out)
