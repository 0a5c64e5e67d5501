"""Standard errors of claims: from the class of the source, and never from the value claimed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from types import MappingProxyType

import numpy as np

from orefield.core.errors import EvidenceError
from orefield.evidence.vocabulary import SigmaClass

RELATIVE_SIGMA = MappingProxyType(
    {
        SigmaClass.A: 0.03,
        SigmaClass.B: 0.05,
        SigmaClass.C: 0.08,
        SigmaClass.D: 0.15,
        SigmaClass.E: 0.30,
    }
)
"""Relative standard error by class of source.

Basis: assumption. The order follows :class:`~orefield.evidence.vocabulary.SigmaClass`; the sizes
are judged from how far editions of one figure lie apart: a first estimate of a national mine
output and its later revision differ by a few per cent to about 7 (class A and B), trade
press against statistics by about 10 (C), news with lost digits and mixed bases by more (D, E). They
are no fit to data; pass another table where one is known.
"""


def sigma_of(
    sigma_class: SigmaClass,
    scale: float,
    *,
    rounding: float = 0.0,
    half_range: float = 0.0,
    steps: int = 0,
    relative: dict[SigmaClass, float] | None = None,
) -> float:
    """Standard error of a claim.

    ``sqrt((r(class) * scale)^2 + rounding^2/3 + half_range^2/3)``: rounding and stated ranges are
    taken as uniform within their half-width w, whose standard deviation is w/sqrt(3).

    Parameters
    ----------
    sigma_class : SigmaClass
        Of the claim.
    scale : float
        Size of the quantity, known from outside the claim; see :func:`outside_scale`.
    rounding, half_range : float
        Half-widths, in the unit of the scale.
    steps : int
        Classes to go down, for figures that were relayed (E is the last).
    relative : mapping, optional
        In place of :data:`RELATIVE_SIGMA`.

    Raises
    ------
    EvidenceError
        For a scale that is not above 0, or a half-width below 0.
    """
    if not (math.isfinite(scale) and scale > 0.0):
        raise EvidenceError(
            f"the scale of a sigma is {scale}", fix="give the size of the quantity, above 0"
        )
    if rounding < 0.0 or half_range < 0.0 or not math.isfinite(rounding + half_range):
        raise EvidenceError(f"half-widths are {rounding} and {half_range}", fix="0 or more")
    order = list(SigmaClass)
    lower = order[min(order.index(sigma_class) + max(steps, 0), len(order) - 1)]
    share = (relative or RELATIVE_SIGMA)[lower]
    return math.sqrt((share * scale) ** 2 + rounding**2 / 3.0 + half_range**2 / 3.0)


def outside_scale(others: Iterable[float]) -> float | None:
    """Size of a quantity from values that are independent of the claim at hand.

    The median of their sizes: half of them may be wrong without moving it far. None where
    nothing other than zeros is known.
    """
    sizes = [abs(v) for v in others if math.isfinite(v) and v != 0.0]
    return float(np.median(sizes)) if sizes else None
