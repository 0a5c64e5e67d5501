"""Estimation: kriging of every kind, inverse distance, nearest neighbour; and how good they are."""

from orefield.deposit.estimation.boundaries import seen_from
from orefield.deposit.estimation.cokriging import cokrige
from orefield.deposit.estimation.cross_validation import CrossValidation, cross_validate
from orefield.deposit.estimation.drift import Drift
from orefield.deposit.estimation.estimates import STATUS, Estimates
from orefield.deposit.estimation.indicator import IndicatorEstimates, krige_indicators
from orefield.deposit.estimation.kriging import krige, kriging_estimator
from orefield.deposit.estimation.model import LocalAnisotropy
from orefield.deposit.estimation.neighbourhood_analysis import (
    Choices,
    NeighbourhoodCase,
    neighbourhood_analysis,
)
from orefield.deposit.estimation.search import Search
from orefield.deposit.estimation.weighting import weigh

__all__ = [
    "STATUS",
    "Choices",
    "CrossValidation",
    "Drift",
    "Estimates",
    "IndicatorEstimates",
    "LocalAnisotropy",
    "NeighbourhoodCase",
    "Search",
    "cokrige",
    "cross_validate",
    "krige",
    "krige_indicators",
    "kriging_estimator",
    "neighbourhood_analysis",
    "seen_from",
    "weigh",
]
