"""What every section is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from orefield.report import style
from orefield.report.data import RunTables
from orefield.report.markup import Marker

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Section:
    """A section as its template shows it.

    Attributes
    ----------
    id : str
        Anchor; also the name of the template.
    title : str
    values : mapping
        What the template needs besides the page's own.
    """

    id: str
    title: str
    values: Mapping[str, Any] = field(default_factory=dict)


class Page:
    """The run, its numbers as HTML, and its figures as HTML.

    Parameters
    ----------
    run : RunTables
    """

    def __init__(self, run: RunTables) -> None:
        self.run = run
        self.marker = Marker(run)

    def figure(self, name: str, description: str, drawn: Figure, kind: str = "") -> Markup:
        """A figure as an inline element; ``kind`` is a CSS class."""
        return Markup('<div class="fig {}">{}</div>').format(
            kind, style.svg(drawn, name, description)
        )

    def figures(
        self, name: str, description: str, draw: Callable[[float, float], Figure],
        wide: tuple[float, float], narrow: tuple[float, float], kind: str = "",
    ) -> Markup:  # fmt: skip
        """A figure drawn twice, for wide pages and for phones; the style sheet picks one."""
        return Markup("{}{}").format(
            self.figure(f"{name} wide", description, draw(*wide), f"wide {kind}".strip()),
            self.figure(f"{name} narrow", description, draw(*narrow), f"narrow {kind}".strip()),
        )

    def names(self, entity: str) -> Markup:
        """English name with the local ones, each tagged with its language."""
        row = self.run.entities.get(entity, {})
        out = Markup('<span class="name">{}</span>').format(self.run.name(entity))
        local = [
            Markup('<span lang="{}">{}</span>').format(language, row[column])
            for column, language in (("name_zh", "zh"), ("name_bo", "bo"))
            if row.get(column)
        ]
        if local:
            out += Markup(' <span class="local">{}</span>').format(Markup(" ").join(local))
        return out
