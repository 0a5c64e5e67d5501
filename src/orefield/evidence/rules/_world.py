"""World totals and the largest of their kind: what no single figure can exceed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from orefield.evidence.rules.shipped import shipped
from orefield.evidence.vocabulary import Mark

_COLUMNS = ("commodity", "measure", "value", "bound", "unit", "year", "mark", "source", "note")


@dataclass(frozen=True, slots=True)
class WorldBound:
    """A generous upper bound on a quantity of a commodity.

    Parameters
    ----------
    commodity, measure : str
        Symbol; ``mined``, ``refined``, ``use``, ``reserves``, ``resources``, ``stock``, ``site``
        (the largest site's yearly output), ``grade_open_pit``, ``grade_ore``, ``grade_mineral``.
    value : float or None
        The figure behind the bound, where there is one.
    bound : float
        What no believable figure exceeds.
    unit : str
        t, t/y or 1.
    year, source, note : str
    mark : Mark
        How the figure came into the table.
    """

    commodity: str
    measure: str
    value: float | None
    bound: float
    unit: str
    year: str
    mark: Mark
    source: str
    note: str

    @property
    def words(self) -> str:
        """Where the bound comes from, for explanations."""
        return f"shipped bound, {self.mark.label}"


@cache
def world_bounds() -> dict[tuple[str, str], WorldBound]:
    """Every shipped bound by commodity and measure.

    Raises
    ------
    TableError
        When the shipped table is broken.
    """
    out = {}
    for row in shipped("world_bounds.csv", *_COLUMNS):
        entry = WorldBound(
            commodity=row.text("commodity"),
            measure=row.text("measure"),
            value=row.number("value"),
            bound=float(row.text("bound")),
            unit=row.text("unit"),
            year=row.text("year", ""),
            mark=Mark(row.text("mark")),
            source=row.text("source"),
            note=row.text("note", ""),
        )
        out[entry.commodity, entry.measure] = entry
    return out


def world_bound(commodity: str, measure: str) -> WorldBound | None:
    """The bound on one measure of one commodity; None where none is shipped."""
    return world_bounds().get((commodity, measure))


def counted_as_ore(commodity: str) -> bool:
    """Whether a commodity is counted as the ore or product, so that it has no ore grade here."""
    return (commodity, "grade_ore") not in world_bounds()
