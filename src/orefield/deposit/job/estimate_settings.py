"""The sections ``[[estimate]]``: what is estimated, where, how, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal, cast, get_args

from orefield.core import ModelError
from orefield.core.numbers import positive, whole, wholes
from orefield.core.sections import Section, hint
from orefield.deposit.estimation import Choices, Search
from orefield.deposit.estimation.collocated import Collocated
from orefield.deposit.estimation.fields import ALWAYS, FIELDS, MODEL_ONLY
from orefield.deposit.estimation.weighting import Distance
from orefield.deposit.job.lists import numbers_of, one_of
from orefield.deposit.job.search_settings import searches_of, triple
from orefield.deposit.job.settings import DepositSettings

Method = Literal[
    "ordinary kriging", "simple kriging", "universal kriging", "indicator kriging", "cokriging",
    "inverse distance", "nearest neighbour", "moving average",
]  # fmt: skip
METHODS: tuple[Method, ...] = get_args(Method)
KRIGING = METHODS[:5]
_BY_DISTANCE = METHODS[5:7]

_USUAL = ("variance", "efficiency", "slope", "samples", "holes", "distance_m")
_SHORT = {
    "ok": "ordinary kriging", "sk": "simple kriging", "uk": "universal kriging",
    "mik": "indicator kriging", "ck": "cokriging", "id": "inverse distance",
    "nn": "nearest neighbour", "ma": "moving average",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EstimateSettings:
    """One ``[[estimate]]``: a value in a domain, by a method.

    Attributes
    ----------
    where : str
        What errors call the section.
    value, field : str
        The samples' value, and the block model's field.
    method : str
        Of :data:`METHODS`.
    variogram : str
        Name of the model; empty for methods without one.
    searches : tuple of Search
        One a pass.
    discretisation : (int, int, int) or None
        Points of a block; ``None`` for points.
    domain : tuple of str
        Words of the domain's blocks and samples; empty for everything.
    code : str
        The samples' column of those words.
    blocks, blocks_field : str
        Block model that knows the domains, and its field; empty for those of ``[domains]``.
    soft : tuple of str
        Domains whose samples are seen too.
    soft_distance_m : float
        How far from the domain's own samples those may be; infinite for any distance.
    mean : float or None
        Of simple kriging; ``None`` for the mean of the domain's samples.
    drift_order, drift_axes : int, str
        Of universal kriging.
    external : tuple of str
        Fields of the block model, and values of samples, that drift along.
    secondary : tuple of str
        Further values of co-kriging.
    cutoffs : tuple of float
        Of indicator kriging.
    indicator_variograms : tuple of str
        One a cut-off, or one for all.
    power : float
        Of inverse distance.
    distance : {"search", "plain"}
        Of inverse distance and nearest neighbour: in ranges of the first search, or in metres.
    by_length : bool
    top_cut : float or None
        Values above it are set to it.
    least : float or None
        Estimates below it are raised to it.
    collocated : {"error", "average", "first"}
    outputs : tuple of str
        Endings of the fields to write.
    validate : str
        "sample", "hole", "folds" or empty: cross-validation.
    folds : int
    analysis : Choices or None
        Of a neighbourhood analysis.
    analysis_blocks : int
    local : (str, str, str) or None
        Fields of azimuth, dip and rake (degrees) of the block model: an anisotropy of every
        block's own.
    """

    where: str
    value: str
    field: str
    method: str
    variogram: str
    searches: tuple[Search, ...]
    discretisation: tuple[int, int, int] | None
    domain: tuple[str, ...]
    code: str
    blocks: str
    blocks_field: str
    soft: tuple[str, ...]
    soft_distance_m: float
    mean: float | None
    drift_order: int
    drift_axes: str
    external: tuple[str, ...]
    secondary: tuple[str, ...]
    cutoffs: tuple[float, ...]
    indicator_variograms: tuple[str, ...]
    power: float
    distance: Distance
    by_length: bool
    top_cut: float | None
    least: float | None
    collocated: Collocated
    outputs: tuple[str, ...]
    validate: str
    folds: int
    analysis: Choices | None
    analysis_blocks: int
    local: tuple[str, str, str] | None

    @property
    def title(self) -> str:
        """What people call it: ``cu_pct in ore, ordinary kriging``."""
        place = f" in {', '.join(self.domain)}" if self.domain else ""
        return f"{self.field}{place}, {self.method}"

    @property
    def slug(self) -> str:
        """What files of it are called: ``cu_pct_ore``."""
        words = (self.field, *self.domain)
        return "_".join("".join(c if c.isalnum() else "_" for c in w) for w in words)


def estimate_settings(settings: DepositSettings) -> list[EstimateSettings]:
    """Read every ``[[estimate]]``.

    Raises
    ------
    ModelError
        When there is none, two write one field in one domain, or one cannot be.
    """
    sections = settings.sections("estimate")
    if not sections:
        raise ModelError(
            "section [[estimate]] is missing",
            where=str(settings.path),
            fix="say what to estimate: value, method, variogram, [[estimate.search]]",
        )
    out = [_one(section) for section in sections]
    seen: dict[tuple[str, str], str] = {}
    for item in out:
        for domain in item.domain or ("",):
            first = seen.setdefault((item.field, domain), item.where)
            everywhere = (item.field, "") in seen and len(
                [1 for field, _ in seen if field == item.field]
            ) > 1
            if first != item.where or everywhere:
                raise ModelError(
                    f"'{item.field}' is estimated twice in the same blocks",
                    where=item.where,
                    fix="give another 'field', or other domains",
                )
        twin = next(other for other in out if other.slug == item.slug)
        if twin is not item:
            raise ModelError(
                f"files of {twin.where} and of this would both be called '{item.slug}'",
                where=item.where,
                fix="give a domain or a 'field' a name that differs in letters or digits",
            )
        # one field has one set of columns
        if item.cutoffs != next(other for other in out if other.field == item.field).cutoffs:
            raise ModelError(
                f"'{item.field}' is estimated with other cut-offs elsewhere",
                where=item.where,
                fix="give the same cut-offs in every domain, or another 'field'",
            )
    return out


def _one(section: Section) -> EstimateSettings:
    section.has("name")
    value = section.text("value")
    method = section.text("method", "ordinary kriging").lower()
    method = _SHORT.get(method, method)
    if method not in METHODS:
        raise ModelError(
            f"unknown method '{method}'", where=section.where, fix=hint(method, METHODS)
        )
    kriging = method in KRIGING
    indicator = method == "indicator kriging"
    cutoffs = numbers_of(section, "cutoffs") if indicator else ()
    if indicator and not cutoffs:
        raise ModelError(
            "indicator kriging needs 'cutoffs'", where=section.where, fix="give rising numbers"
        )
    names = section.names("variograms") if indicator else ()
    one = section.text("variogram", value) if kriging else ""
    outputs = section.names("outputs") if section.has("outputs") else _USUAL
    for ending in outputs:
        if ending not in FIELDS:
            raise ModelError(
                f"unknown output '{ending}'", where=section.where, fix=hint(ending, FIELDS)
            )
    if not kriging:
        outputs = tuple(e for e in outputs if e not in MODEL_ONLY)
    validate = section.text("cross_validation", "")
    if validate not in ("", "sample", "hole", "folds"):
        raise ModelError(
            f"'cross_validation' is '{validate}'", where=section.where,
            fix="leave out one 'sample', one 'hole', or a share in 'folds'",
        )  # fmt: skip
    analysis = section.section("neighbourhood") if method in KRIGING[:3] else None
    drift = section.section("drift") if method == "universal kriging" else None
    local = section.section("local") if method in KRIGING[:3] else None
    if local and (analysis or validate):
        raise ModelError(
            "a local anisotropy is known at blocks, not at samples",
            where=section.where,
            fix="leave out cross_validation and neighbourhood, or try them without 'local'",
        )
    out = EstimateSettings(
        where=section.where,
        value=value,
        field=section.text("field", value),
        method=method,
        variogram=one,
        searches=searches_of(section),
        discretisation=_points(section) if section.has("discretisation") else None,
        domain=section.names("domain"),
        code=section.text("code", "domain"),
        blocks=section.text("blocks", ""),
        blocks_field=section.text("blocks_field", section.text("code", "domain")),
        soft=section.names("soft"),
        soft_distance_m=_soft_distance(section),
        mean=section.number_or_none("mean") if method == "simple kriging" else None,
        drift_order=whole(drift, "order", 0, 1) if drift else 1,
        drift_axes=drift.text("axes", "xyz") if drift else "xyz",
        external=drift.names("external") if drift else (),
        secondary=section.names("secondary") if method == "cokriging" else (),
        cutoffs=cutoffs,
        indicator_variograms=names or (one,) if indicator else (),
        power=positive(section, "power", 2.0) if method == "inverse distance" else 2.0,
        distance=_distance_kind(section) if method in _BY_DISTANCE else "search",
        by_length=section.flag("by_length") if not kriging else False,
        top_cut=_limit(section, "top_cut"),
        least=_limit(section, "least"),
        collocated=_collocated(section),
        outputs=tuple(e for e in outputs if e not in ALWAYS),
        validate=validate,
        folds=whole(section, "folds", 2, 10),
        analysis=_analysis(analysis) if analysis else None,
        analysis_blocks=whole(analysis, "blocks", 1, 500) if analysis else 0,
        local=(
            local.text("azimuth", "azimuth_deg"),
            local.text("dip", "dip_deg"),
            local.text("rake", "rake_deg"),
        )
        if local
        else None,
    )
    if local:
        local.done()
    if analysis:
        analysis.done()
    if drift:
        drift.done()
    section.done()
    return out


def _analysis(section: Section) -> Choices:
    given: dict[str, Any] = {}
    if section.has("max_samples"):
        given["max_samples"] = wholes(section, "max_samples", 1)
    if section.has("times"):
        given["times"] = numbers_of(section, "times")
        if not given["times"] or min(given["times"]) <= 0:
            raise ModelError(
                "'times' is empty or not positive", where=section.where, fix="give factors"
            )
    if section.has("block_sizes_m"):
        rows = _rows(section, "block_sizes_m")
        given["block_sizes_m"] = [triple(row, "block_sizes_m") for row in rows]
    if section.has("discretisations"):
        rows = _rows(section, "discretisations")
        given["discretisations"] = [_points(row, "discretisations") for row in rows]
    return Choices(**given)


def _rows(section: Section, key: str) -> list[Section]:
    """Lists of a list, each as a section that has nothing else."""
    rows = section.take(key, [], (list,), "a list of three numbers each")
    return [Section({key: row}, section.where) for row in rows]


def _points(section: Section, key: str = "discretisation") -> tuple[int, int, int]:
    x, y, z = triple(section, key)
    if not all(v >= 1 and v % 1 == 0 for v in (x, y, z)):
        raise ModelError(
            f"'{key}' has {x:g}, {y:g}, {z:g}",
            where=section.where,
            fix="give three whole numbers from 1",
        )
    return (int(x), int(y), int(z))


def _limit(section: Section, key: str) -> float | None:
    found = section.number_or_none(key)
    if found is not None and not isfinite(found):
        raise ModelError(f"'{key}' is {found:g}", where=section.where, fix="give a finite number")
    return found


def _soft_distance(section: Section) -> float:
    found = section.number_or_none("soft_distance_m")
    if found is None:
        return float("inf")
    if not found >= 0:
        raise ModelError(f"'soft_distance_m' is {found:g}", where=section.where, fix="give metres")
    return found


def _distance_kind(section: Section) -> Distance:
    return cast(Distance, one_of(section, "distance", get_args(Distance), "search"))


def _collocated(section: Section) -> Collocated:
    return cast(Collocated, one_of(section, "collocated", get_args(Collocated), "error"))
