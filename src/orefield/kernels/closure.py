"""Maximum closure of a precedence graph by pseudoflow: on grids, and of listed arcs."""

from orefield.kernels.closure_arcs import closure_arcs, closure_in_order
from orefield.kernels.closure_grid import closure_domains, closure_grid

__all__ = ["closure_arcs", "closure_domains", "closure_grid", "closure_in_order"]
