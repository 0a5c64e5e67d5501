"""Nested pits for falling charges on scarce resources: groups to start a schedule from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orefield.kernels.closure import closure_arcs
from orefield.kernels.sequencing import sub_graph
from orefield.pit.production.instance import Instance
from orefield.pit.production.restrict import scaled

_F8 = NDArray[np.float64]
_SHELLS, _MARGINS, _BLENDS = 12, 6, 2


def shell_groups(instance: Instance) -> NDArray[np.int32]:
    """A group for each block: its nested pit, and how clear the choice of destination is.

    Nested pits bear falling charges on the resources blocks use. Blocks of one pit are told
    apart by what their best destination gains over the next best, and by whether they help or
    hurt a blend: groups that hold both could only be sent anywhere as they are.

    Returns
    -------
    int32 array, shape (n,)
        From 0 on, without gaps.
    """
    i = instance
    value = i.value[0].copy()
    value[~i.allowed] = -np.inf
    destination = value.argmax(axis=1)
    shell = _shells(i, value[np.arange(i.n), destination], destination)
    shell = shell * 4**_BLENDS + _blended(i)
    if i.n_destinations == 1:
        return np.unique(shell, return_inverse=True)[1].astype(np.int32)
    margin = np.zeros(i.n)
    two = i.allowed.sum(axis=1) > 1
    ranked = np.sort(value[two], axis=1)
    margin[two] = ranked[:, -1] - ranked[:, -2]
    steps = np.quantile(margin[two], np.linspace(0, 1, _MARGINS + 1)[1:-1]) if two.any() else []
    kind = np.where(two, 1 + np.searchsorted(steps, margin), 0)
    key = shell * (_MARGINS + 1) + kind
    return np.unique(key, return_inverse=True)[1].astype(np.int32)


def _blended(instance: Instance) -> NDArray[np.int64]:
    """A number for each block that tells how much it helps or hurts the first few blends."""
    out = np.zeros(instance.n, np.int64)
    mixed = [use for use in instance.use if (use < 0).any() and (use > 0).any()]
    for use in mixed[:_BLENDS]:
        most = np.where(use.max(axis=1) > -use.min(axis=1), use.max(axis=1), use.min(axis=1))
        middles = [np.median(most[side]) if side.any() else 0.0 for side in (most < 0, most > 0)]
        out = 4 * out + np.searchsorted([middles[0], 0.0, middles[1]], most)
    return out


def _shells(instance: Instance, best: _F8, destination: NDArray[np.int64]) -> _F8:
    """Number of the nested pit each block lies in, by charge on the resources it uses."""
    i = instance
    taken = i.use[:, np.arange(i.n), destination]
    scarce = np.where(np.isfinite(i.upper), i.upper, np.nan)
    total = np.nansum(scarce, axis=1)
    counts = (total > 0) & np.isfinite(scarce).any(axis=1)
    load = (taken[counts] / total[counts, None]).sum(axis=0) if counts.any() else np.ones(i.n)
    rate = np.where(load > 0, best / np.where(load > 0, load, 1.0), 0.0)
    rich = rate[rate > 0]
    shell = np.full(i.n, float(_SHELLS))
    if len(rich) == 0:
        return shell
    charges = np.quantile(rich, np.linspace(0.97, 0.0, _SHELLS))
    rest = np.ones(i.n, bool)
    for number, charge in enumerate(charges):
        start, needed, block = sub_graph(rest, i.start, i.needed)
        if len(block) == 0:
            break
        value, _ = scaled((best - charge * load)[block])
        mask, _ = closure_arcs(value, start, needed.astype(np.int64))
        shell[block[mask]] = number
        rest[block[mask]] = False
    return shell
