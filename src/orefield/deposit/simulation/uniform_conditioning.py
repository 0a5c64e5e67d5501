"""Uniform conditioning: what is recoverable of small blocks within panels of known estimate.

Rivoirard (1994, Introduction to Disjunctive Kriging and Non-Linear Geostatistics, chapter on
uniform conditioning), and the localisation of Abzalov (2006, "Localised uniform conditioning
(LUC): a new approach for direct modelling of small blocks", Mathematical Geology 38(4)); from
memory.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from orefield.core.errors import ModelError
from orefield.deposit.simulation.anamorphosis import Anamorphosis

_F8 = NDArray[np.float64]
_QUANTILES = 400
_SCORES = np.linspace(-5.5, 5.5, 2201)


@dataclass(frozen=True, eq=False)
class UniformConditioning:
    """Distribution of small blocks in a panel, given the panel's estimate alone.

    Build it with :meth:`of`.

    Attributes
    ----------
    anamorphosis : Anamorphosis
        Of points.
    block : float
        Support coefficient of small blocks.
    panel : float
        Coefficient of the panels' estimates, smaller.
    """

    anamorphosis: Anamorphosis
    block: float
    panel: float

    @classmethod
    def of(
        cls, anamorphosis: Anamorphosis, block_share: float, estimate_variance: float
    ) -> UniformConditioning:
        """Coefficients from variances.

        Parameters
        ----------
        anamorphosis : Anamorphosis
            Of points.
        block_share : float
            Variance of small blocks over that of points (see ``variance_share``).
        estimate_variance : float
            Variance of the panels' estimates, in the square of the grade's unit: by model (the
            variance of panels less the kriging variance), or of the estimates as they are.

        Raises
        ------
        ModelError
            When estimates vary as much as small blocks, or not at all.
        """
        block = anamorphosis.support(block_share)
        most = anamorphosis.block_variance(block)
        if not 0.0 < estimate_variance < most:
            raise ModelError(
                f"panels' estimates have a variance of {estimate_variance:.4g}, small blocks one "
                f"of {most:.4g}",
                fix="panels are larger than blocks, and estimates vary less: check the supports",
            )
        panel = anamorphosis.support(estimate_variance / anamorphosis.variance)
        return cls(anamorphosis, block, panel)

    def quantiles(self, estimates: _F8, count: int = _QUANTILES) -> _F8:
        """Grades of ``count`` equal classes of a panel's small blocks, poorest first.

        Parameters
        ----------
        estimates : ndarray of shape (p,)
            Of panels. Beyond what the model gives any panel, they count as the outermost.
        count : int
            Classes of equal tonnage; each has the mean grade of its part.

        Returns
        -------
        ndarray of shape (p, count)
        """
        fine = max(1, math.ceil(_QUANTILES / count))
        share = (np.arange(count * fine) + 0.5) / (count * fine)
        ratio = self.panel / self.block
        table = self.anamorphosis.grades(_SCORES, self.panel)
        score = np.interp(np.asarray(estimates, dtype=np.float64), table, _SCORES)
        given = ratio * score[:, None] + math.sqrt(1.0 - ratio**2) * special.ndtri(share)
        grades = self.anamorphosis.grades(given, self.block)
        return np.asarray(grades.reshape(len(score), count, fine).mean(axis=2))

    def recovered(self, estimates: _F8, cutoffs: _F8) -> tuple[_F8, _F8]:
        """Tonnage and metal above cut-offs in each panel, both of shape (p, c).

        Tonnage as a share of the panel's; metal is grade times that share.
        """
        grades = self.quantiles(estimates)
        tonnage = np.empty((len(grades), len(cutoffs)))
        metal = np.empty_like(tonnage)
        for k, cutoff in enumerate(cutoffs):
            above = grades >= cutoff
            tonnage[:, k] = above.mean(axis=1)
            metal[:, k] = (grades * above).mean(axis=1)
        return tonnage, metal

    def localised(self, estimates: _F8, ranking: _F8) -> _F8:
        """A grade for every small block: those of its panel, in the order of a ranking.

        Parameters
        ----------
        estimates : ndarray of shape (p,)
            Of panels.
        ranking : ndarray of shape (p, k)
            Estimates of the k small blocks in each panel; their order counts, of equal ones the
            first is taken for poorer.

        Returns
        -------
        ndarray of shape (p, k)
            With the distribution that uniform conditioning gives the panel.

        Raises
        ------
        ModelError
            When the shapes do not fit, or a number is not finite.
        """
        order = np.asarray(ranking, dtype=np.float64)
        panels = np.asarray(estimates, dtype=np.float64)
        if order.ndim != 2 or panels.shape != order.shape[:1]:
            raise ModelError(f"{panels.shape} panels have a ranking of shape {order.shape}")
        if not (np.isfinite(order).all() and np.isfinite(panels).all()):
            raise ModelError("an estimate is not finite", fix="leave those panels out")
        out = np.empty_like(order)
        places = np.argsort(order, axis=1, kind="stable")
        np.put_along_axis(out, places, self.quantiles(panels, order.shape[1]), axis=1)
        return out
