"""From a folder or a study to a corpus: rows typed, neighbours consulted, background set beside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from orefield.evidence.claim import Source
from orefield.evidence.corpus import Corpus, Ownership, StatusEvent
from orefield.evidence.entities import Entities, Entity
from orefield.evidence.folder import Folder, LooseClaim
from orefield.evidence.ledger import Evidence
from orefield.evidence.meaning import (
    Subjects,
    complete,
    interpret,
    learned_places,
    statements_of,
)
from orefield.evidence.meaning.row import LooseRow
from orefield.evidence.names import gazetteer, merged
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis, SigmaClass, SourceKind

_USEFUL = frozenset(Quantity) - {
    Quantity.MONEY, Quantity.PRICE, Quantity.POSITION, Quantity.OTHER, Quantity.COUNT,
    Quantity.RANK, Quantity.FLAG,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reference:
    """Reference evidence that claims are held against: a study's ledger.

    Parameters
    ----------
    name : str
        Of the study; its ids are told apart by it (``china-copper:C027``).
    evidence : Evidence
    commodity : str
        What its attributes are of where they name no metal.
    """

    name: str
    evidence: Evidence
    commodity: str = ""


def corpus_of_folder(
    folder: Folder,
    *,
    background: Sequence[Reference] = (),
    physics: Iterable[Statement] = (),
    releases: Mapping[str, str] | None = None,
) -> Corpus:
    """The corpus of a folder's claims, with reference evidence as its background.

    Parameters
    ----------
    folder : Folder
        As read; what is wrong with it is told by the folder itself.
    background : sequence of Reference
        Studies: their entities name things, their claims stand beside.
    physics : iterable of Statement
        What models say, as background statements.
    releases : mapping of source id to cluster, optional
        Texts that go back to one release.
    """
    entities = known_entities(folder.entities, background)
    subjects = Subjects(entities)
    subjects.learn(
        (claim.subject for claim in folder.claims),
        (
            (c.subject, c.attribute, f"{c.text('qualifier')}; {c.text('paraphrase')}")
            for c in folder.claims
        ),
    )
    clusters = _clusters(folder) if releases is None else dict(releases)
    listed = folder.sources
    rows = [loose_row(claim, folder, clusters) for claim in folder.claims]
    own = complete([s for row in rows for s in interpret(row, subjects)], subjects)
    titles = [row.source.title for row in folder.source_rows]
    beside, sources = background_of(background, subjects, own, titles)
    return Corpus(
        statements=(*own, *beside, *physics),
        sources=sources | dict(listed),
        entities=Entities([*entities, *learned_places(rows, subjects)]),
        ownership=folder.ownership,
        events=folder.events,
        constraints=folder.constraints,
        relays=folder.relays,
    )


def background_of(
    background: Sequence[Reference],
    subjects: Subjects,
    own: Sequence[Statement],
    titles: Iterable[str],
) -> tuple[list[Statement], dict[str, Source]]:
    """Background statements and their sources, ids told apart by the study's name.

    A text that is under check itself (by its title) is no evidence for or against itself.
    """
    checked = {" ".join(t.casefold().split()) for t in titles}
    beside: list[Statement] = []
    sources: dict[str, Source] = {}
    for reference in background:
        same = {
            s.id
            for s in reference.evidence.sources
            if " ".join(s.title.casefold().split()) in checked
        }
        beside += [
            s
            for s in _beside(reference, subjects, own)
            if s.source.removeprefix(f"{reference.name}:") not in same
        ]
        sources |= {f"{reference.name}:{s.id}": s for s in reference.evidence.sources}
    return beside, sources


def _beside(reference: Reference, subjects: Subjects, own: Sequence[Statement]) -> list[Statement]:
    """A study's statements as background; what the corpus says itself is no evidence for it."""
    said = {(s.subject, s.attribute, s.shown) for s in own}
    near = _near(own, subjects.entities)
    made = statements_of(
        (c for c in reference.evidence.claims if c.entity in near),
        subjects,
        background=True,
        commodity=reference.commodity,
    )

    def known(name: str) -> str:
        return f"{reference.name}:{name}"

    return [
        replace(
            s,
            id=known(s.id),
            source=known(s.source),
            release=known(s.release) if s.release else "",
            supersedes=tuple(known(i) for i in s.supersedes),
            derived_from=tuple(known(i) for i in s.derived_from),
        )
        for s in complete(made, subjects)
        # what does not even say of what it is the mass can accuse nobody
        if s.topic.quantity in _USEFUL and s.basis is not Basis.UNSTATED and _plain(s) not in said
    ]


