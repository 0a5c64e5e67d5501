"""What a person is told of wishes: grades against bounds, feed against target, sinking, stock."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.pit import texts
from orefield.commands.pit.feeding import FeedAsked
from orefield.commands.pit.plan_report import PlanReport

_F8 = NDArray[np.float64]


def shown_wishes(done: PlanReport, columns: dict[str, Any]) -> dict[str, Any]:
    """Columns of a table by period, for :func:`orefield.commands.pit.texts.table`.

    Empty where nothing is asked beside limits and stockpiles.
    """
    shown: dict[str, Any] = {}
    for blend in done.of.blends:
        name, unit = blend.asked.name, f" {blend.unit}" if blend.unit else ""
        shown[name + unit] = (".4g", columns[name])
        for side, bounds in (("at least", blend.lower), ("at most", blend.upper)):
            if np.isfinite(bounds).any():
                shown[side if side not in shown else f"{side} ({name})"] = (".4g", bounds)
    unit = done.planner.unit
    for feed in done.of.feeds:
        name = feed.asked.name
        shown[f"{name} M{unit}"] = (",.3f", columns[f"{name} fed_t"] / 1e6)
        if feed.asked.target is not None:
            target = feed.target / 1e6
            shown["target" if "target" not in shown else f"target ({name})"] = (",.3f", target)
    if done.planner.config.scheduling.sinking_benches is not None:
        shown["benches sunk"] = ("d", columns["benches_sunk"])
    return {"period": ("d", columns["period"]), **shown} if shown else {}


def said_of_wishes(data: dict[str, Any], done: PlanReport) -> list[tuple[str, str]]:
    """A line for each wish: what was asked, and what the plan gives."""
    out = []
    for blend in done.of.blends:
        out.append((blend.asked.name, _span(done.blend_grade(blend), ".4g", f" {blend.unit}")))
    for feed in done.of.feeds:
        fed = done.feed_t(feed)
        said = _span(fed / 1e6, ",.3f", f" M{done.planner.unit}")
        out.append((feed.asked.name, said + _near(feed, fed) + _steady(feed, fed)))
    out += _sinking(data, done)
    for pile in data["stockpiles"]:
        put, taken = (sum(row[f"{how}_t"] for row in pile["periods"]) for how in _HOW)
        lying = pile["periods"][-1]["lying_t"]
        as_what = "itself" if pile["value"] == "optimistic" else "the worst of its bin"
        out.append(
            (
                pile["name"],
                f"{put / 1e6:,.3f} M{done.planner.unit} put there, {taken / 1e6:,.3f} taken up, "
                f"{lying / 1e6:,.3f} lying at the end; {pile['bins']} bins, a block counts as "
                f"{as_what}",
            )
        )
    if data["npv_mixed_usd"] is not None:
        out.append(("mixed", f"{texts.millions(data['npv_mixed_usd'])} where each bin mixes fully"))
    return out


def _near(feed: FeedAsked, fed: _F8) -> str:
    """How far feed is from its target, where that is asked: later on only above it."""
    if feed.asked.target is None:
        return ""
    until = len(fed) if feed.asked.until is None else feed.asked.until
    off = np.where(np.arange(len(fed)) < until, np.abs(fed - feed.target), fed - feed.target)
    most = _most(off, feed.target)
    if until == 0:
        return f", at most {most:.1%} above its target; nothing was asked of less (until = 0)"
    return f", at most {most:.1%} from its target (asked {feed.asked.within:.1%})"


def _steady(feed: FeedAsked, fed: _F8) -> str:
    """By how much feed differs from the period's before, where that is asked."""
    if feed.asked.steady_within is None:
        return ""
    until = len(fed) if feed.asked.until is None else feed.asked.until
    change = np.diff(fed)
    change = np.where(np.arange(1, len(fed)) < until, np.abs(change), change)
    most = _most(change, fed[:-1])
    return f", at most {most:.1%} from the period before (asked {feed.asked.steady_within:.1%})"


def _most(off: _F8, of: _F8) -> float:
    """The largest share, zero at least; what is off from nothing is off without end."""
    some = off > 1e-9 * of.max(initial=0.0)
    share = np.divide(off, of, out=np.where(some, np.inf, 0.0), where=of > 0)
    return float(share.max(initial=0.0))


_HOW = ("put", "taken_up")


def _sinking(data: dict[str, Any], done: PlanReport) -> list[tuple[str, str]]:
    asked = done.planner.config.scheduling.sinking_benches
    if asked is None:
        return []
    deepest = [(max(row["benches"], default=0), row["phase"]) for row in data["sinking"]]
    most, phase = max(deepest, default=(0, 0))
    where = f" (phase {phase})" if len(deepest) > 1 else ""
    of = "in each" if done.planner.config.scheduling.sinking_each_period else "since the start"
    return [("sinking", f"at most {most} benches in a period{where}; asked {asked} {of}")]


def _span(values: _F8, form: str, unit: str) -> str:
    some = values[np.isfinite(values)]
    if not some.size:
        return "nothing is fed"
    return f"{format(some.min(), form)} to {format(some.max(), form)}{unit.rstrip()}"
