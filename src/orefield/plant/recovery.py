"""How much of a metal flotation recovers from ore of a given grade.

Copper follows the **constant-tail** model: every tonne of ore leaves the same small
grade behind, whatever its head, up to a highest recovery:

    R = clip(1 - tail / head, 0, R_max)

Because the loss is then ``tail x ore`` tonnes, recovered copper is *linear in ore tonnes
and contained copper* as long as neither limit is reached: recovering two parcels
separately or blended gives the same metal. That is what lets a schedule add parcels up
before a plant sees them. At the limits it is not linear: a blend of a parcel below the
tail grade with a rich one recovers less than the two apart.

Limits of the model: it knows no liberation, oxidation or throughput effects; ``tail`` is
the loss per tonne of *ore*, so the assay of the tailings is higher by ore / tailings
(about 2 % for a porphyry); and above ``tail / (1 - R_max)`` the limit rules, not the tail.
By-products have one recovery each, as published figures rarely support more.

Source: the two-product formula and grade-recovery behaviour in Wills & Finch, *Wills'
Mineral Processing Technology* (8th ed., 2016), ch. 1; the constant tail is a common
planning simplification, and its parameter an assumption of the study.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from orefield.core.amounts import Array, amount, within
from orefield.core.errors import InputError


def copper_recovery(
    head_cu_pct: ArrayLike, tail_cu_pct: ArrayLike, max_recovery: ArrayLike
) -> Array:
    """Copper recovery (fraction) of ore with a head grade, by the constant tail.

    Parameters
    ----------
    head_cu_pct, tail_cu_pct : array_like
        Grades (% Cu) of the ore and left in each tonne of it.
    max_recovery : array_like
        Highest recovery, fraction in [0, 1].

    Returns
    -------
    ndarray of the broadcast shape; 0 where the head is at or below the tail (and where
    it is 0).

    Raises
    ------
    InputError
        For a grade outside 0-100 % or a limit outside 0-1.
    """
    head = within("head_cu_pct", head_cu_pct, 0.0, 100.0)
    tail = within("tail_cu_pct", tail_cu_pct, 0.0, 100.0)
    limit = within("max_recovery", max_recovery, 0.0, 1.0)
    head, tail, limit = np.broadcast_arrays(head, tail, limit)
    share_lost = np.ones(head.shape)
    np.divide(tail, head, out=share_lost, where=head > tail)
    return np.clip(1.0 - share_lost, 0.0, limit)


def recovered_copper_t(
    ore_t: ArrayLike, cu_t: ArrayLike, tail_cu_pct: ArrayLike, max_recovery: ArrayLike
) -> Array:
    """Copper recovered (t) from ``ore_t`` holding ``cu_t``, by the constant tail.

    The same as ``cu_t * copper_recovery(head, ...)``, written in tonnes so that it needs
    no division and is defined for no ore: ``clip(cu_t - tail x ore_t, 0, R_max x cu_t)``.

    Raises
    ------
    InputError
        As :func:`copper_recovery`, and for negative tonnes.
    """
    ore, cu = amount("ore_t", ore_t), amount("cu_t", cu_t)
    tail = within("tail_cu_pct", tail_cu_pct, 0.0, 100.0)
    limit = within("max_recovery", max_recovery, 0.0, 1.0)
    return np.minimum(np.maximum(cu - tail / 100.0 * ore, 0.0), limit * cu)


def head_for_recovery(
    recovery: ArrayLike, tail_cu_pct: ArrayLike, max_recovery: ArrayLike
) -> Array:
    """The lowest head grade (% Cu) at which ``recovery`` is reached: tail / (1 - R).

    Inverse of :func:`copper_recovery` between its limits. At ``recovery`` 0 it is the
    tail itself (every lower head also recovers nothing), at ``max_recovery`` the grade
    from which the limit rules.

    Raises
    ------
    InputError
        When the recovery exceeds the limit or is 1 (no finite grade gives it), or the
        tail is 0 (recovery then does not depend on the head).
    """
    limit = within("max_recovery", max_recovery, 0.0, 1.0)
    tail = within("tail_cu_pct", tail_cu_pct, 0.0, 100.0, open_low=True)
    wanted = within("recovery", recovery, 0.0, 1.0)
    if (wanted > limit).any() or (wanted >= 1.0).any():
        raise InputError(
            f"a recovery of {float(wanted.max()):g} is out of reach",
            where="recovery",
            fix=f"ask for at most max_recovery, {float(limit.min()):g}, and less than 1",
        )
    return np.asarray(tail / (1.0 - wanted), dtype=np.float64)


def recovered_byproduct_t(metal_t: ArrayLike, recovery: ArrayLike) -> Array:
    """By-product recovered (t) at a constant recovery (fraction).

    Raises
    ------
    InputError
        For negative tonnes or a recovery outside 0-1.
    """
    return np.asarray(
        amount("metal_t", metal_t) * within("recovery", recovery, 0.0, 1.0), dtype=np.float64
    )