def _near(own: Sequence[Statement], entities: Entities) -> set[str]:
    """Entities that a corpus speaks of, what they lie in, and what their sites are made of."""
    near: set[str] = set()
    for s in own:
        topics = (s.topic, s.part, s.whole)
        for entity in {t.entity for t in topics if t is not None} | {s.counterpart}:
            if entity not in entities or entity in near:
                continue
            near.add(entity)
            near |= {e.id for e in entities.parents(entity)}
            if entities[entity].province:
                near.add(entities[entity].province)
            if entities[entity].kind not in {"country", "province", "region", "county"}:
                near |= {e.id for e in entities.children(entity)}
    return near


def _plain(s: Statement) -> tuple[str, str, str]:
    return (s.subject, s.attribute, s.shown)


def corpus_of_evidence(
    evidence: Evidence,
    *,
    commodity: str = "",
    physics: Iterable[Statement] = (),
    ownership: Sequence[Ownership] = (),
    events: Sequence[StatusEvent] = (),
) -> Corpus:
    """The corpus of a study's own ledger: its claims are what is checked."""
    entities = known_entities(evidence.entities, ())
    subjects = Subjects(entities)
    own = complete(statements_of(evidence.claims, subjects, commodity=commodity), subjects)
    return Corpus(
        statements=(*own, *physics),
        sources={s.id: s for s in evidence.sources},
        entities=entities,
        ownership=tuple(ownership),
        events=tuple(events),
    )


def _clusters(folder: Folder) -> dict[str, str]:
    """Texts that share a release with others; a text on its own needs no cluster."""
    counts = Counter(folder.clusters.values())
    return {source: c for source, c in folder.clusters.items() if counts[c] > 1}


def known_entities(own: Iterable[Entity], background: Sequence[Reference]) -> Entities:
    """A corpus's own entities first, then those of studies, then the gazetteer's.

    Raises
    ------
    EvidenceError
        For a parent or province that is in none of them, or parents in a circle.
    """
    own = tuple(own)
    others = Entities()
    for reference in background:
        others = merged(others, reference.evidence.entities)
    others = merged(others, gazetteer())
    if not own:
        return others
    # a folder may name parents that only a study or the gazetteer knows
    listed = {e.id for e in own}
    needed = {x for e in own for x in (e.parent, e.province) if x and x not in listed}
    borrowed: dict[str, Entity] = {}
    while needed:
        name = needed.pop()
        if name in others and name not in borrowed:
            borrowed[name] = others[name]
            needed |= {x for x in (others[name].parent, others[name].province) if x} - listed
    return merged(Entities([*own, *borrowed.values()]), others)


def loose_row(claim: LooseClaim, folder: Folder, releases: Mapping[str, str]) -> LooseRow:
    """A folder's row as meaning reads it."""
    source = folder.sources.get(claim.source)
    kind = source.kind if source is not None else SourceKind.COMPILATION
    stated = claim.text("sigma_class")
    sigma = SigmaClass(stated) if stated in set(SigmaClass) else kind.sigma_class
    published = claim.text("reported_at") or claim.text("published")
    reported = published if published[:4].isdigit() else (source.published if source else "")
    return LooseRow(
        id=claim.id,
        source=claim.source,
        subject=claim.subject,
        attribute=claim.attribute,
        low=claim.low,
        high=claim.high,
        unit=claim.unit,
        period=claim.period,
        qualifier=claim.text("qualifier"),
        paraphrase=claim.text("paraphrase") or claim.text("text"),
        reported=reported,
        cells=claim.cells,
        hops=folder.hops.get(claim.source, 0) if claim.hops is None else claim.hops,
        sigma_class=sigma,
        release=claim.text("release") or releases.get(claim.source, ""),
        written=claim.text("value_low"),
    )
