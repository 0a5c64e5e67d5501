"""Samples described: all of them and domain by domain, with lengths and declustering weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.commands.deposit.statistics_settings import StatisticsSettings
from orefield.core import ModelError
from orefield.deposit.samples import Samples
from orefield.deposit.statistics import (
    Contact,
    Correlations,
    Deciles,
    Declustering,
    Summary,
    TopCuts,
    cell_declustering,
    contact_analysis,
    correlations,
    decile_analysis,
    disintegration,
    node_weights,
    polygon_weights,
    scan_sizes,
    summarise,
    top_cuts,
)

_F8 = NDArray[np.float64]

ALL = "all"
_MOST_DOMAINS = 30


@dataclass(frozen=True, eq=False)
class Described:
    """One value in one domain.

    Attributes
    ----------
    value, domain : str
        The domain is :data:`ALL` for all samples.
    values, weights, lengths : ndarray of shape (n,)
        Values that were measured, their final weights (declustering and length, one on
        average), and lengths.
    at : ndarray of shape (n,), int
        Places of these among all samples.
    naive, weighted : Summary
        By lengths alone (or plainly), and with the final weights.
    cells : Declustering or None
        Where cells were used.
    cuts, deciles : TopCuts, Deciles or None
        ``None`` where the mean is not positive.
    gap : float or None
        Grade below the first large gap of the tail.
    """

    value: str
    domain: str
    values: _F8
    weights: _F8
    lengths: _F8
    at: NDArray[np.int64]
    naive: Summary
    weighted: Summary
    cells: Declustering | None
    cuts: TopCuts | None
    deciles: Deciles | None
    gap: float | None


@dataclass(frozen=True, eq=False)
class Statistics:
    """All that ``deposit stats`` finds.

    Attributes
    ----------
    parts : list of Described
        By value, all samples first, then domains.
    contacts : list of (str, str, Contact)
        The value, both sides in words, and what was found.
    together : Correlations or None
    notes : list of str
        Domains left out, values that are negative.
    """

    parts: list[Described]
    contacts: list[tuple[str, str, Contact]]
    together: Correlations | None
    notes: list[str]


def describe(samples: Samples, task: StatisticsSettings) -> Statistics:
    """Every value, over all samples and by domain.

    Raises
    ------
    ModelError
        For unknown values or codes, a value measured nowhere, weights that cannot be made.
    """
    names = task.values or tuple(samples.values)
    if not names:
        raise ModelError("samples have no values", fix="name columns of values in [samples]")
    domains = _domains(samples, task)
    parts: list[Described] = []
    notes: list[str] = []
    for name in names:
        for domain, inside in domains.items():
            at = np.flatnonzero(inside & ~np.isnan(samples[name]))
            if not at.size:
                if domain == ALL:
                    raise ModelError(
                        f"'{name}' was measured at no sample", fix="leave it out of 'values'"
                    )
                notes.append(f"'{name}' was measured at no sample of {domain}")
                continue
            parts.append(_described(samples, name, domain, at, int(inside.sum()), task))
            first = parts[-1]
            if first.naive.negative and domain == ALL:
                notes.append(f"{first.naive.negative:,} values of '{name}' are negative")
    contacts = [
        (
            name,
            f"{', '.join(c.inside)} | {', '.join(c.outside)}",
            contact_analysis(
                samples, name, c.code, c.inside, c.outside, width_m=c.width_m, reach_m=c.reach_m
            ),
        )
        for c in task.contacts
        for name in names
    ]
    lengths = samples.length_m if task.length_weighted else None
    together = correlations(samples, names, lengths) if len(names) > 1 else None
    return Statistics(parts, contacts, together, notes)


def _domains(samples: Samples, task: StatisticsSettings) -> dict[str, NDArray[np.bool_]]:
    out = {ALL: np.ones(len(samples), dtype=np.bool_)}
    if not task.code:
        return out
    words = samples.code(task.code)
    there = [str(w) for w in np.unique(words)]
    wanted = list(task.of) or there
    if len(wanted) > _MOST_DOMAINS:
        raise ModelError(f"'{task.code}' has {len(wanted)} words", fix="name those wanted in 'of'")
    for word in wanted:
        if word not in there:
            raise ModelError(
                f"no sample has '{task.code}' = {word}", fix=f"there is: {', '.join(there)}"
            )
        out[f"{task.code} = {word or '(empty)'}"] = words == word
    return out


def _described(
    samples: Samples,
    name: str,
    domain: str,
    at: NDArray[np.int64],
    inside: int,
    task: StatisticsSettings,
) -> Described:
    values, place = samples[name][at], samples.xyz_m[at]
    lengths = samples.length_m[at] if task.length_weighted else np.ones(len(at))
    weights, cells = lengths / lengths.mean(), None
    if task.declustering == "cells":
        sizes = task.cells_m or scan_sizes(place)
        cells = cell_declustering(
            place,
            values,
            sizes,
            keep=task.keep,
            offsets=task.offsets,
            ratios=task.ratios,
            lengths_m=lengths,
        )
        weights = cells.weights
    elif task.declustering != "none":
        how = polygon_weights if task.declustering == "polygons" else node_weights
        weights = how(place, lengths_m=lengths)
    uncuttable = not (np.average(values, weights=weights) > 0)
    missing = inside - len(at)
    # summaries count what was not measured, too
    padded = np.concatenate([values, np.full(missing, np.nan)])
    ones = np.ones(missing)
    return Described(
        name,
        domain,
        values,
        weights,
        lengths,
        at,
        summarise(padded, np.concatenate([lengths, ones])),
        summarise(padded, np.concatenate([weights, ones])),
        cells,
        None if uncuttable else top_cuts(values, weights, cuts=task.cuts or None),
        None if uncuttable else decile_analysis(values, weights),
        disintegration(values),
    )
