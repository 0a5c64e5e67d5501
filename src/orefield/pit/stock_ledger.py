"""What comes to a stockpile, is taken up and lies there: a ledger that closes in every period."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orefield.pit.model_problem import ModelProblem
from orefield.pit.model_stock import BlockPile
from orefield.pit.production.problem import Plan

_F8 = NDArray[np.float64]


class PileFlow:
    """What comes to a pile, is taken up and lies there under a plan, period by period.

    Tonnes are those of the plan. What they hold is that of piles that mix fully, one for each
    bin: what is taken up in a period holds the mean of what lay in its bin the period before.

    Parameters
    ----------
    built : ModelProblem
        Of :func:`stocked`.
    plan : Plan
    pile : BlockPile
    """

    def __init__(self, built: ModelProblem, plan: Plan, pile: BlockPile) -> None:
        self.pile = pile
        self._n_t = built.problem.n_periods
        self._period = plan.period[built.unit]
        self.put = built.block_share(plan)[:, built.names.index(pile.name)]
        self.taken = built.taken_up(plan, pile.name)
        bins = int(pile.bin.max(initial=0)) + 1
        drawn = np.stack([self._by_bin(pile.feed_t * share, bins) for share in self.taken.T])
        put = self._put(pile.feed_t, bins)
        lying = np.cumsum(put - drawn, axis=0) - put + drawn  # at the start of the period
        self._part = np.clip(
            np.divide(drawn, lying, out=np.zeros_like(drawn), where=lying > 0), 0.0, 1.0
        )

    def _by_bin(self, amount: _F8, bins: int) -> _F8:
        inside = self.pile.bin >= 0
        return np.bincount(self.pile.bin[inside], amount[inside], bins).astype(np.float64)

    def _put(self, amount: _F8, bins: int) -> _F8:
        return np.stack(
            [
                self._by_bin(np.where(self._period == t, amount * self.put, 0.0), bins)
                for t in range(self._n_t)
            ]
        )

    def ledger(self, amount: _F8) -> tuple[_F8, _F8, _F8]:
        """What comes, is taken up, and lies at the end of each period, shapes (t,).

        Of anything that blocks hold, shape (m,): tonnes, metal, what a limit counts.
        """
        put = self._put(amount, self._part.shape[1])
        held, out, lying = np.zeros(put.shape[1]), np.zeros(self._n_t), np.zeros(self._n_t)
        for t in range(self._n_t):
            drawn = self._part[t] * held
            held = held - drawn + put[t]
            out[t], lying[t] = drawn.sum(), held.sum()
        return put.sum(axis=1), out, lying

    def counted_usd(self) -> tuple[_F8, _F8]:
        """What the plan counts for what is taken up: undiscounted and discounted, shapes (t,)."""
        now_usd = self.pile.stock().reclaimed
        cash_usd = self.pile.stock(self.pile.worth.undiscounted).reclaimed
        cash, now = np.zeros(self._n_t), np.zeros(self._n_t)
        for k, slot in enumerate(self.pile.slots):
            now[slot] += now_usd[k] @ self.taken[:, slot]
            cash[slot] += cash_usd[k] @ self.taken[:, slot]
        return cash, now

    def mixed_usd(self) -> _F8:
        """Discounted value of what is taken up from piles that mix, shape (t,)."""
        worth = self.pile.worth
        out = [self.ledger(part)[1] for part in worth.parts[:, :, 0]]
        found: _F8 = (worth.factor * np.stack(out, axis=1)).sum(axis=1)
        return found
