"""What blocks are worth at every destination in every period, and where they are worth most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core import BlockModel, ModelError
from orefield.pit.worth.blocks import Blocks
from orefield.pit.worth.economy import Economy
from orefield.pit.worth.flows import (
    Flow,
    destination_flows,
    mining_flow,
    processing_flows,
    rehandle_flow,
    smelter_flows,
    total_usd,
)
from orefield.pit.worth.products import allowed, product

_F8 = NDArray[np.float64]
_AT_ONCE = 1 << 19  # blocks valued at once by best_value, which bounds its memory


@dataclass(frozen=True, eq=False)
class Worth:
    """Value of blocks as a sum of parts, each with its own factor in each period.

    A whole block ``b`` sent to destination ``d`` in period ``t`` is worth now
    ``sum_p factor[t, p] * parts[p, b, d]``.

    Attributes
    ----------
    names : tuple of str, length p
        What is in each part.
    parts : float64 array, shape (p, n, d)
        USD at long-term prices and costs (where those are zero, at the deck's largest).
    factor : float64 array, shape (t, p)
        Price or cost of the period relative to that, discounted.
    undiscounted : float64 array, shape (t, p)
        The same without discounting.
    reference : float64 array, shape (p,)
        The same at long-term prices: mostly 1.
    destinations, kinds : tuple of str, length d
    allowed : bool array, shape (n, d)
        Whether a block may go there. Parts are given all the same.
    """

    names: tuple[str, ...]
    parts: _F8
    factor: _F8
    undiscounted: _F8
    reference: _F8
    destinations: tuple[str, ...]
    kinds: tuple[str, ...]
    allowed: NDArray[np.bool_]

    def present_value(self, period: int) -> _F8:
        """Discounted value (USD) of each block at each destination in a period, shape (n, d).

        Raises
        ------
        ModelError
            When the period does not exist.
        """
        out: _F8 = np.tensordot(self._in(period, self.factor), self.parts, axes=1)
        return out

    def value(self, period: int | None = None) -> _F8:
        """Undiscounted value (USD) in a period, or at long-term prices, shape (n, d).

        Raises
        ------
        ModelError
            When the period does not exist.
        """
        out: _F8 = np.tensordot(self._in(period, self.undiscounted), self.parts, axes=1)
        return out

    def _in(self, period: int | None, factors: _F8) -> _F8:
        if period is None:
            return self.reference
        if not 0 <= period < len(factors):
            raise ModelError(f"period {period} is not among 0 to {len(factors) - 1}")
        row: _F8 = factors[period]
        return row

    def cash_flow(self, share: ArrayLike, period: int | None = None) -> dict[str, float]:
        """Undiscounted USD by part, of blocks of which ``share`` (n, d) goes to each destination.

        In a period, or at long-term prices. Parts of the same name are added up; ask
        :func:`block_worth` not to merge them to see revenue, charges and costs apart.

        Raises
        ------
        ModelError
            When shares have another shape, or the period does not exist.
        """
        sent = np.asarray(share, np.float64)
        if sent.shape != self.parts.shape[1:]:
            raise ModelError(f"shares have shape {sent.shape}, not {self.parts.shape[1:]}")
        factor = self._in(period, self.undiscounted)
        out: dict[str, float] = {}
        for name, part, times in zip(self.names, self.parts, factor, strict=True):
            out[name] = out.get(name, 0.0) + float(times * np.vdot(part, sent))
        return out


def block_worth(
    model: BlockModel,
    economy: Economy,
    *,
    blocks: ArrayLike | None = None,
    merge: bool = True,
) -> Worth:
    """Value of blocks at every destination and period, in as few parts as the decks allow.

    ``blocks`` are the indices of those to value, in the order wanted; all by default. With
    ``merge`` what rises and falls alike from period to period is added up; without it each of
    revenue by element, royalties, treatment, mining, ... is a part of its own, for cash flow
    tables.

    Raises
    ------
    ModelError
        When the model lacks a field, or a grade or value is out of range.
    """
    some = Blocks.of(model, economy.rock_field, blocks)
    n_destinations = len(economy.destinations)
    parts = _Parts(economy, some.n, n_destinations, merge)
    may = np.empty((some.n, n_destinations), np.bool_)
    parts.add(mining_flow(some, economy), slice(None))
    for d, destination in enumerate(economy.destinations):
        made = product(some, economy, destination)
        may[:, d] = allowed(some, economy, destination, made)
        parts.add(destination_flows(some, economy, destination, made), d)
    _check_somewhere(may, some)
    kinds = tuple(d.kind for d in economy.destinations)
    return parts.worth(economy.destination_names, kinds, may)


def reclaimed_worth(
    model: BlockModel,
    economy: Economy,
    stockpile: str,
    *,
    blocks: ArrayLike | None = None,
    merge: bool = True,
) -> Worth:
    """Value of blocks taken up from ``stockpile`` in each period, shapes with d = 1.

    Net smelter return and costs of the mill or leach it feeds, and rehandling; mining and haul
    were paid when the block was mined. The one destination is that mill or leach.

    Raises
    ------
    ModelError
        When ``stockpile`` is none, or feeds nothing; and as :func:`block_worth`.
    """
    pile = economy.destination(stockpile)
    if pile.kind != "stockpile" or not pile.reclaim_to:
        raise ModelError(
            f"'{stockpile}' is not a stockpile that feeds a mill or leach",
            fix="give its kind as stockpile and reclaim_to",
        )
    fed = economy.destination(pile.reclaim_to)
    some = Blocks.of(model, economy.rock_field, blocks)
    made = product(some, economy, fed)
    parts = _Parts(economy, some.n, 1, merge)
    parts.add(smelter_flows(economy, fed, made), 0)
    parts.add(processing_flows(some, economy, fed, made, "mined"), 0)
    parts.add(rehandle_flow(some, economy, pile), 0)
    return parts.worth((fed.name,), (fed.kind,), allowed(some, economy, fed, made)[:, None])


def best_value(
    model: BlockModel,
    economy: Economy,
    period: int | None = None,
    *,
    blocks: ArrayLike | None = None,
) -> _F8:
    """Undiscounted value (USD) of each block where it is worth most, shape (n,).

    At the prices and costs of a period, or by default at long-term ones (the last of each
    deck), for pit limits. Mining is paid in any case. Stockpiles are left out: a block earns
    nothing by lying there. Air is worth zero.

    Raises
    ------
    ModelError
        When a block may go nowhere, the period does not exist, or as :func:`block_worth`.
    """
    return _best(model, economy, period, blocks)[0]


def best_destination(
    model: BlockModel,
    economy: Economy,
    period: int | None = None,
    *,
    blocks: ArrayLike | None = None,
) -> NDArray[np.int16]:
    """Index into ``economy.destinations`` of where each block is worth most, shape (n,).

    Among equals dumps come first, so that a block is ore only when that pays and air goes to a
    dump; then the order in which destinations are listed. Errors as :func:`best_value`.
    """
    return _best(model, economy, period, blocks)[1]


def _best(
    model: BlockModel, economy: Economy, period: int | None, blocks: ArrayLike | None
) -> tuple[_F8, NDArray[np.int16]]:
    every = Blocks.of(model, economy.rock_field, blocks)
    value = np.empty(every.n)
    where = np.empty(every.n, np.int16)
    for first in range(0, every.n, _AT_ONCE):
        here = slice(first, first + _AT_ONCE)
        some = every.part(first, first + _AT_ONCE)
        value[here], where[here] = _best_of(some, economy, period)
    return value, where


def _best_of(blocks: Blocks, economy: Economy, period: int | None) -> tuple[_F8, NDArray[np.int16]]:
    best = np.full(blocks.n, -np.inf)
    where = np.full(blocks.n, -1, np.int16)
    order = sorted(
        (d for d, place in enumerate(economy.destinations) if place.kind != "stockpile"),
        key=lambda d: economy.destinations[d].makes_product,
    )
    for d in order:
        destination = economy.destinations[d]
        made = product(blocks, economy, destination)
        flows = destination_flows(blocks, economy, destination, made)
        value = total_usd(flows, economy, period, blocks.n)
        better = (value > best) & allowed(blocks, economy, destination, made)
        best[better] = value[better]
        where[better] = d
    _check_somewhere((where >= 0)[:, None], blocks)
    best += total_usd(mining_flow(blocks, economy), economy, period, blocks.n)
    return best, where


def _check_somewhere(may: NDArray[np.bool_], blocks: Blocks) -> None:
    lost = np.flatnonzero(~may.any(axis=1))
    if len(lost):
        raise ModelError(
            "a block may go to no destination",
            where=f"block {blocks.index[lost[0]]}, and {len(lost) - 1} others",
            fix="add a dump that accepts its rock",
        )


class _Parts:
    """Adds flows up: those whose profiles are proportional share a part."""

    def __init__(self, economy: Economy, n: int, n_destinations: int, merge: bool) -> None:
        self._discount = economy.calendar.discount
        self._shape = (n, n_destinations)
        self._merge = merge
        self._parts: dict[tuple[str, bytes], tuple[list[str], _F8, _F8]] = {}

    def add(self, flows: Iterable[Flow], destination: int | slice) -> None:
        for flow in flows:
            profiles = flow.profiles
            if self._merge:
                profiles = ((" and ".join(name for name, _ in profiles), flow.profile),)
            for name, profile in profiles:
                self._add(name, flow.amount, profile, destination)

    def _add(self, name: str, amount: _F8, profile: _F8, destination: int | slice) -> None:
        unit = profile[-1] or np.abs(profile).max()
        if unit == 0:
            return
        shape = profile / unit
        # adding 0 makes -0 a 0, so that equal shapes have equal bytes
        key = ("" if self._merge else name, (np.round(shape, 12) + 0.0).tobytes())
        if key not in self._parts:
            self._parts[key] = ([], shape, np.zeros(self._shape))
        names, _, part = self._parts[key]
        if name not in names:
            names.append(name)
        part[:, destination] += (
            (amount * unit)[:, None] if destination == slice(None) else (amount * unit)
        )

    def worth(
        self, destinations: tuple[str, ...], kinds: tuple[str, ...], may: NDArray[np.bool_]
    ) -> Worth:
        found = list(self._parts.values())
        if not found:  # nothing costs or earns anything
            found = [(["nothing"], np.zeros(len(self._discount) + 1), np.zeros(self._shape))]
        shapes = np.array([shape for _, shape, _ in found]).T
        return Worth(
            tuple(" + ".join(names) for names, _, _ in found),
            np.stack([part for _, _, part in found]),
            shapes[:-1] * self._discount[:, None],
            shapes[:-1],
            shapes[-1],
            destinations,
            kinds,
            may,
        )
