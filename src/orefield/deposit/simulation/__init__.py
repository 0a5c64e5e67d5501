"""Equally likely pictures of a deposit that honour samples, and change of support."""

from orefield.deposit.simulation.anamorphosis import Anamorphosis
from orefield.deposit.simulation.block_support import variance_share
from orefield.deposit.simulation.factors import Factors
from orefield.deposit.simulation.gaussian import GridSimulation
from orefield.deposit.simulation.histogram_bootstrap import HistogramBootstrap, Redrawn
from orefield.deposit.simulation.indicators import IndicatorSimulation
from orefield.deposit.simulation.nodes import coarsened, reblocked, refined
from orefield.deposit.simulation.normal_scores import NormalScores, Tail
from orefield.deposit.simulation.placing import PlacedData, flattened, place_data
from orefield.deposit.simulation.pursuit import ProjectionPursuit
from orefield.deposit.simulation.sequential import SequentialGaussian
from orefield.deposit.simulation.spectral import PointSimulation
from orefield.deposit.simulation.truncated import TruncatedGaussian
from orefield.deposit.simulation.uniform_conditioning import UniformConditioning

__all__ = [
    "Anamorphosis",
    "Factors",
    "GridSimulation",
    "HistogramBootstrap",
    "IndicatorSimulation",
    "NormalScores",
    "PlacedData",
    "PointSimulation",
    "ProjectionPursuit",
    "Redrawn",
    "SequentialGaussian",
    "Tail",
    "TruncatedGaussian",
    "UniformConditioning",
    "coarsened",
    "flattened",
    "place_data",
    "reblocked",
    "refined",
    "variance_share",
]
