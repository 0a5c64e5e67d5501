"""What is tolerated: every limit that a check is held against, in one place."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from orefield.core.errors import ModelError

FROM_PRACTICE = (
    "tolerances are those of practice, from memory, where settings do not give others: no code "
    "of reporting sets them, and a deposit may deserve tighter or looser ones"
)
"""Where the default tolerances come from."""


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Limits of checks; ``nan`` leaves a check unjudged.

    Attributes
    ----------
    global_bias : float
        Mean of blocks against declustered samples, as a fraction.
    realised_bias : float
        Mean of realisations against declustered samples.
    swath, swath_share : float
        A slice is near within this fraction of the mean; at least so much rock must be.
    local, local_share : float
        The same for panels.
    local_correlation : float
        Least correlation of panels.
    conditional_bias : float
        Largest distance from one of the slope of blocks on their estimates.
    histogram : float
        Largest gap between cumulative shares of realisations and samples.
    variance : float
        Variance of realisations against what it should be, as a fraction.
    variogram : float
        Largest gap to the model, in sills.
    tonnage, metal : float
        Estimate above a cut-off against realisations' mean, as a fraction.
    smoothing : float
        Least share of the blocks' theoretical variance that the estimate keeps.
    unestimated : float
        Largest share of rock without an estimate.
    slope, efficiency : float
        Least mean slope of regression and kriging efficiency.
    poor_slope_share : float
        Largest share of rock with a slope below one half.
    negative_weights : float
        Largest mean sum of negative weights.
    negative_estimates : float
        Largest share of rock estimated below zero, where no sample is.
    outside_range : float
        Largest share of rock estimated beyond the range of its samples.
    validation_bias : float
        Mean error of samples left out, over their mean.
    validation_slope : float
        Largest distance from one of the slope of samples on their estimates.
    validation_variance : float
        Largest distance from one of the variance of errors in kriging deviations.
    extrapolation_m : float
        Furthest that a block may be from its nearest sample; unjudged unless set.

    Raises
    ------
    ModelError
        For a limit that is negative.
    """

    global_bias: float = 0.05
    realised_bias: float = 0.05
    swath: float = 0.15
    swath_share: float = 0.90
    local: float = 0.25
    local_share: float = 0.80
    local_correlation: float = 0.70
    conditional_bias: float = 0.15
    histogram: float = 0.05
    variance: float = 0.20
    variogram: float = 0.15
    tonnage: float = 0.15
    metal: float = 0.15
    smoothing: float = 0.50
    unestimated: float = 0.05
    slope: float = 0.70
    efficiency: float = 0.30
    poor_slope_share: float = 0.20
    negative_weights: float = 0.10
    negative_estimates: float = 0.0
    outside_range: float = 0.0
    validation_bias: float = 0.05
    validation_slope: float = 0.20
    validation_variance: float = 0.50
    extrapolation_m: float = math.nan

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if value < 0:
                raise ModelError(f"a tolerance '{item.name}' of {value:g}", fix="zero or more")

    def of(self, name: str) -> float | None:
        """A limit, ``None`` where there is none."""
        value: float = getattr(self, name)
        return None if math.isnan(value) else value
