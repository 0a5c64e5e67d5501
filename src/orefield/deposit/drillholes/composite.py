"""Composites: means of what was assayed over equal lengths of hole, within one domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError
from orefield.core.sections import hint
from orefield.deposit.drillholes.composite_sums import Balance, Sums, balance_of, parts_of
from orefield.deposit.drillholes.desurvey import Paths
from orefield.deposit.drillholes.runs import CompositeRules, composite_bounds
from orefield.deposit.drillholes.segments import Segments, split_by, words_of_rows
from orefield.deposit.drillholes.tables import Drillholes
from orefield.deposit.samples import Samples

_F8 = NDArray[np.float64]
_I8 = NDArray[np.int64]

DENSITY = "density_t_m3"
"""Name of the density (t/m3) in any table of intervals, and of composites."""


@dataclass(frozen=True, eq=False)
class HoleComposites:
    """Composites with what they were made of.

    Attributes
    ----------
    samples : Samples
        Middles, values, lengths, codes.
    from_m, to_m : ndarray of shape (n,)
        Along the hole.
    coverage : mapping of str to ndarray of shape (n,)
        Share of the composite's length on which each value was measured.
    weight : mapping of str to ndarray of shape (n,)
        Metres (or metres times t/m3) that stand behind each value: its sum with the value is
        what was assayed. A missing stretch that counts as a number is part of it.
    """

    samples: Samples
    from_m: _F8
    to_m: _F8
    coverage: Mapping[str, _F8]
    weight: Mapping[str, _F8]

    def __len__(self) -> int:
        return len(self.samples)

    def where(self, keep: NDArray[np.bool_]) -> HoleComposites:
        """Those of a mask."""
        return HoleComposites(
            self.samples.where(keep),
            self.from_m[keep],
            self.to_m[keep],
            {n: c[keep] for n, c in self.coverage.items()},
            {n: w[keep] for n, w in self.weight.items()},
        )


def composite(
    holes: Drillholes,
    paths: Paths,
    segments: Segments,
    rules: CompositeRules,
    *,
    values: Sequence[str] = (),
    density: _F8 | None = None,
    domain: str = "domain",
    note: str = "",
) -> tuple[HoleComposites, dict[str, Balance]]:
    """Composites of holes by length (or bench), never across a change of domain.

    Parameters
    ----------
    holes, paths, segments
        Validated holes, their paths, and their pieces; the code ``domain`` of the pieces, when
        they have it, breaks runs.
    rules : CompositeRules
        Lengths, residuals, what is missing.
    values : sequence of str
        Values of the tables; all of them when left out.
    density : ndarray of shape (n,), optional
        Density (t/m3) of each piece; its mean by length is a value of the composites. Without it
        a density of the tables is a value like any other.
    domain : str
        Name of the code that breaks runs.
    note : str
        Of the samples.

    Returns
    -------
    composites : HoleComposites
    balances : dict of str to Balance
        By value: what was in the holes, what is in the composites.

    Raises
    ------
    ModelError
        For a value that no table has or several have, a weight by density without the density of
        a piece that counts, or when no composite has a value.
    """
    where = _tables_of(holes, values)
    density = _density_beside(where, density, rules)
    if rules.bench_m:
        segments, density = _by_bench(paths, segments, rules, density)
    measured = {
        name: _of_rows(holes.tables[t].values[name], segments.row[t]) for name, t in where.items()
    }
    starts, ends = _runs(segments, measured, rules, domain)
    run, start, end = composite_bounds(segments.from_m[starts], segments.to_m[ends], rules)
    if not len(run):
        raise ModelError("no run is long enough for a composite", fix="lower minimum_m")
    hole = segments.hole[starts[run]]
    parts, owner = parts_of(segments, hole, start, end)
    weigh = np.ones(len(segments))
    if density is not None and rules.weight == "density":
        _refuse_bare(holes, segments, measured, density, rules)
        weigh = density
    composites = Sums(parts, owner, len(run), end - start, weigh, rules)
    found: dict[str, _F8] = {}
    coverage: dict[str, _F8] = {}
    weight: dict[str, _F8] = {}
    for name, column in measured.items():
        found[name], coverage[name], weight[name] = composites.mean(column)
    if density is not None:
        found[DENSITY], coverage[DENSITY], weight[DENSITY] = composites.mean(density, plain=True)
    balances = {
        name: balance_of(segments, column, weigh, found[name], weight[name], rules)
        for name, column in measured.items()
    }
    codes = {n: w[starts[run]] for n, w in segments.codes.items()}
    for key, table in holes.tables.items():
        for name, words in table.codes.items():
            if name not in codes:
                codes[name] = composites.most(words_of_rows(words, segments.row[key]))
    keep = ~np.logical_and.reduce([np.isnan(found[n]) for n in measured])
    if not keep.any():
        raise ModelError(
            "no composite has a value",
            fix="lower minimum_coverage, or check the names of values",
        )
    keep |= rules.keep_empty
    xyz, _ = paths.locate(hole[keep], 0.5 * (start + end)[keep])
    used, back = np.unique(hole[keep], return_inverse=True)
    samples = Samples(
        xyz,
        {n: v[keep] for n, v in found.items()},
        (end - start)[keep],
        back.astype(np.int32),
        tuple(holes.collars.hole[used].tolist()),
        {n: w[keep] for n, w in codes.items()},
        note,
    )
    return HoleComposites(
        samples,
        start[keep],
        end[keep],
        {n: c[keep] for n, c in coverage.items()},
        {n: w[keep] for n, w in weight.items()},
    ), balances


def _tables_of(holes: Drillholes, values: Sequence[str]) -> dict[str, str]:
    """Table of each value."""
    found: dict[str, str] = {}
    for name, table in holes.tables.items():
        for value in table.values:
            if value in found and (not values or value in values):
                raise ModelError(
                    f"tables '{found[value]}' and '{name}' both have '{value}'",
                    fix="rename one of them",
                )
            found.setdefault(value, name)
    for value in values:
        if value not in found:
            raise ModelError(f"no table has the value '{value}'", fix=hint(value, found))
    if not found:
        raise ModelError("no table has a value", fix="name them in [holes.table.values]")
    return {value: found[value] for value in values or found}


def _density_beside(
    where: dict[str, str], density: _F8 | None, rules: CompositeRules
) -> _F8 | None:
    """Density of pieces, where it is not the one value that is asked for.

    Beside other values it is none of ``where``: its mean goes by length and by what is known of
    every piece, and it breaks no run.
    """
    weighs = rules.weight == "density"
    if weighs and density is None:
        raise ModelError(
            "composites are weighted by density, but there is none",
            fix="give a density_t_m3 in a table, or one by domain",
        )
    if set(where) == {DENSITY}:
        if weighs:
            raise ModelError("a density weighted by itself means nothing", fix="weight by length")
        return None
    if density is not None:
        where.pop(DENSITY, None)
    return density


def _of_rows(column: _F8, row: _I8) -> _F8:
    if not len(column):
        return np.full(len(row), np.nan)
    return np.where(row >= 0, column[np.maximum(row, 0)], np.nan)


def _refuse_bare(
    holes: Drillholes,
    segments: Segments,
    measured: Mapping[str, _F8],
    density: _F8,
    rules: CompositeRules,
) -> None:
    """Refuse pieces that have a value, measured or given, but of which no density is known."""
    has = ~np.logical_and.reduce([np.isnan(v) for v in measured.values()])
    has |= not isinstance(rules.missing, str)  # then what is missing has a value, too
    bare = np.flatnonzero(has & np.isnan(density))
    if bare.size:
        at = int(bare[0])
        raise ModelError(
            f"{bare.size:,} pieces of holes have a value, but no density",
            where=f"hole {holes.collars.hole[segments.hole[at]]}, {segments.from_m[at]:.2f} m",
            fix="give a default density, or weight by length",
        )


def _by_bench(
    paths: Paths, segments: Segments, rules: CompositeRules, density: _F8 | None
) -> tuple[Segments, _F8 | None]:
    old = segments

    def bench(xyz: _F8) -> _I8:
        return np.floor((xyz[:, 2] - rules.bench_base_m) / rules.bench_m).astype(np.int64)

    segments, label = split_by(segments, paths, bench, 0.5 * rules.bench_m)
    if density is not None:
        key = old.hole + 1j * old.from_m
        middle = segments.hole + 1j * segments.middle_m
        density = density[np.searchsorted(key, middle, side="right") - 1]
    return segments.with_codes(bench=label.astype(np.str_)), density


def _runs(
    segments: Segments, measured: Mapping[str, _F8], rules: CompositeRules, domain: str
) -> tuple[_I8, _I8]:
    """First and last piece of every run."""
    same = segments.hole[1:] == segments.hole[:-1]
    for name in (domain, "bench"):
        if name in segments.codes:
            words = segments.codes[name]
            same &= words[1:] == words[:-1]
    there = np.ones(len(segments), dtype=np.bool_)
    if rules.missing == "break":
        there = ~np.logical_and.reduce([np.isnan(v) for v in measured.values()])
        same &= there[1:] == there[:-1]
    first = np.flatnonzero(np.concatenate([[True], ~same]))
    last = np.append(first[1:], len(segments)) - 1
    return first[there[first]], last[there[first]]
