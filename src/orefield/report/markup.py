"""Numbers in HTML: every one carries the key that `orefield trace` understands."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from markupsafe import Markup, escape

from orefield.report.data import BASELINE, RunTables, Value, absent
from orefield.report.digits import number, plain, span, way, with_unit

NOTHING = Markup('<span class="none">–</span>')
"""Stands where the run has no number; never where it has a zero."""


class Marker:
    """Makes the HTML of traceable numbers.

    Parameters
    ----------
    run : RunTables
    """

    def __init__(self, run: RunTables) -> None:
        self._run = run

    # -- results -------------------------------------------------------------------------

    def n(
        self, key: str, how: str, scenario: str = BASELINE, *, which: str = "p50", unit: bool = True
    ) -> Markup:
        """A result's number.

        Parameters
        ----------
        key, how, scenario : str
            Key of the result, and its scenario; ``how`` is the
            way of showing, see :data:`orefield.report.digits.SHOWN`.
        which : str
            ``p10``, ``p50``, ``p90`` or ``central``.
        unit : bool
            Whether the unit is printed with it.
        """
        value = self._run.value(key, scenario)
        if value is None:
            return NOTHING
        shown = way(how, value.unit)
        text = number(getattr(value, which), shown)
        return _tag(value, escape(with_unit(text, shown.label) if unit else text))

    def nr(
        self, key: str, how: str, scenario: str = BASELINE, *, which: str = "p50", unit: bool = True
    ) -> Markup:
        """A result's number with its P10-P90 range; certain ones have none."""
        value = self._run.value(key, scenario)
        if value is None:
            return NOTHING
        shown = way(how, value.unit)
        text = number(getattr(value, which), shown)
        inner = escape(with_unit(text, shown.label) if unit else text)
        if not value.certain:
            ends = span(value.p10, value.p90, shown)
            inner += Markup(' <span class="range">({})</span>').format(ends)
        return _tag(value, inner)

    def says(self, key: str, text: str, scenario: str = BASELINE) -> Markup:
        """Text computed from a result, carrying the result's key."""
        value = self._run.value(key, scenario)
        return NOTHING if value is None else _tag(value, escape(text))

    # -- evidence ------------------------------------------------------------------------

    def parameter(self, key: str, scenario: str = BASELINE, text: str = "") -> Markup:
        """A parameter's value as text, carrying its key."""
        row = self._run.parameter(key, scenario)
        if row is None:
            return NOTHING
        return Markup(
            '<span class="n" data-parameter="{}"{} title="parameter: {}">{}</span>'
        ).format(key, _scenario(scenario), key, text or shown_parameter(row))

    def claim(self, claim_id: str, text: str = "") -> Markup:
        """A claim's value as text, carrying its id."""
        row = self._run.claims.get(claim_id)
        if row is None:
            return NOTHING
        return Markup('<span class="n" data-claim="{}" title="claim: {}">{}</span>').format(
            claim_id, claim_id, text or shown_claim(row)
        )


def _tag(value: Value, inner: Markup) -> Markup:
    return Markup('<span class="n" data-key="{}"{} title="trace: {}">{}</span>').format(
        value.key, _scenario(value.scenario), value.key, inner
    )


def _scenario(name: str) -> Markup:
    return Markup("") if name == BASELINE else Markup(' data-scenario="{}"').format(name)


def code(key: str) -> Markup:
    """A key in a type of its own that may break after dots and underscores."""
    text = str(escape(key)).replace(".", ".<wbr>").replace("_", "_<wbr>")
    return Markup("<code>") + Markup(text) + Markup("</code>")


def shown_parameter(row: dict[str, Any]) -> str:
    """A parameter's value with its unit; pure numbers without one."""
    value = row["value"]
    if row["kind"] == "number" and not absent(value):
        unit = "" if row["unit"] in ("1", "count", "year") else str(row["unit"])
        text = f"{value:.0f}" if row["unit"] == "year" else plain(float(value))
        return with_unit(text, unit)
    text = str(row["shown"])
    return text.replace(",", ", ") if row["kind"] == "text" else text


def shown_claim(row: dict[str, Any]) -> str:
    """A claim's value or interval with its unit, or its text."""
    if row["text"]:
        return str(row["text"])
    low, high = row["low"], row["high"]
    if absent(low):
        return "–"
    text = plain(float(low))
    if not absent(high) and high != low:
        text += f"–{plain(float(high))}"
    unit = "" if row["unit"] in ("1", "count") else str(row["unit"] or "")
    return with_unit(text, unit)


class _Keys(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        scenario = given.get("data-scenario") or BASELINE
        for kind, name in (
            ("result", "data-key"),
            ("parameter", "data-parameter"),
            ("claim", "data-claim"),
        ):
            key = given.get(name)
            if key is not None:
                self.found.append((kind, key, scenario))


def keys(html: str) -> list[tuple[str, str, str]]:
    """Every traceable number of a report, in order.

    Returns
    -------
    list of (kind, key, scenario)
        ``kind`` is ``result`` (a key of the table results), ``parameter`` (of parameters)
        or ``claim`` (an id of claims).
    """
    parser = _Keys()
    parser.feed(html)
    parser.close()
    return parser.found
