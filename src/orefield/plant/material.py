"""A stream or a pile: its dry mass and the metal in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from orefield.core.amounts import Array, amount
from orefield.core.errors import InputError

_GRAM = 1e-6
# A deposit dug out in many draws keeps metal of a rounding error; in tonnes, a gram is
# far above it and far below anything that matters.

METALS = ("Cu", "Mo", "Ag", "Au")
"""Metals followed through the plant, by the ledger's names."""


@dataclass(frozen=True, eq=False)
class Material:
    """Dry tonnes of a material and the tonnes of each metal contained in it.

    Parameters
    ----------
    dry_t, cu_t, mo_t, ag_t, au_t : array_like
        Any shapes that broadcast against each other, usually (n_draws, n_years).
        Contained metal is part of the dry mass, not beside it. Kept as read-only
        float64 arrays of one shape; inputs are not copied where they need no change.

    Raises
    ------
    InputError
        When a number is negative or not finite, shapes do not broadcast, or the metals
        together weigh more than the material (beyond rounding, or a gram).
    """

    dry_t: Array
    cu_t: Array
    mo_t: Array
    ag_t: Array
    au_t: Array

    def __post_init__(self) -> None:
        names = [f.name for f in fields(self)]
        arrays = [amount(name, getattr(self, name)) for name in names]
        try:
            shaped = np.broadcast_arrays(*arrays)
        except ValueError as error:
            shapes = ", ".join(f"{n} {a.shape}" for n, a in zip(names, arrays, strict=True))
            raise InputError(
                f"arrays of one material have different shapes: {shapes}",
                fix="give every quantity by draw and year in the same order",
            ) from error
        dry, *metals = shaped
        metal = metals[0] + metals[1] + metals[2] + metals[3]
        over = metal > dry * (1.0 + 1e-9) + _GRAM
        if over.any():
            at = tuple(int(i) for i in np.argwhere(over)[0])
            raise InputError(
                f"metals of {metal[at]:g} t in {dry[at]:g} t of material",
                where=f"element {at}",
                fix="check that metal and mass are both in tonnes",
            )
        for name, array in zip(names, shaped, strict=True):
            view = array.view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)

    @classmethod
    def of(
        cls,
        dry_t: ArrayLike,
        cu_t: ArrayLike,
        mo_t: ArrayLike = 0.0,
        ag_t: ArrayLike = 0.0,
        au_t: ArrayLike = 0.0,
    ) -> Material:
        """A material from anything array-like; metals left out are absent from it."""
        return cls(
            *(np.asarray(values, dtype=np.float64) for values in (dry_t, cu_t, mo_t, ag_t, au_t))
        )

    @classmethod
    def stacked(cls, dry_t: ArrayLike, metal_t: ArrayLike) -> Material:
        """A material from metals stacked along the last axis, in the order of :data:`METALS`.

        Raises
        ------
        InputError
            When that axis has another length; also as the class.
        """
        metals = np.asarray(metal_t, dtype=np.float64)
        if metals.ndim == 0 or metals.shape[-1] != len(METALS):
            raise InputError(
                f"stacked metals have shape {metals.shape}",
                where="metal_t",
                fix=f"the last axis holds {', '.join(METALS)}",
            )
        return cls.of(dry_t, *(metals[..., i] for i in range(len(METALS))))

    @property
    def shape(self) -> tuple[int, ...]:
        """Common shape of the arrays."""
        return self.dry_t.shape

    @property
    def cu_pct(self) -> Array:
        """Copper grade (% of dry mass); NaN where there is no material."""
        return self._grade(self.cu_t, 1e2)

    @property
    def mo_pct(self) -> Array:
        """Molybdenum grade (% of dry mass); NaN where there is no material."""
        return self._grade(self.mo_t, 1e2)

    @property
    def ag_gpt(self) -> Array:
        """Silver grade (g/t); NaN where there is no material."""
        return self._grade(self.ag_t, 1e6)

    @property
    def au_gpt(self) -> Array:
        """Gold grade (g/t); NaN where there is no material."""
        return self._grade(self.au_t, 1e6)

    def commodities(self) -> Iterator[tuple[str, Array]]:
        """``("solids", dry_t)``, then each of :data:`METALS` with its tonnes."""
        yield "solids", self.dry_t
        yield from zip(METALS, (self.cu_t, self.mo_t, self.ag_t, self.au_t), strict=True)

    def _grade(self, metal_t: Array, scale: float) -> Array:
        out = np.full(self.shape, np.nan)
        np.divide(metal_t * scale, self.dry_t, out=out, where=self.dry_t > _GRAM)
        return out
