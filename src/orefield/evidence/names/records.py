"""Records of sites from several sources, grouped where they are of one site.

Names alone do not tell: compilations spell one deposit in several ways, and one name is many
places'. Position, commodities, kind of deposit, province and source decide with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from orefield.core.errors import EvidenceError
from orefield.evidence.names.fold import joined, sound_key, tokens
from orefield.evidence.names.gazetteer import gazetteer
from orefield.evidence.names.generic import trims
from orefield.evidence.names.pinyin import syllables
from orefield.evidence.names.places import distance_km
from orefield.evidence.names.reading import compound, written
from orefield.evidence.names.spelling import SAME_SOUND, closeness

NEAR_KM = 50.0
"""One name within this distance is one site: compilations' positions differ by so much."""

NEAR_ALIKE_KM = 75.0
"""The same where commodity and kind of deposit agree too; for names of three syllables and more
even where they differ by a misspelling."""

NEAR_LONG_KM = 120.0
"""The same for names of three syllables and more, which few places share."""

NEAR_MISSPELT_KM = 25.0
"""Names that differ by a misspelling are one site only within this distance."""

SAME_SOURCE_KM = 3.0
"""A source lists a site once: its namesakes are one site only this close together."""


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """A site as one source has it.

    Parameters
    ----------
    id : str
        Unique among the records.
    name : str
    aliases : tuple of str
    lat, lon : float or None
        Degrees.
    province : str
        As written.
    commodities : frozenset of str
        Symbols; empty where unknown.
    deposit_type : str
        As written.
    source : str

    Raises
    ------
    EvidenceError
        Without id or name, with half a position, or one off the globe.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None
    province: str = ""
    commodities: frozenset[str] = frozenset()
    deposit_type: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if not self.id or not self.name.strip():
            raise EvidenceError(f"record '{self.id}' lacks an id or a name")
        if (self.lat is None) != (self.lon is None):
            raise EvidenceError(f"record '{self.id}' has half a position")
        lat, lon = self.lat or 0.0, self.lon or 0.0
        if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
            raise EvidenceError(f"record '{self.id}' lies at {self.lat}, {self.lon}")


@dataclass(frozen=True, slots=True)
class _Site:
    record: SiteRecord
    names: frozenset[str]
    beside: frozenset[str]
    province: str
    kind: str

    @property
    def placed(self) -> bool:
        return self.record.lat is not None

    def km(self, other: _Site) -> float | None:
        one, two = self.record, other.record
        if one.lat is None or one.lon is None or two.lat is None or two.lon is None:
            return None
        return distance_km((one.lat, one.lon), (two.lat, two.lon))


def link_records(records: Iterable[SiteRecord]) -> tuple[tuple[str, ...], ...]:
    """Group the records of one site.

    Parameters
    ----------
    records : iterable of SiteRecord
        From any number of sources.

    Returns
    -------
    tuple of tuple of str
        Ids of each group in the order given, single records too.

    Raises
    ------
    EvidenceError
        For an id that stands twice.

    Notes
    -----
    Links between positioned records come first. A record without position joins the one group
    that its name fits; where it fits several it stays alone. A group never holds two records
    that speak against each other.
    """
    sites = [_site(record) for record in records]
    if len({s.record.id for s in sites}) != len(sites):
        raise EvidenceError("a record id stands twice", fix="ids are unique; rename one")
    group = list(range(len(sites)))
    pairs = _candidate_pairs(sites)
    for i, j in pairs:
        if sites[i].placed and sites[j].placed and _same(sites[i], sites[j]):
            _join(i, j, group, sites)
    floating: dict[int, set[int]] = {}
    for i, j in pairs:
        for a, b in ((i, j), (j, i)):
            if not sites[a].placed and _same(sites[a], sites[b]):
                floating.setdefault(a, set()).add(b)
    for a, others in floating.items():
        placed = {group[b] for b in others if sites[b].placed}
        exact = {group[b] for b in others if sites[b].placed
                 and sites[a].names & sites[b].names}  # fmt: skip
        home = exact if len(exact) == 1 else placed
        if len(home) == 1:
            _join(a, next(b for b in others if group[b] in home), group, sites)
        elif not placed:
            for b in sorted(others):
                _join(a, b, group, sites)
    found: dict[int, list[str]] = {}
    for k, site in enumerate(sites):
        found.setdefault(group[k], []).append(site.record.id)
    return tuple(tuple(ids) for ids in found.values())


def _join(i: int, j: int, group: list[int], sites: Sequence[_Site]) -> None:
    one, two = group[i], group[j]
    if one == two:
        return
    ours = [k for k, g in enumerate(group) if g == one]
    theirs = [k for k, g in enumerate(group) if g == two]
    if any(_against(sites[a], sites[b]) for a in ours for b in theirs):
        return
    for k in ours + theirs:
        group[k] = min(one, two)


def _candidate_pairs(sites: Sequence[_Site]) -> list[tuple[int, int]]:
    """Pairs that share a name, a sound, or the first letters of one and the position."""
    blocks: dict[str, set[int]] = {}
    for k, site in enumerate(sites):
        for name in site.names | site.beside:
            for key in (name, f"~{sound_key(name)}", f"<{name[:2]}", f">{name[-4:]}"):
                blocks.setdefault(key, set()).add(k)
    pairs: set[tuple[int, int]] = set()
    for key, members in blocks.items():
        for i, j in combinations(sorted(members), 2):
            if key[0] not in "<>":
                pairs.add((i, j))
                continue
            km = sites[i].km(sites[j])
            if km is not None and km <= NEAR_ALIKE_KM:
                pairs.add((i, j))
    return sorted(pairs)


def _same(one: _Site, two: _Site) -> bool:
    if _against(one, two):
        return False
    km = one.km(two)
    if one.names & two.names:
        if km is None or any(_long(name) for name in one.names & two.names):
            return km is None or km <= NEAR_LONG_KM
        return km <= (NEAR_ALIKE_KM if _alike(one, two) else NEAR_KM)
    if (one.names & two.beside) or (one.beside & two.names):
        return km is not None and km <= NEAR_MISSPELT_KM
    score, pair = max((closeness(a, b), a) for a in one.names for b in two.names)
    if km is None:
        return score >= SAME_SOUND
    reach = NEAR_ALIKE_KM if _alike(one, two) and _long(pair) else NEAR_MISSPELT_KM
    return score > 0.0 and km <= reach


def _long(name: str) -> bool:
    """Three syllables and more, or no pinyin at all: a name that few places share."""
    parted = syllables(name)
    return len(name) >= 7 if parted is None else len(parted) >= 3


def _alike(one: _Site, two: _Site) -> bool:
    return one.kind == two.kind != "" and bool(one.record.commodities & two.record.commodities)


def _against(one: _Site, two: _Site) -> bool:
    """Whether anything but the name says that two records are of two sites."""
    km = one.km(two)
    if km is not None and km > NEAR_LONG_KM:
        return True
    left, right = one.record, two.record
    if left.source and left.source == right.source and (km is None or km > SAME_SOURCE_KM):
        return True
    if left.commodities and right.commodities and not left.commodities & right.commodities:
        return True
    if one.province and two.province and one.province != two.province:
        return True
    return bool(one.kind and two.kind and one.kind != two.kind and (km is None or km > NEAR_KM))


def _site(record: SiteRecord) -> _Site:
    names: set[str] = set()
    beside: set[str] = set()
    for text in (record.name, *record.aliases):
        parts = written(text)
        for name in compound(parts.outer or text):
            names |= _keys(name.split(",")[0])
        for inner in parts.inner:
            beside |= _keys(inner)
    return _Site(
        record,
        frozenset(names),
        frozenset(beside - names),
        _province(record.province),
        _kind(record.deposit_type),
    )


def _keys(name: str) -> set[str]:
    words = tokens(name)
    if not words:
        return set()
    kept = [trim for trim in trims(words) if trim.all_of("noun", "form", "commodity")]
    trim = kept[-1]
    if len(trim.words) > 1 and trim.words[0] in _provinces():
        return {joined(trim.words[1:])}
    return {trim.key}


@cache
def _provinces() -> dict[str, str]:
    return {
        joined(tokens(name)): place.id
        for place in gazetteer().of_kind("province")
        for name in place.names
    }


def _province(text: str) -> str:
    """Id of a province as written; empty where it is not known."""
    parts = written(text)
    for name in (text, parts.outer, *parts.inner):
        found = _provinces().get(joined(tokens(name)))
        if found:
            return found
    return ""


_KINDS = (
    ("sediment-hosted strat", "bed"), ("redbed", "bed"), ("sedimentary", "bed"),
    ("surficial", "bed"), ("porphyry", "magma"), ("epithermal", "magma"),
    ("igneous", "magma"), ("magmatic", "magma"), ("hydrothermal", "magma"),
)  # fmt: skip


def _kind(text: str) -> str:
    """Laid down (``bed``) or from magma; empty for skarns, massive sulphides and the unsure."""
    folded = text.casefold()
    return next((kind for word, kind in _KINDS if word in folded), "")
