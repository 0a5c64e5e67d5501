"""Beyond money: what a plan takes of water, energy, air and rivers, and what less would cost."""

from orefield.pit.frontier.curve import compare, frontier
from orefield.pit.frontier.measures import Measure, capped, charged
from orefield.pit.frontier.points import Frontier, Point
from orefield.pit.frontier.river import river_capped, river_measure, river_room_kg_day

__all__ = [
    "Frontier",
    "Measure",
    "Point",
    "capped",
    "charged",
    "compare",
    "frontier",
    "river_capped",
    "river_measure",
    "river_room_kg_day",
]
