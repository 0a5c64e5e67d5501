"""From what is known of a deposit to a block model."""

from orefield.deposit.calibration import (
    TOLERANCE,
    CalibrationReport,
    Measured,
    compare,
    measure,
)
from orefield.deposit.from_files import (
    Composites,
    read_block_model,
    read_composites,
)
from orefield.deposit.grade_tonnage import grade_tonnage
from orefield.deposit.inventory import Inventory
from orefield.deposit.inverse_distance import INVERSE_DISTANCE_NOTE, inverse_distance
from orefield.deposit.orientation import Ellipsoid, Rotation
from orefield.deposit.random_field import GaussianField
from orefield.deposit.samples import Samples
from orefield.deposit.standin import STAND_IN_NOTE, stand_in
from orefield.deposit.standin_spec import Centre, GradeContinuity, StandInSpec
from orefield.deposit.topography import Topography
from orefield.deposit.variogram import Structure, Variogram

__all__ = [
    "INVERSE_DISTANCE_NOTE",
    "STAND_IN_NOTE",
    "TOLERANCE",
    "CalibrationReport",
    "Centre",
    "Composites",
    "Ellipsoid",
    "GaussianField",
    "GradeContinuity",
    "Inventory",
    "Measured",
    "Rotation",
    "Samples",
    "StandInSpec",
    "Structure",
    "Topography",
    "Variogram",
    "compare",
    "grade_tonnage",
    "inverse_distance",
    "measure",
    "read_block_model",
    "read_composites",
    "stand_in",
]
