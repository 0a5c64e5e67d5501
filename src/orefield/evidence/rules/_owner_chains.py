"""Chains of owners: what is held through others, and circles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval, total
from orefield.evidence.rules._holdings import DUST, Holding, name_of, say, share_of, widened
from orefield.evidence.rules.wording import amount

_MAJORITY = 0.5
_LONGEST_CHAIN = 8


def circles(direct: list[Holding]) -> Iterator[Finding]:
    # what lies on no circle goes first: owners that nobody owns, and owned that own nothing
    left, size = direct, -1
    while len(left) != size:
        size = len(left)
        owners, owned = {h.owner for h in left}, {h.owned for h in left}
        left = [h for h in left if h.owner in owned and h.owned in owners]
    owns = index(left)
    done: set[frozenset[str]] = set()
    for start in list(owns):
        for path in _paths(owns, start, start):
            members = frozenset(h.owner for h in path)
            if members in done:
                continue
            done.add(members)
            chain = " > ".join([name_of(h.owner) for h in path] + [name_of(start)])
            controls = all(h.share is None or h.share.high > _MAJORITY for h in path)
            major = all(h.share is not None and h.share.low > _MAJORITY for h in path)
            verdict = Verdict.VIOLATE if major else Verdict.INSUFFICIENT
            why = "nobody can own most of its own owner" if controls else "they hold each other"
            yield from say(verdict, path, f"Owners run in a circle, {chain}: {why}.")


def index(holdings: Iterable[Holding]) -> dict[str, list[Holding]]:
    owns: dict[str, list[Holding]] = defaultdict(list)
    for h in holdings:
        owns[h.owner].append(h)
    return owns


def _paths(
    owns: dict[str, list[Holding]], start: str, goal: str, most: int = 64
) -> Iterator[list[Holding]]:
    """Paths of holdings from one entity to another, each entity passed once."""
    stack: list[list[Holding]] = [[h] for h in owns.get(start, ())]
    steps = 0
    while stack and steps < most * _LONGEST_CHAIN:
        steps += 1
        path = stack.pop()
        tip = path[-1].owned
        if tip == goal:
            yield path
            continue
        passed = {h.owner for h in path}
        if tip not in passed and len(path) < _LONGEST_CHAIN:
            stack += [[*path, h] for h in owns.get(tip, ()) if h.same_time(path[0])]


def chain(
    claimed: Holding, owns: dict[str, list[Holding]], holders: list[Holding]
) -> Iterator[Finding]:
    """An attributable share is the sum over all chains of the product of their direct shares."""
    if claimed.share is None:
        return
    paths = [
        path
        for path in _paths(owns, claimed.owner, claimed.owned)
        if all(h.same_time(claimed) for h in path)
    ]
    ends = {h.owner for h in holders}
    if not paths or max(len(p) for p in paths) < 2:
        return
    worth = total(_product(p) for p in paths)
    used = list({id(h): h for p in paths for h in p}.values())
    gap = worth.gap(widened(claimed))
    sums = " + ".join(" x ".join(amount(share_of(h), "1") for h in p) for p in paths)
    says = (
        f"{claimed.told} of {name_of(claimed.owned)} as attributable; the chain of direct shares "
        f"gives {sums} = {amount(worth, '1')}"
    )
    members = [claimed, *used]
    if abs(gap) <= DUST:
        yield from say(Verdict.PASS, members, f"{says}.", 0.0)
    elif gap < 0.0:
        yield from say(Verdict.VIOLATE, members, f"{says}, which is more.", gap)
    else:
        held = total(share_of(h) for h in holders if h.share is not None)
        whole = held.high >= 1.0 - 1e-3 and ends == {p[-1].owner for p in paths}
        one_text = all(h.source == claimed.source for h in used)
        verdict = Verdict.VIOLATE if whole else Verdict.TIE if one_text else Verdict.INSUFFICIENT
        rest = "." if whole else ", unless it holds more through others that are not told."
        yield from say(verdict, members, f"{says}, which is less{rest}", gap)


def _product(path: Iterable[Holding]) -> Interval:
    out = Interval.point(1.0)
    for h in path:
        out = out * widened(h)
    return out
