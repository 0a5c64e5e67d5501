"""Tables of the report: columns with units, cells that are text or traceable numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from orefield.core import fields

Cell = str
"""Text (escaped when printed) or :class:`markupsafe.Markup`."""


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes
    ----------
    label : str
    unit : str
        Printed small under the label.
    title : str
        What it means, for a pointer that rests on it.
    text : bool
        Whether cells are words, set flush left.
    """

    label: str
    unit: str = ""
    title: str = ""
    text: bool = False


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes
    ----------
    columns : sequence of Column
    rows : sequence of sequence of Cell
    groups : sequence of (str, int)
        Heads over several columns; empty for none.
    stacked : bool
        On a phone: rows as little cards instead of a table that scrolls.
    note : str
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    groups: Sequence[tuple[str, int]] = ()
    stacked: bool = False
    note: str = ""
    anchors: Sequence[str] = field(default_factory=tuple)

    def anchored(self) -> Iterable[tuple[str, Sequence[Cell]]]:
        """Rows with the anchor of each, empty where it has none."""
        for i, row in enumerate(self.rows):
            yield (self.anchors[i] if i < len(self.anchors) else ""), row


def measured(metric: str, unit: str, label: str = "") -> Column:
    """A column of a field of the dictionary: its description says what it means."""
    known = fields.field(metric)
    text = known.description.split(";", maxsplit=1)[0].split(" (", maxsplit=1)[0].rstrip(".")
    return Column(label or text, unit, known.description)


def words(label: str, title: str = "") -> Column:
    """A column of words."""
    return Column(label, "", title, text=True)
