"""How far from samples simulation classifies blocks: as told, or as far as the variogram goes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.deposit.reach import reach_of_samples
from orefield.commands.deposit.resource_model import ResourceModel
from orefield.commands.deposit.settings import DepositSettings
from orefield.core import ModelError
from orefield.deposit.classification.spacing import hole_distances
from orefield.deposit.job.inputs import samples_of
from orefield.deposit.orientation import Ellipsoid

_MASK = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Reached:
    """Blocks near enough to samples to have a class.

    Attributes
    ----------
    near : bool array, shape (n,)
    ranges_m : (float, float, float)
        Semi-axes of the ellipsoid in which a block must have a sample.
    source : str
        Where they are from.
    beyond_t : float
        Estimated rock that is further (t).
    """

    near: _MASK
    ranges_m: tuple[float, float, float]
    source: str
    beyond_t: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "ranges_m": list(self.ranges_m), "from": self.source, "beyond_t": self.beyond_t,
        }  # fmt: skip


def reached(
    settings: DepositSettings, resource: ResourceModel, reach_m: float | None, of: _MASK
) -> Reached | None:
    """Blocks with a sample in reach: within ``reach_m``, or as far as the variogram goes.

    Parameters
    ----------
    settings : DepositSettings
        Of samples, estimates and variograms.
    resource : ResourceModel
        The estimate.
    reach_m : float or None
        As told, in every direction; infinite for no limit.
    of : bool array, shape (n,)
        Blocks in question.

    Returns
    -------
    Reached or None
        ``None`` where nothing limits.

    Raises
    ------
    ModelError
        When no block in question is near enough.
    """
    if reach_m is None:
        ellipsoid, source = reach_of_samples(settings, resource.value)
    else:
        ellipsoid = None if math.isinf(reach_m) else Ellipsoid((reach_m,) * 3)
        source = "as set"
    if ellipsoid is None:
        return None
    ground = resource.ground
    samples = samples_of(settings).measured(resource.value)
    near = np.isfinite(hole_distances(ground.grid, samples, ellipsoid, 1)[:, 0])
    if not (near & of).any():
        raise ModelError(
            f"no estimated block has a sample within {_size(ellipsoid.ranges_m)} ({source})",
            where=f"{settings.path}, [classify.simulation]", fix="set a longer 'reach_m'",
        )  # fmt: skip
    beyond = float(ground.tonnes[of & ~near].sum())
    return Reached(near, ellipsoid.ranges_m, source, beyond)


def reach_text(found: Reached | None) -> str:
    """What a statement says of it."""
    if found is None:
        return (
            "all that was estimated is inferred at least, however far from samples: no reach is set"
        )
    return (
        f"only blocks with a sample within {_size(found.ranges_m)} ({found.source}) have a class: "
        f"{found.beyond_t:,.0f} t of estimated rock are further and unclassified"
    )


def _size(ranges_m: tuple[float, float, float]) -> str:
    """An ellipsoid in words; a sphere by its radius."""
    return " x ".join(f"{r:,.0f}" for r in dict.fromkeys(ranges_m)) + " m"
