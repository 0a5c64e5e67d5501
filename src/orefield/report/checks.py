"""The page of checks: one HTML file with every verdict and the figure that shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from orefield._version import __version__
from orefield.report import style
from orefield.report.write import asset, environment

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class ShownDomain:
    """Checks and figures of one domain, for the page.

    Attributes
    ----------
    name : str
    facts : sequence of (str, str)
        What there is: samples, blocks, means.
    rows : sequence of mapping
        As :meth:`orefield.deposit.checks.Check.as_dict`, with ``shown`` for the value.
    figures : mapping of str to (Markup, str)
        Name to the drawn figure and what it shows; see :func:`drawn`.
    """

    name: str
    facts: Sequence[tuple[str, str]]
    rows: Sequence[Mapping[str, Any]]
    figures: Mapping[str, tuple[Markup, str]]


def drawn(figures: Mapping[str, tuple[Figure, str]], salt: object) -> dict[str, tuple[Markup, str]]:
    """Figures as elements of a page; ``salt`` sets their ids apart from those of other domains."""
    return {
        name: (style.svg(fig, f"{name} {salt}", text), text)
        for name, (fig, text) in figures.items()
    }


def as_file(figure: Markup) -> str:
    """A figure of the page as an SVG file of its own."""
    head = '<?xml version="1.0" encoding="utf-8" standalone="no"?>\n'
    return head + str(figure).replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1) + "\n"


def checks_page(
    title: str,
    lede: str,
    domains: Sequence[ShownDomain],
    notes: Sequence[str],
) -> str:
    """Render the checks.

    Parameters
    ----------
    title : str
        Headline.
    lede : str
        One sentence with what was found.
    domains : sequence of ShownDomain
        The whole first.
    notes : sequence of str
        What qualifies the checks.

    Returns
    -------
    str
        HTML that needs no other file. Names from settings and data are escaped.
    """
    shown = []
    for domain in domains:
        figures = [(name, fig, text) for name, (fig, text) in domain.figures.items()]
        shown.append(
            {"name": domain.name, "facts": domain.facts, "rows": domain.rows, "figures": figures}
        )
    env = environment()
    return env.get_template("checks.html").render(
        css=Markup(asset(env, "report.css")), title=title, lede=lede, domains=shown, notes=notes,
        version=__version__,
    )  # fmt: skip
