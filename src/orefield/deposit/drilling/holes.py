"""Holes that could be drilled: collars, directions, lengths, and the samples they would give."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError

_F8 = NDArray[np.float64]
_MASK = NDArray[np.bool_]

MAX_SAMPLES = 400_000
"""Samples of all candidates together; more is taken for a slip of spacing or sample length."""


@dataclass(frozen=True, eq=False)
class PlannedHoles:
    """Straight holes.

    Parameters
    ----------
    collar_m : ndarray of shape (h, 3)
        East, north, elevation (m).
    azimuth_deg, dip_deg : ndarray of shape (h,)
        Clockwise from north; below the horizontal, 90 is straight down.
    length_m : ndarray of shape (h,)
    names : tuple of str, optional

    Raises
    ------
    ModelError
        For no hole, shapes that do not fit, numbers that are not finite, dips beyond +-90, or
        lengths that are not positive.
    """

    collar_m: _F8
    azimuth_deg: _F8
    dip_deg: _F8
    length_m: _F8
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        collar = np.ascontiguousarray(self.collar_m, dtype=np.float64)
        n = len(collar)
        if n == 0 or collar.shape != (n, 3):
            raise ModelError(f"collars have shape {collar.shape}", fix="give (h, 3), one or more")
        put = object.__setattr__
        put(self, "collar_m", collar)
        for name in ("azimuth_deg", "dip_deg", "length_m"):
            put(self, name, np.ascontiguousarray(getattr(self, name), dtype=np.float64))
            if getattr(self, name).shape != (n,):
                raise ModelError(f"{n} holes have {name} of shape {getattr(self, name).shape}")
        every = np.column_stack([collar, self.azimuth_deg, self.dip_deg, self.length_m])
        if not np.isfinite(every).all():
            bad = int(np.flatnonzero(~np.isfinite(every).all(axis=1))[0])
            raise ModelError("a planned hole has a number that is not finite", where=f"hole {bad}")
        if (np.abs(self.dip_deg) > 90).any():
            raise ModelError("a planned hole dips beyond 90 degrees", fix="90 is straight down")
        if not (self.length_m > 0).all():
            raise ModelError("a planned hole has no length", fix="give metres above zero")
        names = self.names or tuple(f"P{i + 1:0{len(str(n))}d}" for i in range(n))
        if len(names) != n or len(set(names)) != n:
            raise ModelError(f"{n} planned holes have {len(set(names))} names")
        put(self, "names", names)

    def __len__(self) -> int:
        return len(self.collar_m)

    def where(self, rows: NDArray[np.integer] | _MASK) -> PlannedHoles:
        """Those of a mask, or in the order of indices."""
        at = np.flatnonzero(rows) if np.asarray(rows).dtype == np.bool_ else np.asarray(rows)
        return PlannedHoles(
            self.collar_m[at], self.azimuth_deg[at], self.dip_deg[at], self.length_m[at],
            tuple(self.names[int(i)] for i in at),
        )  # fmt: skip

    def joined(self, more: PlannedHoles) -> PlannedHoles:
        """These and more of them."""
        return PlannedHoles(
            np.concatenate([self.collar_m, more.collar_m]),
            np.concatenate([self.azimuth_deg, more.azimuth_deg]),
            np.concatenate([self.dip_deg, more.dip_deg]),
            np.concatenate([self.length_m, more.length_m]),
            self.names + more.names,
        )

    def directions(self) -> _F8:
        """Unit vectors down the holes, shape (h, 3)."""
        azimuth, dip = np.radians(self.azimuth_deg), np.radians(self.dip_deg)
        flat = np.cos(dip)
        return np.column_stack([flat * np.sin(azimuth), flat * np.cos(azimuth), -np.sin(dip)])

    def ends(self) -> _F8:
        """Where they stop (m), shape (h, 3)."""
        return self.collar_m + self.length_m[:, None] * self.directions()

    def samples(self, sample_m: float, *, flat_m: float | None = None) -> HoleSamples:
        """Where they would be sampled.

        Parameters
        ----------
        sample_m : float
            Length of a sample (m) along the hole; the last goes to its end, half to one and a half
            times as long.
        flat_m : float, optional
            In 2-D: every hole is one sample, at its collar, at this elevation.

        Raises
        ------
        ModelError
            For a length that is not positive, or absurdly many samples.
        """
        if flat_m is not None:
            places = self.collar_m.copy()
            places[:, 2] = flat_m
            return HoleSamples(places[:, None], np.ones((len(self), 1), dtype=np.bool_))
        if not (math.isfinite(sample_m) and sample_m > 0):
            raise ModelError(f"samples of {sample_m:g} m", fix="give metres above zero")
        counts = np.maximum(np.floor(self.length_m / sample_m + 0.5), 1).astype(np.int64)
        most = int(counts.max())
        if len(self) * most > MAX_SAMPLES:
            raise ModelError(
                f"{len(self):,} candidate holes of up to {most:,} samples each",
                fix="longer samples (sample_m), a coarser grid of collars, or fewer directions",
            )
        step = np.arange(most)
        # the last sample goes to the end of the hole
        end = np.where(step == counts[:, None] - 1, self.length_m[:, None], (step + 1) * sample_m)
        depth = 0.5 * (step * sample_m + end)
        valid = np.arange(most) < counts[:, None]
        depth = np.where(valid, depth, 0.5 * self.length_m[:, None])
        places = self.collar_m[:, None] + depth[..., None] * self.directions()[:, None]
        return HoleSamples(places, valid)


@dataclass(frozen=True, eq=False)
class HoleSamples:
    """Samples of holes, each hole with room for as many as the longest.

    Attributes
    ----------
    places_m : ndarray of shape (h, k, 3)
    valid : bool array, shape (h, k)
        False where a hole has no more samples.
    """

    places_m: _F8
    valid: _MASK

    def __len__(self) -> int:
        return len(self.places_m)

    @property
    def width(self) -> int:
        """Most samples of a hole, k."""
        return int(self.valid.shape[1])

    def flat(self) -> _F8:
        """All places, shape (h k, 3)."""
        return np.ascontiguousarray(self.places_m.reshape(-1, 3))

    def where(self, rows: NDArray[np.integer]) -> HoleSamples:
        """Samples of some holes."""
        return HoleSamples(self.places_m[rows], self.valid[rows])
