"""A plan told to a planner: period by period, limit by limit, wish by wish, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.files import plain
from orefield.commands.pit.feeding import BlendAsked, FeedAsked, Feeding, Quantity
from orefield.commands.pit.ordering import benches_down
from orefield.commands.pit.planning import Planner
from orefield.commands.pit.problem import ScheduleProblem
from orefield.core import ModelError
from orefield.pit.production.problem import Plan
from orefield.pit.stock_ledger import PileFlow
from orefield.pit.valuation import GradeValuation
from orefield.pit.worth import Amount, Usage

_F8 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PlanReport:
    """A plan seen from the blocks of the model.

    What stock holds when it is taken up is that of piles that mix, one for each bin; what it
    earns is what the plan counts for it.

    Attributes
    ----------
    planner : Planner
    of : ScheduleProblem
    plan : Plan
        Of ``of.built``.
    """

    planner: Planner
    of: ScheduleProblem
    plan: Plan

    @cached_property
    def period(self) -> NDArray[np.int16]:
        """Period of each block of the model, -1 where never mined."""
        return self.of.built.block_period(self.plan, self.planner.model.grid.n)

    @cached_property
    def share(self) -> _F8:
        """Share of each pit block at each destination of the model, shape (m, d)."""
        return self.of.built.block_share(self.plan)

    @cached_property
    def flows(self) -> dict[str, PileFlow]:
        """What comes to each stockpile and is taken up again."""
        return {p.name: PileFlow(self.of.built, self.plan, p) for p in self.of.piles}

    @property
    def n_periods(self) -> int:
        """Number of periods."""
        return self.of.built.problem.n_periods

    def fresh(self, amount: _F8) -> _F8:
        """Sums by period of what pit blocks hold where they are sent, shape (t,).

        ``amount`` is that of whole blocks at each destination, shape (m, d).
        """
        period = self.period[self.of.built.block]
        mined = period >= 0
        held = (amount[mined] * self.share[mined]).sum(axis=1)
        return np.bincount(period[mined], held, self.n_periods).astype(np.float64)

    def total(self, quantity: Quantity) -> _F8:
        """Sums by period of a quantity, fresh and taken up, shape (t,)."""
        out = self.fresh(quantity.fresh)
        for name, amount in quantity.later.items():
            out = out + self.flows[name].ledger(amount)[1]
        return out

    @cached_property
    def _feeding(self) -> Feeding:
        of = self.of
        return Feeding(self.planner.model, of.valuation, of.piles, of.built.block)

    @cached_property
    def metals(self) -> dict[str, Quantity]:
        """Tonnes recovered of each element."""
        return {
            name: self._feeding.quantity(
                Usage(name=name, amounts=(Amount(of="recovered", element=name),))
            )
            for name in self.of.valuation.elements
        }

    def _everywhere(self, amount: _F8) -> _F8:
        return np.repeat(amount[:, None], len(self.of.worth.destinations), axis=1)

    def _ore(self, amount: _F8) -> Quantity:
        """What blocks hold, where they are fed and when they are taken up."""
        ore = np.array([kind not in ("dump", "stockpile") for kind in self.of.worth.kinds])
        later = {pile.name: amount for pile in self.of.piles}
        return Quantity(self._everywhere(amount) * ore, later)

    def by_period(self) -> dict[str, Any]:
        """What is done in each period, column by column.

        Raises
        ------
        ModelError
            When names of destinations, limits or wishes give two columns one name.
        """
        columns: dict[str, Any] = {}
        for name, values in chain(
            self._moved(), self._money().items(), self._used(), self._asked_for()
        ):
            if name in columns:
                raise ModelError(
                    f"the table by period would have two columns '{name}'",
                    where="names of destinations, limits, blends and feeds",
                    fix="give one of them another name",
                )
            columns[name] = values
        return columns

    def _moved(self) -> Iterator[tuple[str, Any]]:
        of = self.of
        rock = self.planner.rock_t[of.built.block]
        yield "period", np.arange(self.n_periods)
        yield "rock_t", self.fresh(self._everywhere(rock))
        for d, name in enumerate(of.worth.destinations):
            only = np.zeros(self.share.shape)
            only[:, d] = rock
            yield f"{name}_t", self.fresh(only)
        for name, flow in self.flows.items():
            _, taken, lying = flow.ledger(rock)
            yield f"{name}_taken_up_t", taken
            yield f"{name}_lying_t", lying
        for name, metal in self.metals.items():
            yield f"{name}_recovered_t", self.total(metal)
        fed = self.total(self._ore(rock))
        for field in self._grade_fields():
            grade = np.asarray(self.planner.model[field], np.float64)[of.built.block]
            yield f"{field} fed", _ratio(self.total(self._ore(grade * rock)), fed)

    def _used(self) -> Iterator[tuple[str, _F8]]:
        for limit in self.of.limits:
            taken = {pile.name: pile.takes[limit.name] for pile in self.of.piles
                     if limit.name in pile.takes}  # fmt: skip
            yield f"{limit.name} used", self.total(Quantity(limit.use, taken))

    def _money(self) -> dict[str, _F8]:
        worth = self.of.worth
        flow = np.stack([self.fresh(part) for part in worth.parts], axis=1)
        cash, now = ((f * flow).sum(axis=1) for f in (worth.undiscounted, worth.factor))
        for pile in self.flows.values():
            earned, discounted = pile.counted_usd()
            cash, now = cash + earned, now + discounted
        return {"cash_usd": cash, "discounted_usd": now, "npv_usd": np.cumsum(now)}

    def npv_mixed(self) -> float:
        """Discounted value (USD) where each bin of a stockpile mixes fully."""
        out = float(self._money()["discounted_usd"].sum())
        for pile in self.flows.values():
            out += float((pile.mixed_usd() - pile.counted_usd()[1]).sum())
        return out

    def _asked_for(self) -> Iterator[tuple[str, _F8]]:
        for blend in self.of.blends:
            name = blend.asked.name
            yield name, self.blend_grade(blend)
            yield f"{name} lower", blend.lower
            yield f"{name} upper", blend.upper
        for feed in self.of.feeds:
            yield f"{feed.asked.name} fed_t", self.total(feed.feed)
            yield f"{feed.asked.name} target_t", feed.target
        sunk = self.benches_sunk()
        yield "benches_sunk", np.max(list(sunk.values()), axis=0, initial=0)

    def blend_grade(self, blend: BlendAsked) -> _F8:
        """Mean grade of feed in each period; nan without feed."""
        return _ratio(self.total(blend.content), self.total(blend.feed))

    def feed_t(self, feed: FeedAsked) -> _F8:
        """Tonnes of feed in each period."""
        return self.total(feed.feed)

    def benches_sunk(self) -> dict[int, NDArray[np.int64]]:
        """By phase: how many benches lower its floor is than a period before, shape (t,)."""
        block = self.of.built.block
        bench, period = benches_down(self.planner.model, block), self.period[block]
        out = {}
        for phase in np.unique(self.of.phase).tolist():
            inside = self.of.phase == phase
            deep = bench[inside] - bench[inside].min() + 1
            floor = np.zeros(self.n_periods + 1, np.int64)
            mined = period[inside] >= 0
            np.maximum.at(floor, period[inside][mined] + 1, deep[mined])
            out[phase] = np.diff(np.maximum.accumulate(floor))
        return out

    def _grade_fields(self) -> list[str]:
        """Fields with the grades of elements that are recovered."""
        valuation = self.of.valuation
        if not isinstance(valuation, GradeValuation):
            return []
        fields = [valuation.economy.element(name).field for name in valuation.elements]
        return [f for f in dict.fromkeys(fields) if f in self.planner.model.fields]

    def stock_table(self) -> dict[str, list[Any]]:
        """Tonnes and metal put on each stockpile, taken up and lying, by period; columns."""
        rock = self.planner.rock_t[self.of.built.block]
        columns: dict[str, list[Any]] = {"stockpile": [], "period": []}
        for name, flow in self.flows.items():
            columns["stockpile"] += [name] * self.n_periods
            columns["period"] += range(self.n_periods)
            held = {"t": rock} | {
                f"{metal}_recoverable_t": of.later[name] for metal, of in self.metals.items()
            }
            for what, amount in held.items():
                for how, values in zip(
                    ("put", "taken_up", "lying"), flow.ledger(amount), strict=True
                ):
                    columns.setdefault(f"{how}_{what}", []).extend(values.tolist())
        return columns

    def limit_rows(self) -> list[dict[str, Any]]:
        """Each limit's bounds by period, for JSON."""
        return [
            {"name": limit.name, "lower": _listed(limit.lower), "upper": _listed(limit.upper)}
            for limit in self.of.limits
        ]

    def wish_rows(self) -> dict[str, list[dict[str, Any]]]:
        """What is asked beside limits and what the plan gives, by period, for JSON."""
        blends = [
            {
                "name": blend.asked.name,
                "destinations": list(blend.asked.destinations),
                "unit": blend.unit,
                "lower": _listed(blend.lower),
                "upper": _listed(blend.upper),
                "grade": _listed(self.blend_grade(blend)),
            }
            for blend in self.of.blends
        ]
        feeds = [
            {
                "name": feed.asked.name,
                "destinations": list(feed.asked.destinations),
                "target_t": _listed(feed.target),
                "within": feed.asked.within if feed.asked.target is not None else None,
                "steady_within": feed.asked.steady_within,
                "until": feed.asked.until,
                "fed_t": _listed(self.feed_t(feed)),
            }
            for feed in self.of.feeds
        ]
        sinking = [
            {"phase": phase, "benches": sunk.tolist()}
            for phase, sunk in self.benches_sunk().items()
        ]
        return {"blends": blends, "feeds": feeds, "sinking": sinking}

    def pile_rows(self) -> list[dict[str, Any]]:
        """Stockpiles and what they hold, for JSON."""
        table = self.stock_table()
        out = []
        for pile in self.of.piles:
            here = [i for i, name in enumerate(table["stockpile"]) if name == pile.name]
            out.append(
                {
                    "name": pile.name,
                    "value": "optimistic" if pile.each_as_itself else "conservative",
                    "slots": pile.slots.tolist(),
                    "bins": int(pile.bin.max(initial=-1)) + 1,
                    "blocks_that_may_go": int((pile.bin >= 0).sum()),
                    "periods": [
                        {key: column[i] for key, column in table.items() if key != "stockpile"}
                        for i in here
                    ],
                }
            )
        return out

    def block_fields(self) -> dict[str, Any]:
        """Fields of all blocks of the model: when, where to, and when taken up again."""
        n, of = self.planner.model.grid.n, self.of
        names = np.asarray(["", *of.worth.destinations], dtype=np.str_)
        going = np.zeros(n, np.int64)
        mined = self.share.sum(axis=1) > 0
        going[of.built.block] = np.where(mined, self.share.argmax(axis=1) + 1, 0)
        share = np.zeros((n, len(of.worth.destinations)))
        share[of.built.block] = self.share
        fields: dict[str, Any] = {"period": self.period, "destination": names[going]}
        fields |= {f"share_{d}": share[:, i] for i, d in enumerate(of.worth.destinations)}
        if of.piles:
            taken = np.sum([flow.taken for flow in self.flows.values()], axis=0)
            again = np.full(n, -1, np.int16)
            some = taken.sum(axis=1) > 0
            again[of.built.block] = np.where(some, taken.argmax(axis=1), -1)
            share_again = np.zeros(n)
            share_again[of.built.block] = taken.sum(axis=1)
            fields |= {"reclaim_period": again, "share_reclaimed": share_again}
        return fields


def refuse_names_twice(planner: Planner) -> None:
    """Refuse names that make two columns of one, before a plan is looked for.

    Raises
    ------
    ModelError
        As :meth:`PlanReport.by_period`.
    """
    of = planner.to_schedule
    n, n_d = of.built.problem.n, of.built.problem.n_destinations
    nothing = Plan(np.full(n, of.built.problem.n_periods, np.int32), np.zeros((n, n_d)))
    PlanReport(planner, of, nothing).by_period()


def _ratio(amount: _F8, of: _F8) -> _F8:
    out = np.full(len(of), np.nan)
    np.divide(amount, of, out=out, where=of > 0)
    return out


def _listed(values: _F8) -> list[Any]:
    return [plain(v) for v in values.tolist()]
