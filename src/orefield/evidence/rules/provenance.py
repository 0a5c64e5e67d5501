"""Where claims come from: circles of relays, derivations and editions, and unknown sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules.reading import days, named, told
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import listing
from orefield.evidence.statement import Statement

_NAME = "provenance"
_SHOWN = 20
"""Of very many claims of one fault, so many are named."""


def _run(corpus: Corpus) -> Iterator[Finding]:
    yield from _unknown_sources(corpus)
    for field in ("derived_from", "supersedes"):
        yield from _claim_circles(corpus, field)
    yield from _relay_circles(corpus)
    yield from _hops(corpus)
    yield from _dates(corpus)


def _unknown_sources(corpus: Corpus) -> Iterator[Finding]:
    unknown: dict[str, list[Statement]] = defaultdict(list)
    for s in corpus.checked:
        if s.source not in corpus.sources:
            unknown[s.source].append(s)
    for source, statements in unknown.items():
        text = (
            f"{_some(statements)} of source '{source}', which is not in the table of sources: "
            "who says so is unknown."
        )
        yield from told(_NAME, Verdict.INSUFFICIENT, statements[:_SHOWN], text)


def _claim_circles(corpus: Corpus, field: str) -> Iterator[Finding]:
    verb = "is derived from" if field == "derived_from" else "replaces"
    links: dict[str, tuple[str, ...]] = {
        s.id: getattr(s, field) for s in corpus.statements if getattr(s, field)
    }
    for circle in circles(links):
        members = [corpus[i] for i in circle if i in corpus]
        chain = f" {verb} ".join([*circle, circle[0]])
        text = f"{chain}: " + (
            "a claim is no evidence for itself." if field == "derived_from" else "no last edition."
        )
        yield from told(_NAME, Verdict.VIOLATE, members, text)
    for s in corpus.checked:
        missing = [x for x in getattr(s, field) if x not in corpus]
        if missing:
            text = f"{named(s)} {verb} {listing(missing)}, not in the corpus."
            yield from told(_NAME, Verdict.INSUFFICIENT, [s], text)


def _relay_circles(corpus: Corpus) -> Iterator[Finding]:
    for circle in circles(corpus.relays):
        members = [s for source in circle for s in corpus.of_source(source)][:_SHOWN]
        what = "cites itself" if len(circle) == 1 else "pass on each other"
        text = f"{listing(circle)} {what} ({' > '.join([*circle, circle[0]])}): no origin is told."
        if members:
            yield from told(_NAME, Verdict.VIOLATE, members, text)


def _hops(corpus: Corpus) -> Iterator[Finding]:
    """A text stands one step further from the origin than the nearest text that it passes on."""
    for source, origins in corpus.relays.items():
        statements = [s for s in corpus.of_source(source) if not s.background][:_SHOWN]
        known = [corpus.sources[o] for o in origins if o in corpus.sources and o != source]
        if source not in corpus.sources or not statements or not known:
            continue
        text = corpus.sources[source]
        nearest = 1 + min(o.hops for o in known)
        told_hops = listing([f"{o.id} ({o.hops})" for o in known])
        says = (
            f"Source '{source}' stands {text.hops} steps from the origin and passes on {told_hops}"
        )
        if text.hops < nearest:
            verdict, why = Verdict.VIOLATE, f": it stands at least {nearest} away."
        else:
            verdict, why = Verdict.PASS, "."
        residual = float(max(nearest - text.hops, 0))
        yield from told(
            _NAME, verdict, statements, says + why, residual=residual, unit="count",
            relied=("hops",),
        )  # fmt: skip
        mine = days(text.published) if text.published else None
        for o in known:
            theirs = days(o.published) if o.published else None
            if mine and theirs and mine[1] < theirs[0]:
                late = (theirs[0] - mine[1]).days
                says = (
                    f"Source '{source}' of {text.published} passes on '{o.id}' of {o.published}, "
                    f"which was published {late:,} days later."
                )
                yield from told(
                    _NAME, Verdict.VIOLATE, statements, says, residual=float(late), unit="d"
                )


def _dates(corpus: Corpus) -> Iterator[Finding]:
    """A claim is not reported after its text was published, nor after today."""
    today = date.today()
    ahead: dict[str, list[Statement]] = defaultdict(list)
    after: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for s in corpus.checked:
        reported = days(s.reported) if s.reported else None
        if reported is None:
            continue
        if reported[0] > today:
            ahead[s.reported].append(s)
        source = corpus.sources.get(s.source)
        published = days(source.published) if source is not None and source.published else None
        if published is not None and published[1] < reported[0]:
            after[s.source, s.reported].append(s)
    for day, statements in ahead.items():
        text = f"{_some(statements)} reported on {day}, which has not come."
        # the clock of this machine may be wrong: no ground for calling a claim false
        yield from told(
            _NAME, Verdict.INSUFFICIENT, statements[:_SHOWN], text, relied=("reported",)
        )
    for (name, day), statements in after.items():
        text = (
            f"{_some(statements)} reported on {day} in source '{name}', which was published on "
            f"{corpus.sources[name].published}: a page that was changed later, or a slip."
        )
        yield from told(
            _NAME, Verdict.INSUFFICIENT, statements[:_SHOWN], text, relied=("reported",)
        )


def _some(statements: list[Statement]) -> str:
    shown = listing([s.id for s in statements[:_SHOWN]])
    rest = len(statements) - _SHOWN
    verb = "is" if len(statements) == 1 else "are"
    return f"{shown} and {rest} more {verb}" if rest > 0 else f"{shown} {verb}"


def circles(links: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """One circle of each group of nodes that lead back to themselves, in the order of the links.

    Parameters
    ----------
    links : mapping of node to nodes
        Where each node leads; nodes that lead nowhere may be absent.

    Notes
    -----
    Depth-first search with three colours, without recursion: O(nodes + links).
    """
    done: set[str] = set()
    for root in links:
        if root in done:
            continue
        path, on_path = [root], {root: 0}
        ways = [iter(links.get(root, ()))]
        while ways:
            step = next(ways[-1], None)
            if step is None:
                gone = path.pop()
                on_path.pop(gone)
                done.add(gone)
                ways.pop()
            elif step in on_path:
                yield path[on_path[step] :]
            elif step not in done:
                on_path[step] = len(path)
                path.append(step)
                ways.append(iter(links.get(step, ())))


RULES: tuple[Rule, ...] = (
    Rule(
        _NAME,
        "Claims, editions and texts lead back to an origin, in the order of their dates.",
        _run,
    ),
)
