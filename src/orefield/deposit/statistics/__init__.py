"""What samples say before anything is estimated: distributions, weights, contacts, cuts."""

from orefield.deposit.statistics.contacts import Contact, contact_analysis
from orefield.deposit.statistics.correlation import Correlations, correlations
from orefield.deposit.statistics.declustering import (
    Declustering,
    cell_declustering,
    scan_sizes,
)
from orefield.deposit.statistics.declustering import Keep as Keep
from orefield.deposit.statistics.polygons import node_weights, polygon_weights
from orefield.deposit.statistics.summary import (
    Summary,
    cumulative,
    histogram,
    quantiles,
    summarise,
)
from orefield.deposit.statistics.top_cuts import (
    Deciles,
    TopCuts,
    decile_analysis,
    disintegration,
    top_cuts,
)

__all__ = [
    "Contact",
    "Correlations",
    "Deciles",
    "Declustering",
    "Summary",
    "TopCuts",
    "cell_declustering",
    "contact_analysis",
    "correlations",
    "cumulative",
    "decile_analysis",
    "disintegration",
    "histogram",
    "node_weights",
    "polygon_weights",
    "quantiles",
    "scan_sizes",
    "summarise",
    "top_cuts",
]
