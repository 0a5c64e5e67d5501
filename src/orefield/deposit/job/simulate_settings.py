"""The section ``[simulate]``: what is simulated, how often, how."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from orefield.core import ModelError
from orefield.core.numbers import positive, whole
from orefield.core.sections import Section, hint, is_real
from orefield.deposit.estimation.search import Search
from orefield.deposit.job.search_settings import search_of, triple
from orefield.deposit.job.settings import DepositSettings
from orefield.deposit.simulation.normal_scores import Tail, TailKind, Ties

Method = Literal[
    "fft", "sequential", "spectral", "indicator", "truncated gaussian", "uniform conditioning"
]
Declustering = Literal["cells", "polygons", "nodes", "none"]
Decorrelation = Literal["maf", "ppmt"]
DataAt = Literal["auto", "nodes", "true"]
KnownOf = Literal["known", "bootstrap"]
Digits = Literal["float32", "float64"]

GRADES: tuple[Method, ...] = ("fft", "sequential", "spectral")
CATEGORIES: tuple[Method, ...] = ("indicator", "truncated gaussian")

_MOST_THREADS = 8
"""Each holds a field: more of them take more memory than they save time."""

_W = TypeVar("_W", bound=str)


@dataclass(frozen=True, slots=True)
class TransformSettings:
    """How values become normal scores.

    Attributes
    ----------
    lower, upper : mapping of str to Tail
        By value; under ``""`` for all of them.
    ties : {"random", "local", "spread"}
    declustering : {"cells", "polygons", "nodes", "none"}
    cell_m : float or None
        One size of cells; ``None`` to try several.
    weights : str
        Column of samples with weights, in place of ``declustering``; may be empty.
    decorrelation : {"maf", "ppmt"}
        For several values.
    lag_m : float or None
        At which factors are made free of correlation, too.
    """

    lower: Mapping[str, Tail]
    upper: Mapping[str, Tail]
    ties: Ties
    declustering: Declustering
    cell_m: float | None
    weights: str
    decorrelation: Decorrelation
    lag_m: float | None


@dataclass(frozen=True, slots=True)
class SimulateSettings:
    """``[simulate]``.

    Attributes
    ----------
    where : str
        What errors call the section.
    method : str
        One of :data:`GRADES`, :data:`CATEGORIES`, or uniform conditioning.
    values : tuple of str
        Variables; none for categories.
    category : str
        Column of words of the samples; empty for grades.
    categories : tuple of str
        Its words, in order; empty for those that samples have.
    proportions : mapping of str to float
        Of categories; empty for those of the samples, declustered.
    variogram : str
        Name of a model; empty for the usual one.
    standardise : bool
        Whether a sill that is not 1 is brought to 1.
    realisations, seed, threads : int
    nodes : (int, int, int)
        Nodes along the axes of a block.
    data_at : {"auto", "nodes", "true"}
        Where data condition.
    histogram : {"known", "bootstrap"}
        Whether the samples' histogram is that of the deposit, or each realisation draws one.
    transform : TransformSettings
    search : Search or None
    digits : {"float32", "float64"}
        Of the file.
    cutoffs : tuple of float
    domain : tuple of str
        Words of the domain's samples and blocks; empty for everything.
    code, blocks, blocks_field : str
        As in ``[[estimate]]``.
    panels, ranking, panel_field, ranking_field : str
        Of uniform conditioning: block models with estimates of panels and of blocks, their fields.
    estimate_variance : float or None
        Of panels' estimates; ``None`` for the variance that they have.
    """

    where: str
    method: Method
    values: tuple[str, ...]
    category: str
    categories: tuple[str, ...]
    proportions: Mapping[str, float]
    variogram: str
    standardise: bool
    realisations: int
    seed: int
    threads: int
    nodes: tuple[int, int, int]
    data_at: DataAt
    histogram: KnownOf
    transform: TransformSettings
    search: Search | None
    digits: Digits
    cutoffs: tuple[float, ...]
    domain: tuple[str, ...]
    code: str
    blocks: str
    blocks_field: str
    panels: str
    panel_field: str
    ranking: str
    ranking_field: str
    estimate_variance: float | None


def simulate_settings(settings: DepositSettings) -> SimulateSettings:
    """Read ``[simulate]``.

    Raises
    ------
    ModelError
        When it is missing, or has a key or a value that it cannot have.
    """
    section = settings.section("simulate", "say what to simulate: value, realisations, seed")
    method = _one_of(section, "method", get_args(Method), "fft")
    of_categories = method in CATEGORIES
    values = () if of_categories else section.names("values") or (section.text("value"),)
    section.has(*(() if of_categories else ("value",)))
    if len(values) > 1 and method not in ("fft", "sequential"):
        raise ModelError(
            f"{len(values)} values by the method '{method}'", where=section.where,
            fix="several values need 'fft' or 'sequential'",
        )  # fmt: skip
    conditioning = method == "uniform conditioning"
    search = section.section("search")
    code = section.text("code", "domain")
    value = values[0] if values else ""
    out = SimulateSettings(
        where=section.where,
        method=method,
        values=values,
        category=section.text("category") if of_categories else "",
        categories=section.names("categories") if of_categories else (),
        proportions=section.numbers("proportions") if of_categories else {},
        variogram=section.text("variogram", ""),
        standardise=section.flag("standardise"),
        realisations=1 if conditioning else whole(section, "realisations", 1, 100),
        seed=whole(section, "seed", 0, 1),
        threads=whole(section, "threads", 1, min(os.cpu_count() or 1, _MOST_THREADS)),
        nodes=_nodes(section),
        data_at=_one_of(section, "data_at", get_args(DataAt), "auto"),
        histogram=_histogram(section, method, values),
        transform=_transform(section, values),
        search=search_of(search) if search else None,
        digits=_one_of(section, "digits", get_args(Digits), "float32"),
        cutoffs=_numbers(section, "cutoffs"),
        domain=section.names("domain"),
        code=code,
        blocks=section.text("blocks", ""),
        blocks_field=section.text("blocks_field", code),
        panels=section.text("panels") if conditioning else "",
        panel_field=section.text("panel_field", value) if conditioning else "",
        ranking=section.text("ranking", "") if conditioning else "",
        ranking_field=section.text("ranking_field", value) if conditioning else "",
        estimate_variance=section.number_or_none("estimate_variance") if conditioning else None,
    )
    section.done()
    if conditioning and not out.cutoffs:
        raise ModelError(
            "there is no cut-off", where=section.where, fix="give 'cutoffs', a list of grades"
        )
    return out


def _histogram(section: Section, method: Method, values: tuple[str, ...]) -> KnownOf:
    found: KnownOf = _one_of(section, "histogram", get_args(KnownOf), "known")
    if found == "bootstrap" and (method != "fft" or len(values) > 1):
        raise ModelError(
            "a histogram is drawn anew for one value by the method 'fft'",
            where=section.where,
            fix='leave histogram = "known", or simulate one value by "fft"',
        )
    return found


def _transform(section: Section, values: tuple[str, ...]) -> TransformSettings:
    return TransformSettings(
        lower=_tails(section, "lower", values),
        upper=_tails(section, "upper", values),
        ties=_one_of(section, "ties", get_args(Ties), "random"),
        declustering=_one_of(section, "declustering", get_args(Declustering), "cells"),
        cell_m=positive(section, "cell_m", 1.0) if section.has("cell_m") else None,
        weights=section.text("weights", ""),
        decorrelation=_one_of(section, "decorrelation", get_args(Decorrelation), "ppmt"),
        lag_m=positive(section, "lag_m", 1.0) if section.has("lag_m") else None,
    )


def _tails(section: Section, key: str, values: tuple[str, ...]) -> dict[str, Tail]:
    """``[simulate.lower]`` for all values, or ``[simulate.lower.cu_pct]`` for each."""
    inner = section.section(key)
    if inner is None:
        return {}
    named = [value for value in values if inner.is_table(value)]
    out = {value: _tail(inner.inner(value)) for value in named}
    if not named:
        return {"": _tail(inner)}
    inner.done()
    return out


def _tail(section: Section) -> Tail:
    kind = _one_of(section, "kind", get_args(TailKind), "linear")
    limit, power = section.number("limit"), section.number_or_none("power")
    section.done()
    return section.build(Tail, limit=limit, kind=kind, power=power)


def _one_of(section: Section, key: str, words: tuple[_W, ...], default: _W) -> _W:
    found = section.text(key, default)
    for word in words:
        if found == word:
            return word
    raise ModelError(f"'{key}' is '{found}'", where=section.where, fix=hint(found, words))


def _numbers(section: Section, key: str) -> tuple[float, ...]:
    rows = section.take(key, [], (list, tuple), "a list of numbers")
    if not all(map(is_real, rows)):
        raise ModelError(f"'{key}' is {rows!r}", where=section.where, fix="give numbers")
    return tuple(float(v) for v in rows)


def _nodes(section: Section) -> tuple[int, int, int]:
    if not section.has("nodes"):
        return (1, 1, 1)
    x, y, z = triple(section, "nodes")
    if min(x, y, z) < 1 or any(v != int(v) for v in (x, y, z)):
        raise ModelError(
            f"'nodes' is {[x, y, z]}", where=section.where, fix="give whole numbers from 1"
        )
    return (int(x), int(y), int(z))
