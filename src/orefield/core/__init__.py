"""Types that flow between stages: grids, block models, the metal ledger, units, errors."""

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import (
    CalibrationError,
    EvidenceError,
    InputError,
    LedgerError,
    ModelError,
    OrefieldError,
    RunError,
    StudyError,
    TableError,
    UnitError,
)
from orefield.core.grid import Grid
from orefield.core.ledger import Closure, MetalLedger

__all__ = [
    "BlockModel",
    "CalibrationError",
    "Closure",
    "EvidenceError",
    "Grid",
    "InputError",
    "LedgerError",
    "MetalLedger",
    "ModelError",
    "OrefieldError",
    "RunError",
    "StudyError",
    "TableError",
    "UnitError",
]
