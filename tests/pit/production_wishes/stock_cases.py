"""A small pit with a pile that feeds its mill when nothing can be mined, and its accounts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from schedule_oracle import small_pit

from orefield.pit.production.stockpile import Stockpile

DISCOUNT = 0.9


def case(seed, n_t=3, idle=1):
    """Mill, dump and pile; what is taken up earns the mill's value less rehandling.

    Nothing can be mined in the last ``idle`` periods: the mill lives on stock then.
    """
    small = small_pit(seed, (5, 3), periods=n_t, rock=9, mill=2, mean=0.6)
    rock = np.full(n_t, 9.0)
    rock[n_t - idle :] = 0.0
    upper = {"rock": rock, "mill": small.limits[1].upper}
    pile = small.value[:, :, 1:] - 0.1
    problem = replace(
        small,
        value=np.concatenate([small.value, pile], 2),
        limits=tuple(
            replace(
                k, use=np.column_stack([k.use, np.full(15, float(k.name == "rock"))]),
                upper=upper[k.name],
            )
            for k in small.limits
        ),
        destinations=("mill", "dump", "pile"),
    )  # fmt: skip
    slots = np.arange(1, n_t)
    # putting a block on the pile has paid for mining; the mill's value has that in it too
    gain = small.value[0, :, 0] + 1.0 - 0.3
    stock = Stockpile(
        "pile", np.ones(15), slots, DISCOUNT ** slots[:, None] * gain, {"mill": np.ones(15)}
    )
    return problem, stock, gain


def taken_up(piles, share, n_d, amount=None):
    """What is taken up in each period under shares (t, n, d): of feed, or of another amount."""
    out, column = np.zeros(len(share)), n_d
    for pile in piles:
        for slot in pile.slots:
            out[slot] += (pile.feed if amount is None else amount) @ share[:slot, :, column].sum(
                axis=0
            )
            column += 1
    return out


def too_late(piles, share, n_d):
    """What goes to slots that are over."""
    slots = np.concatenate([pile.slots for pile in piles])
    return sum(share[slot:, :, n_d + k].sum() for k, slot in enumerate(slots))


def by_period(plan, problem):
    """Shares (t, n, d) of a plan."""
    share = np.zeros((problem.n_periods, problem.n, problem.n_destinations))
    mined = np.flatnonzero(plan.period < problem.n_periods)
    share[plan.period[mined], mined] = plan.share[mined]
    return share


def lying_at_ends(pile, share, tonnes):
    """What lies on one pile at the end of each period, of which ``share[:, :, 2]`` for ever."""
    put = np.einsum("tnd,n->t", share[:, :, 2:], tonnes)
    return np.cumsum(put - taken_up([pile], share, 3, tonnes))


def drawn_mixed(piles, bins, share, amounts, n_t, n_d):
    """What is taken up in each period from bins that mix, of one amount of each pile's blocks."""
    out, column = np.zeros(n_t), n_d
    for pile, bins_of, amount in zip(piles, bins, amounts, strict=True):
        columns = {int(slot): column + k for k, slot in enumerate(pile.slots)}
        column += len(pile.slots)
        for b in np.unique(bins_of):
            inside = bins_of == b
            tonnes, held = 0.0, 0.0
            for t in range(n_t):
                if t in columns and tonnes > 1e-12:
                    fed = pile.feed[inside] @ share[:t, inside, columns[t]].sum(axis=0)
                    part = min(fed / tonnes, 1.0)
                    out[t] += part * held
                    tonnes, held = tonnes * (1 - part), held * (1 - part)
                for slot, c in columns.items():
                    if slot > t:
                        tonnes += pile.feed[inside] @ share[t, inside, c]
                        held += amount[inside] @ share[t, inside, c]
    return out
