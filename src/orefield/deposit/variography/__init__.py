"""How grades are alike with distance: measured from samples, fitted, for one and several."""

from orefield.deposit.variography.back_transform import ScoreLink, back_transformed
from orefield.deposit.variography.coregionalisation import (
    Coregionalisation,
    PackedCoregionalisation,
)
from orefield.deposit.variography.coregionalisation_fit import (
    FittedCoregionalisation,
    fit_coregionalisation,
)
from orefield.deposit.variography.directions import (
    ALL_DIRECTIONS,
    DOWN_THE_HOLE,
    Direction,
    Lags,
    along_axes,
    fan,
)
from orefield.deposit.variography.experimental import (
    MEASURES,
    Experimental,
    experimental,
    of_arrays,
)
from orefield.deposit.variography.fit_points import WEIGHTS
from orefield.deposit.variography.fit_search import Held, HeldStructure
from orefield.deposit.variography.fitting import Fitted, Goodness, fit_variogram
from orefield.deposit.variography.maps import VariogramMap, variogram_map
from orefield.deposit.variography.model_tables import read_models, write_models
from orefield.deposit.variography.transforms import indicator, normal_scores

__all__ = [
    "ALL_DIRECTIONS",
    "DOWN_THE_HOLE",
    "MEASURES",
    "WEIGHTS",
    "Coregionalisation",
    "Direction",
    "Experimental",
    "Fitted",
    "FittedCoregionalisation",
    "Goodness",
    "Held",
    "HeldStructure",
    "Lags",
    "PackedCoregionalisation",
    "ScoreLink",
    "VariogramMap",
    "along_axes",
    "back_transformed",
    "experimental",
    "fan",
    "fit_coregionalisation",
    "fit_variogram",
    "indicator",
    "normal_scores",
    "of_arrays",
    "read_models",
    "variogram_map",
    "write_models",
]
