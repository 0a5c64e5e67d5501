"""From what is known of a deposit to a block model."""

from orefield.deposit.calibration import (
    TOLERANCE,
    CalibrationReport,
    Measured,
    compare,
    measure,
)
from orefield.deposit.composites_file import read_composites
from orefield.deposit.estimation import Estimates, Search, krige
from orefield.deposit.from_files import read_block_model
from orefield.deposit.grade_tonnage import grade_tonnage
from orefield.deposit.inventory import Inventory
from orefield.deposit.inverse_distance import INVERSE_DISTANCE_NOTE, inverse_distance
from orefield.deposit.orientation import Ellipsoid, Rotation
from orefield.deposit.random_field import GaussianField
from orefield.deposit.realisations import Realisations
from orefield.deposit.realisations_file import RealisationsFile
from orefield.deposit.samples import Samples
from orefield.deposit.samples_file import SampleColumns, read_samples, write_samples
from orefield.deposit.standin import STAND_IN_NOTE, stand_in
from orefield.deposit.standin_spec import Centre, GradeContinuity, StandInSpec
from orefield.deposit.topography import Topography
from orefield.deposit.variogram import Structure, Variogram
from orefield.deposit.wireframe import Wireframe

__all__ = [
    "INVERSE_DISTANCE_NOTE",
    "STAND_IN_NOTE",
    "TOLERANCE",
    "CalibrationReport",
    "Centre",
    "Ellipsoid",
    "Estimates",
    "GaussianField",
    "GradeContinuity",
    "Inventory",
    "Measured",
    "Realisations",
    "RealisationsFile",
    "Rotation",
    "SampleColumns",
    "Samples",
    "Search",
    "StandInSpec",
    "Structure",
    "Topography",
    "Variogram",
    "Wireframe",
    "compare",
    "grade_tonnage",
    "inverse_distance",
    "krige",
    "measure",
    "read_block_model",
    "read_composites",
    "read_samples",
    "stand_in",
    "write_samples",
]
