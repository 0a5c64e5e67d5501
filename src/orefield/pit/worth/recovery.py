"""How much of an element a process recovers: constant, by grade, by rock, from a field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.pit.worth.blocks import Blocks, rock_code
from orefield.pit.worth.checks import finite, points, share

_F8 = NDArray[np.float64]


@dataclass(frozen=True)
class Constant:
    """The same fraction at every grade.

    Raises
    ------
    ModelError
        When it is outside 0 to 1.
    """

    value: float

    def __post_init__(self) -> None:
        share(self.value, "recovery")

    def fraction(self, head: _F8, blocks: Blocks) -> _F8:
        """Fraction recovered at head grades, shape (n,)."""
        return np.full(head.shape, float(self.value))


@dataclass(frozen=True)
class Linear:
    """``intercept + slope * head``, kept between ``minimum`` and ``maximum``.

    Attributes
    ----------
    intercept : float
        Fraction at grade zero.
    slope : float
        Fraction per unit of the element's grade.
    minimum, maximum : float

    Raises
    ------
    ModelError
        When a number is not finite, or the range is not within 0 to 1.
    """

    intercept: float
    slope: float
    minimum: float = 0.0
    maximum: float = 1.0

    def __post_init__(self) -> None:
        finite(self.intercept, "recovery, intercept")
        finite(self.slope, "recovery, slope")
        if share(self.minimum, "recovery, minimum") > share(self.maximum, "recovery, maximum"):
            raise ModelError("a recovery's minimum is above its maximum", fix="swap them")

    def fraction(self, head: _F8, blocks: Blocks) -> _F8:
        """Fraction recovered at head grades, shape (n,)."""
        out: _F8 = np.clip(self.intercept + self.slope * head, self.minimum, self.maximum)
        return out


@dataclass(frozen=True)
class ConstantTail:
    """``clip(1 - tail / head, 0, maximum)``: the tailings keep the same grade.

    Attributes
    ----------
    tail : float
        Grade of the tailings, in the element's unit.
    maximum : float

    Raises
    ------
    ModelError
        When the tail is negative or the maximum outside 0 to 1.
    """

    tail: float
    maximum: float = 1.0

    def __post_init__(self) -> None:
        finite(self.tail, "recovery, tail", 0.0)
        share(self.maximum, "recovery, maximum")

    def fraction(self, head: _F8, blocks: Blocks) -> _F8:
        """Fraction recovered at head grades, shape (n,); 0 where the head is 0."""
        recovered = np.zeros_like(head)
        np.divide(head - np.minimum(self.tail, head), head, out=recovered, where=head > 0)
        capped: _F8 = np.minimum(recovered, self.maximum)
        return capped


@dataclass(frozen=True)
class Table:
    """Fractions at head grades, linear between them and held beyond the ends.

    Raises
    ------
    ModelError
        When grades do not rise, or a fraction is outside 0 to 1.
    """

    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        rows = points(self.points, "recovery table")
        for _, value in rows:
            share(value, "recovery table")
        object.__setattr__(self, "points", rows)

    def fraction(self, head: _F8, blocks: Blocks) -> _F8:
        """Fraction recovered at head grades, shape (n,)."""
        grade, value = np.array(self.points).T
        out: _F8 = np.interp(head, grade, value)
        return out


@dataclass(frozen=True)
class FromField:
    """Each block's own recovery, from a geometallurgical model.

    Attributes
    ----------
    name : str
        Field of the block model.
    scale : float
        What the field is multiplied by to be a fraction: 0.01 for percent.

    Raises
    ------
    ModelError
        When the scale is negative or not finite.
    """

    name: str
    scale: float = 1.0

    def __post_init__(self) -> None:
        finite(self.scale, f"recovery from field '{self.name}'", 0.0)

    def fraction(self, head: _F8, blocks: Blocks) -> _F8:
        """Fraction recovered, shape (n,).

        Raises
        ------
        ModelError
            When a block's value is outside 0 to 1.
        """
        out: _F8 = blocks.field(self.name) * self.scale
        bad = np.flatnonzero(~((out >= 0) & (out <= 1)))
        if len(bad):
            raise ModelError(
                f"recovery from field '{self.name}' is {out[bad[0]]:g}",
                where=f"block {blocks.index[bad[0]]}",
                fix="give a fraction from 0 to 1, or percent with unit '%'",
            )
        return out


@dataclass(frozen=True)
class ByRock:
    """A recovery of its own for each rock code.

    Attributes
    ----------
    rocks : mapping of str to recovery
    otherwise : recovery, optional
        For all other codes; without it a block of another rock is an error.

    Raises
    ------
    ModelError
        When no rock is named.
    """

    rocks: Mapping[str, Recovery]
    otherwise: Recovery | None = None

    def __post_init__(self) -> None:
        if not self.rocks:
            raise ModelError("a recovery by rock names no rock", fix="add rock codes")
        object.__setattr__(self, "rocks", dict(self.rocks))

    def fraction(self, head: _F8, blocks: Blocks) -> _F8:
        """Fraction recovered at head grades, shape (n,).

        Raises
        ------
        ModelError
            When a block's rock has no recovery.
        """
        codes, place = blocks.rock()
        out = np.zeros_like(head)
        open_ = blocks.tonnes > 0
        for key, recovery in self.rocks.items():
            here = (codes == rock_code(key, codes.dtype))[place] & open_
            out[here] = recovery.fraction(head, blocks)[here]
            open_ &= ~here
        left = np.flatnonzero(open_)
        if len(left) and self.otherwise is None:
            raise ModelError(
                f"recovery by rock has no value for rock '{codes[place[left[0]]]}'",
                where=f"block {blocks.index[left[0]]}",
                fix="add the code, or a recovery for all others",
            )
        if len(left) and self.otherwise is not None:
            out[left] = self.otherwise.fraction(head, blocks)[left]
        return out


Recovery = Constant | Linear | ConstantTail | Table | FromField | ByRock
"""Any model of recovery."""
