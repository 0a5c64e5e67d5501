"""The section ``[update]``: realisations, readings, sensors, and how far a reading reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from orefield.commands.deposit.reach import known_variograms, longest_ranges
from orefield.commands.deposit.settings import DepositSettings
from orefield.core import ModelError, TableError
from orefield.core.numbers import positive, whole
from orefield.core.sections import Section
from orefield.core.tables import read_rows
from orefield.deposit.classification.grade_units import mass_fraction, unit_of
from orefield.deposit.job.search_settings import rotation_of, triple
from orefield.deposit.orientation import Ellipsoid
from orefield.deposit.updating import (
    USUAL_CROWDING,
    USUAL_RANGES,
    FilterOptions,
    Limits,
    Sensor,
)

_SENSOR_KEYS = ("noise_relative", "noise", "bias", "bias_sd")


@dataclass(frozen=True, eq=False)
class UpdateSettings:
    """What ``[update]`` says.

    Attributes
    ----------
    value, unit : str
        Variable of the realisations, and its unit.
    realisations : Path
        Before any reading.
    observations, mixtures : tuple of Path
        Readings, and the blocks that they are of.
    sensors : mapping of str to Sensor
    ellipsoid : Ellipsoid
        Beyond it a reading says nothing.
    reach_from : str
        Where the ellipsoid is from, for people.
    lowest, highest : float
        Limits of grades.
    options : FilterOptions
    as_of : datetime64, or None
        No reading is later.
    restart : bool
        Begin again from the realisations, whatever was taken in before.
    """

    value: str
    unit: str
    realisations: Path
    observations: tuple[Path, ...]
    mixtures: tuple[Path, ...]
    sensors: Mapping[str, Sensor]
    ellipsoid: Ellipsoid
    reach_from: str
    lowest: float
    highest: float
    options: FilterOptions
    as_of: np.datetime64 | None
    restart: bool


def update_settings(settings: DepositSettings) -> UpdateSettings:
    """Read ``[update]``.

    Raises
    ------
    ModelError
        For a key that is missing, unknown or out of range, or a sensor that cannot be.
    TableError
        When a file is missing or broken.
    """
    section = settings.section("update", "name realisations, observations and sensors")
    value = section.text("value")
    unit = section.text("unit", "") or section.build(unit_of, value=value)
    fraction = section.build(mass_fraction, unit=unit)
    given = section.text("realisations", "")
    realisations = settings.file(given) if given else settings.folder / "realisations.parquet"
    lowest = section.number("lowest", 0.0)
    highest = section.number("highest", 1.0 / fraction)
    if not lowest < highest:
        raise ModelError(
            f"grades from {lowest:g} to {highest:g}", where=section.where, fix="lowest < highest"
        )
    told = section.is_table("localisation")
    ellipsoid, reach_from = _ellipsoid(settings, section, value)
    out = UpdateSettings(
        value=value,
        unit=unit,
        realisations=realisations,
        observations=_files(settings, section, "observations"),
        mixtures=_files(settings, section, "mixtures"),
        sensors=_sensors(settings, section),
        ellipsoid=ellipsoid,
        reach_from=reach_from,
        lowest=lowest,
        highest=highest,
        options=_options(section, lowest, highest, told=told),
        as_of=_moment(section, "as_of"),
        restart=section.flag("restart"),
    )
    section.done()
    return out


def _files(settings: DepositSettings, section: Section, key: str) -> tuple[Path, ...]:
    """Files named one by one, or by a pattern, in the order of their names."""
    out: list[Path] = []
    for name in section.names(key):
        if any(c in name for c in "*?["):
            found = sorted(settings.path.parent.glob(name))
            if not found:
                raise TableError(f"no file is called '{name}'", where=section.where)
            out += found
        else:
            out.append(settings.file(name))
    if not out:
        raise ModelError(f"'{key}' is missing", where=section.where, fix="name one CSV, or several")
    return tuple(dict.fromkeys(out))


def _sensors(settings: DepositSettings, section: Section) -> dict[str, Sensor]:
    out: dict[str, Sensor] = {}
    if section.is_table("sensor") or not section.has("sensors"):
        for inner in section.sections("sensor"):
            name = inner.text("name")
            numbers = {key: inner.number(key, 0.0) for key in _SENSOR_KEYS}
            inner.done()
            if name in out:
                raise ModelError(f"two sensors are called '{name}'", where=inner.where)
            out[name] = inner.build(Sensor, name=name, **numbers)
    else:
        path = settings.file(section.text("sensors"))
        for row in read_rows(path, ("name",), _SENSOR_KEYS, key="name"):
            numbers = {key: row.number(key, 0.0) or 0.0 for key in _SENSOR_KEYS}
            out[row.text("name")] = Section({}, row.where).build(
                Sensor, name=row.text("name"), **numbers
            )
    if not out:
        raise ModelError(
            "no sensor is described",
            where=section.where,
            fix='write [[update.sensor]] with name and noise_relative, or sensors = "FILE.csv"',
        )
    return out


def _ellipsoid(settings: DepositSettings, section: Section, value: str) -> tuple[Ellipsoid, str]:
    inner = section.section("localisation")
    wanted = section.text("variogram", "")
    if inner is not None:
        ranges, turned = triple(inner, "ranges_m"), rotation_of(inner)
        inner.done()
        return inner.build(Ellipsoid, ranges_m=ranges, rotation=turned), "[localisation]"
    models = known_variograms(settings)
    if not models:
        raise ModelError(
            "how far a reading reaches is not told",
            where=section.where,
            fix="write [update.localisation] ranges_m = [east, north, up], about the range of "
            "the variogram; or describe the [[variogram]]",
        )
    name = wanted or (value if value in models else next(iter(models)))
    if name not in models or not models[name].structures:
        raise ModelError(
            f"there is no variogram '{name}' with a range",
            where=section.where,
            fix=f"there are: {', '.join(models)}",
        )
    found = longest_ranges(models[name], USUAL_RANGES)
    return found, f"{USUAL_RANGES:g} times the longest ranges of variogram '{name}'"


def _options(section: Section, lowest: float, highest: float, *, told: bool) -> FilterOptions:
    default = FilterOptions()
    crowding = section.number_or_none("crowding")
    if crowding is None and not told:
        crowding = USUAL_CROWDING
    limits = section.build(
        Limits,
        spike=positive(section, "spike", default.limits.spike),
        sensor=positive(section, "sensor_limit", default.limits.sensor),
        lowest=lowest,
        highest=highest,
    )
    return section.build(
        FilterOptions,
        method=section.text("method", default.method),
        scored=section.take("anamorphosis", default.scored, (bool,), "true or false"),
        relaxation=section.number("relaxation", default.relaxation),
        crowding=crowding,
        batch_hours=positive(section, "batch_hours", default.batch_hours),
        limits=limits,
        check=section.take("check", True, (bool,), "true or false"),
        seed=whole(section, "seed", 0, 0),
    )


def moment(text: str) -> np.datetime64:
    """A date, or date and time, as ISO 8601 has it; in UTC where an offset is given.

    Raises
    ------
    ValueError
        When it is none.
    """
    found = datetime.fromisoformat(text.strip())
    if found.tzinfo is not None:
        found = found.astimezone(UTC).replace(tzinfo=None)
    return np.datetime64(found, "s")


def _moment(section: Section, key: str) -> np.datetime64 | None:
    if not section.has(key):
        return None
    text = str(section.take(key, "", (str, datetime), "a date and time"))
    try:
        return moment(text)
    except ValueError:
        raise ModelError(
            f"'{key}' is '{text}', no date", where=section.where, fix="2026-05-01T06:00"
        ) from None
