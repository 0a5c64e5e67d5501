"""The report of a run: one HTML file, a terminal summary, and figures."""

from orefield.report.markup import keys
from orefield.report.plot import Plot
from orefield.report.summary import summary
from orefield.report.write import render, write

__all__ = ["Plot", "keys", "render", "summary", "write"]
