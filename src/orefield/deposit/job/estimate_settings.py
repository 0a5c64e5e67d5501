"""The sections ``[[estimate]]``: what is estimated, where, how, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from orefield.core import ModelError
from orefield.core.numbers import positive, whole, wholes
from orefield.core.sections import Section, hint, is_real
from orefield.deposit.estimation import Choices, Search
from orefield.deposit.estimation.collocated import Collocated
from orefield.deposit.estimation.fields import ALWAYS, FIELDS, MODEL_ONLY
from orefield.deposit.job.search_settings import searches_of, triple
from orefield.deposit.job.settings import DepositSettings

Method = Literal[
    "ordinary kriging", "simple kriging", "universal kriging", "indicator kriging", "cokriging",
    "inverse distance", "nearest neighbour", "moving average",
]  # fmt: skip
METHODS: tuple[Method, ...] = get_args(Method)
KRIGING = METHODS[:5]

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
    by_length : bool
    top_cut : float or None
        Values above it are set to it.
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
    by_length: bool
    top_cut: float | None
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
    cutoffs = _numbers(section, "cutoffs") if indicator else ()
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
    analysis = section.section("neighbourhood") if kriging else None
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
        discretisation=_discretisation(section),
        domain=section.names("domain"),
        code=section.text("code", "domain"),
        blocks=section.text("blocks", ""),
        blocks_field=section.text("blocks_field", section.text("code", "domain")),
        soft=section.names("soft"),
        soft_distance_m=_distance(section),
        mean=section.number_or_none("mean") if method == "simple kriging" else None,
        drift_order=whole(drift, "order", 0, 1) if drift else 1,
        drift_axes=drift.text("axes", "xyz") if drift else "xyz",
        external=drift.names("external") if drift else (),
        secondary=section.names("secondary") if method == "cokriging" else (),
        cutoffs=cutoffs,
        indicator_variograms=names or (one,) if indicator else (),
        power=positive(section, "power", 2.0) if method == "inverse distance" else 2.0,
        by_length=section.flag("by_length") if not kriging else False,
        top_cut=section.number_or_none("top_cut"),
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
    for key in ("max_samples", "times"):
        if section.has(key):
            given[key] = _numbers(section, key)
    if "max_samples" in given:
        given["max_samples"] = wholes(section, "max_samples", 1)
    if any(t <= 0 for t in given.get("times", ())):
        raise ModelError("'times' is not positive", where=section.where, fix="give factors")
    for key in ("block_sizes_m", "discretisations"):
        if section.has(key):
            rows = section.take(key, [], (list,), "a list of three numbers each")
            inner = [Section({key: row}, section.where) for row in rows]
            given[key] = [triple(one, key) for one in inner]
    if "discretisations" in given:
        given["discretisations"] = [
            (int(x), int(y), int(z)) for x, y, z in given["discretisations"]
        ]
    return Choices(**given)


def _discretisation(section: Section) -> tuple[int, int, int] | None:
    if not section.has("discretisation"):
        return None
    found = triple(section, "discretisation")
    if any(v != int(v) or v < 1 for v in found):
        raise ModelError(
            f"'discretisation' is {found}", where=section.where, fix="three whole numbers from 1"
        )
    return (int(found[0]), int(found[1]), int(found[2]))


def _distance(section: Section) -> float:
    found = section.number_or_none("soft_distance_m")
    if found is None:
        return float("inf")
    if not found >= 0:
        raise ModelError(f"'soft_distance_m' is {found:g}", where=section.where, fix="give metres")
    return found


def _collocated(section: Section) -> Collocated:
    found = section.text("collocated", "error")
    for word in get_args(Collocated):
        if found == word:
            out: Collocated = word
            return out
    raise ModelError(
        f"'collocated' is '{found}'", where=section.where,
        fix=f"use one of {', '.join(get_args(Collocated))}",
    )  # fmt: skip


def _numbers(section: Section, key: str) -> tuple[float, ...]:
    rows = section.take(key, [], (list, tuple), "a list of numbers")
    if not rows or not all(map(is_real, rows)):
        raise ModelError(f"'{key}' is {rows!r}", where=section.where, fix="give a list of numbers")
    return tuple(float(v) for v in rows)
