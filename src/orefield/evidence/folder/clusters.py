"""One wire story counts once: which sources go back to one release, and how many hops away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from graphlib import TopologicalSorter
from itertools import combinations
from types import MappingProxyType

from orefield.evidence.claim import Source
from orefield.evidence.dates import first_day, last_day
from orefield.evidence.entities import fold_name
from orefield.evidence.folder.loose import LooseClaim
from orefield.evidence.folder.relays import without_circles
from orefield.evidence.folder.written import is_unknown

WITHIN_DAYS = 7
"""Texts on one release appear within so many days of each other."""

LEAST_NUMBERS = 2
"""So many numbers must two texts share before they are taken for one story."""

_WORDS = re.compile(r"[^\W_]+")
# words that say that there is a text, and not whose
_GENERIC = frozenset(
    word
    for line in (
        "a an the of from by on in at to and or its own which that this dated press news wire",
        "text release statement report announcement article notice sheet document study data",
        "company agency agencies website web page official officials government ministry media",
        "source sources author authors work plan filing interview encyclopaedia encyclopedia",
    )
    for word in line.split()
)
_NOT_MEASURED = frozenset(
    {"", "year", "date", "rank", "count", "ordinal", "boolean", "qualitative"}
)
_NONE: Mapping[str, tuple[str, ...]] = MappingProxyType({})
_NO_RELEASE: Mapping[str, str] = MappingProxyType({})


def release_clusters(
    sources: Sequence[Source],
    claims: Iterable[LooseClaim],
    *,
    relays: Mapping[str, tuple[str, ...]] = _NONE,
    origins: Mapping[str, tuple[str, ...]] = _NONE,
    releases: Mapping[str, str] = _NO_RELEASE,
) -> Mapping[str, str]:
    """Cluster of each source; texts of one cluster are one witness, not several.

    In this order, and never against an earlier step:

    1. sources of which the table, or all of their claims that name one, name the same release;
    2. a text and the first text that it relays (what it adds from others does not make those
       others one);
    3. texts that name the same origin, appeared within :data:`WITHIN_DAYS` days and share
       at least :data:`LEAST_NUMBERS` numbers on the same subjects.

    Parameters
    ----------
    sources : sequence of Source
        All of them, in the order of the table.
    claims : iterable of LooseClaim
        What they say.
    relays : mapping of source id to source ids
        Listed texts that a source passes on.
    origins : mapping of source id to names
        Unlisted texts that a source relays, as written.
    releases : mapping of source id to str
        Release that the table of sources states.

    Returns
    -------
    mapping of source id to str
        The release as stated; else the id of the text that the others go back to.
    """
    listed = list(claims)
    stated = _stated(sources, listed, releases)
    groups = _Groups(sources, stated)
    for label in dict.fromkeys(stated.values()):
        members = [s for s, named in stated.items() if named == label]
        for other in members[1:]:
            groups.join(members[0], other)
    chains, _ = without_circles(relays, sources)
    for text, passed_on in chains.items():
        groups.join(passed_on[0], text)
    for one, other in _same_story(sources, listed, origins):
        groups.join(one, other)
    return groups.named(chains)


def chain_hops(
    sources: Sequence[Source], relays: Mapping[str, tuple[str, ...]]
) -> Mapping[str, int]:
    """Steps from the one who knows to each source: those stated, or of the chain if it is longer.

    A circle of relays is opened where :func:`without_circles` says.
    """
    stated = {s.id: s.hops for s in sources}
    chains, _ = without_circles(relays, sources)
    hops: dict[str, int] = {}
    for text in TopologicalSorter(chains).static_order():
        before = [hops[other] + 1 for other in chains.get(text, ())]
        hops[text] = max(stated.get(text, 0), *before, 0)
    return MappingProxyType({s.id: hops.get(s.id, s.hops) for s in sources})


class _Groups:
    """Disjoint sets of sources; two that state different releases are never one."""

    def __init__(self, sources: Sequence[Source], stated: Mapping[str, str]) -> None:
        self._above = {s.id: s.id for s in sources}
        self._label = dict(stated)

    def _root(self, source: str) -> str:
        root = source
        while self._above[root] != root:
            root = self._above[root]
        while self._above[source] != root:
            self._above[source], source = root, self._above[source]
        return root

    def join(self, one: str, other: str) -> None:
        if one not in self._above or other not in self._above:
            return
        a, b = self._root(one), self._root(other)
        labels = {self._label[x] for x in (a, b) if x in self._label}
        if a == b or len(labels) > 1:
            return
        self._above[b] = a
        for label in labels:
            self._label[a] = label

    def named(self, chains: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
        """The cluster of each source: the release stated, or the member that relays none."""
        members: dict[str, list[str]] = {}
        for source in self._above:
            members.setdefault(self._root(source), []).append(source)
        names = {}
        for root, group in members.items():
            inside = set(group)
            first = next((s for s in group if not inside & set(chains.get(s, ()))), group[0])
            names.update(dict.fromkeys(group, self._label.get(root, first)))
        return MappingProxyType({source: names[source] for source in self._above})


def _stated(
    sources: Sequence[Source], claims: Sequence[LooseClaim], releases: Mapping[str, str]
) -> dict[str, str]:
    named: dict[str, set[str]] = {}
    for claim in claims:
        if not is_unknown(release := claim.text("release")):
            named.setdefault(claim.source, set()).add(release)
    stated = {}
    for source in (s.id for s in sources):
        of_claims = named.get(source, set())
        if not is_unknown(label := releases.get(source, "")):
            stated[source] = label
        elif len(of_claims) == 1:
            stated[source] = next(iter(of_claims))
    return stated


def _same_story(
    sources: Sequence[Source], claims: Sequence[LooseClaim], origins: Mapping[str, tuple[str, ...]]
) -> list[tuple[str, str]]:
    told = [s for s in sources if s.published and any(map(_whose, origins.get(s.id, ())))]
    numbers: dict[str, set[tuple[object, ...]]] = {s.id: set() for s in told}
    for c in claims:
        if (
            c.source in numbers
            and c.unit.casefold() not in _NOT_MEASURED
            and not (c.low is None and c.high is None)
        ):
            numbers[c.source].add((fold_name(c.subject), c.low, c.high, c.unit))
    return [
        (a.id, b.id)
        for a, b in combinations(told, 2)
        if _near(a.published, b.published)
        and len(numbers[a.id] & numbers[b.id]) >= LEAST_NUMBERS
        and any(_same(x, y) for x in origins[a.id] for y in origins[b.id])
    ]


def _whose(origin: str) -> frozenset[str]:
    """The words of a name that tell whose text it is; dates do not."""
    words = _WORDS.findall(fold_name(origin))
    return frozenset(w for w in words if w not in _GENERIC and not w.isdigit())


def _same(one: str, other: str) -> bool:
    a, b = _whose(one), _whose(other)
    return bool(a and b) and (a <= b or b <= a)


def _near(one: str, other: str) -> bool:
    # a month or year alone does not show that two texts appeared within a week
    spread = max(last_day(one), last_day(other)) - min(first_day(one), first_day(other))
    return spread.days <= WITHIN_DAYS
