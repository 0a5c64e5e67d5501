"""Realisations brought in line with what sensors saw: a localised serial ensemble filter."""

from orefield.deposit.updating.anamorphosis import AS_THEY_ARE, Anamorphosis, normal_scores
from orefield.deposit.updating.crowding import USUAL_CROWDING, USUAL_RANGES
from orefield.deposit.updating.ensemble import Ensemble, blocks_within_reach
from orefield.deposit.updating.faults import Limits, Record
from orefield.deposit.updating.filtering import FilterOptions, Memory, assimilate
from orefield.deposit.updating.localisation import EVERYWHERE, Reach, gaspari_cohn
from orefield.deposit.updating.log import Entry, Fault, UpdateLog
from orefield.deposit.updating.moments import Moments
from orefield.deposit.updating.observations import KINDS, Observations, Sensor
from orefield.deposit.updating.realised import Updated, curve_of, update_realisations

__all__ = [
    "AS_THEY_ARE",
    "EVERYWHERE",
    "KINDS",
    "USUAL_CROWDING",
    "USUAL_RANGES",
    "Anamorphosis",
    "Ensemble",
    "Entry",
    "Fault",
    "FilterOptions",
    "Limits",
    "Memory",
    "Moments",
    "Observations",
    "Reach",
    "Record",
    "Sensor",
    "UpdateLog",
    "Updated",
    "assimilate",
    "blocks_within_reach",
    "curve_of",
    "gaspari_cohn",
    "normal_scores",
    "update_realisations",
]
