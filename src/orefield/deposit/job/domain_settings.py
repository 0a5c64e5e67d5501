"""The ``[domains]`` section: solids, polygons, or a column of what was logged."""

from __future__ import annotations

from typing import Any

import numpy as np

from orefield.core import ModelError
from orefield.core.sections import Section
from orefield.deposit.domains import Domains, LoggedDomain, Polygon
from orefield.deposit.drillholes.log_units import length_scale
from orefield.deposit.job.search_settings import rotation_of, triple
from orefield.deposit.job.settings import DepositSettings
from orefield.deposit.orientation import Ellipsoid
from orefield.deposit.wireframe import Wireframe


def domains_of(settings: DepositSettings) -> Domains | None:
    """Domains of ``[domains]``; ``None`` where the settings have no such section.

    Raises
    ------
    ModelError
        For unknown keys, open wireframes, polygons that cannot be, or an empty section.
    TableError
        For wireframes that cannot be read.
    """
    if not settings.has("domains"):
        return None
    section = settings.section("domains")
    bodies: list[tuple[str, Wireframe | Polygon]] = []
    for row in section.sections("solid"):
        file = settings.file(row.text("file"))
        unit = row.text("unit", "m")
        holes: Any = row.text("open", "refuse")
        weld = row.number("weld_m", 0.0)
        name = row.text("name")
        row.done()
        solid = row.build(Wireframe.read, path=file, unit=unit, holes=holes, weld_m=weld)
        bodies.append((name, solid))
    for row in section.sections("polygon"):
        corners = np.array(row.pairs("points"), dtype=np.float64).reshape(-1, 2)
        scale = length_scale(row.text("unit", "m"))
        name = row.text("name")
        row.done()
        bodies.append((name, row.build(Polygon, corners_m=corners * scale)))
    logged = _logged(section)
    default, code = section.text("default", ""), section.text("name", "domain")
    step = section.number("step_m", 1.0)
    nearest = _nearest(section)
    section.done()
    if not bodies and logged is None and nearest is None:
        raise ModelError(
            "no domain is told", where=section.where, fix="add solids, polygons or a column"
        )
    return section.build(
        Domains, bodies=tuple(bodies), logged=logged, default=default, name=code, step_m=step,
        nearest=nearest,
    )  # fmt: skip


def _nearest(section: Section) -> Ellipsoid | None:
    inner = section.section("nearest")
    if inner is None:
        return None
    out = inner.build(Ellipsoid, ranges_m=triple(inner, "ranges_m"), rotation=rotation_of(inner))
    inner.done()
    return out


def _logged(section: Section) -> LoggedDomain | None:
    inner = section.section("logged")
    if inner is None:
        return None
    column = inner.text("column")
    names = inner.section("names")
    listed = {} if names is None else {name: names.names(name) for name in names.keys_asked()}
    inner.done()
    return LoggedDomain(column, listed)
