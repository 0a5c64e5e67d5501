"""Figures of a run for Python users: `run.plot.section("julong")`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orefield.report.data import RunTables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from orefield.store import RunFolder


class Plot:
    """Figures of a finished run, as Matplotlib figures.

    Parameters
    ----------
    run : RunFolder

    Notes
    -----
    Every method returns a new ``matplotlib.figure.Figure`` and raises
    :class:`~orefield.core.RunError` when the run ended before the stage it shows.
    """

    def __init__(self, run: RunFolder) -> None:
        self._run = RunTables(run.path, run.manifest)

    def map(self) -> Figure:
        """Assets and the rivers they drain to."""
        from orefield.report.figures_map import rivers_map

        return rivers_map(self._run)

    def grade_tonnage(self, asset: str) -> Figure:
        """Ore above a cut-off and its mean copper grade."""
        from orefield.report.figures_mines import grade_tonnage

        return grade_tonnage(self._run, asset, width=440, height=300)

    def section(self, asset: str) -> Figure:
        """East-west section with grade, nested shells and the ultimate pit."""
        from orefield.report.figures_pits import section

        return section(self._run, asset, width=560, height=420)

    def schedule(self, asset: str) -> Figure:
        """Yearly copper of an asset with its range and what was published."""
        from orefield.report.figures_mines import schedule

        return schedule(self._run, asset, width=520, height=320)

    def supply(self) -> Figure:
        """The nation's sources of copper by year, and its use."""
        from orefield.report.figures_nation import supply

        return supply(self._run)

    def self_sufficiency(self, definition: str = "mine_over_use") -> Figure:
        """Fan chart of one definition of self-sufficiency, with the other scenarios."""
        from orefield.report.figures_nation import self_sufficiency

        return self_sufficiency(self._run, definition, width=560, height=360)

    def flows(self, year: int | None = None) -> Figure:
        """Sankey diagram of one year."""
        from orefield.report.flow_diagram import flows

        return flows(self._run, year)

    def targets(self) -> Figure:
        """Probability that each target is met."""
        from orefield.report.figures_drivers import targets

        return targets(self._run)

    def tornado(self, definition: str = "mine_over_use") -> Figure:
        """What drives self-sufficiency in the year of the headline."""
        from orefield.report.figures_drivers import tornado

        return tornado(self._run, definition)
