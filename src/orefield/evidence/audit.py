"""From documents to findings: every number read, typed, and held against all others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from orefield.evidence.assemble import Reference, background_of, known_entities
from orefield.evidence.claim import Source
from orefield.evidence.corpus import Corpus
from orefield.evidence.documents import Document
from orefield.evidence.entities import Entity
from orefield.evidence.extract import Candidate, extract
from orefield.evidence.finding import Verdict
from orefield.evidence.folder.sources import infer_kind
from orefield.evidence.meaning import Subjects, complete, interpret
from orefield.evidence.meaning.row import LooseRow
from orefield.evidence.names import Resolver
from orefield.evidence.periods import parse_period
from orefield.evidence.rules.registry import ORDER, Checked
from orefield.evidence.vocabulary import SourceKind
from orefield.evidence.words.commodities import find_commodities, spoken

_SINCE = re.compile(r"^\s*(?:since|from|自|始于)", re.IGNORECASE)
_HELD = frozenset({"ownership share", "stake", "ownership"})
_FRACTION = frozenset({"%", "pp", "ratio"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one document.

    Attributes
    ----------
    document : Document
    source : Source
    candidates : mapping of claim id to Candidate
    """

    document: Document
    source: Source
    candidates: Mapping[str, Candidate]


@dataclass(frozen=True, slots=True)
class Audit:
    """Documents read, and the corpus that their statements make."""

    readings: tuple[Reading, ...]
    corpus: Corpus


def audit(
    documents: Sequence[Document],
    *,
    background: Sequence[Reference] = (),
    entities: Iterable[Entity] = (),
    rejected: frozenset[tuple[str, int, int]] = frozenset(),
) -> Audit:
    """Read documents and set up what they state as a corpus.

    Parameters
    ----------
    documents : sequence of Document
        As read, in order.
    background : sequence of Reference
        Studies whose entities and claims stand beside.
    entities : iterable of Entity
        Those of the folder, which come first.
    rejected : set of (sha256, start, end)
        Candidates that a person has rejected: they state nothing.
    """
    known = known_entities(entities, background)
    subjects = Subjects(known)
    readings = read_documents(documents, subjects.resolver)
    rows: list[LooseRow] = []
    words: dict[str, str] = {}
    for reading in readings:
        for name, candidate in reading.candidates.items():
            place = (reading.document.sha256, candidate.locator.start, candidate.locator.end)
            if place not in rejected:
                rows.append(row_of(name, candidate, reading.source, reading.document))
                words[name] = _words(candidate, reading.document)
    own = complete(
        [
            replace(s, words=f"{s.words}; {words[s.id.split('#', 1)[0]]}")
            for row in rows
            for s in interpret(row, subjects)
        ],
        subjects,
    )
    sources = {r.source.id: r.source for r in readings}
    titles = [r.source.title for r in readings]
    beside, others = background_of(background, subjects, own, titles)
    corpus = Corpus(statements=(*own, *beside), sources={**others, **sources}, entities=known)
    return Audit(readings, corpus)


_ONE_THING = frozenset({"metal-content", "ownership-sum", "double-count"})
"""Rules that compare figures of one thing though their quantities have different names."""

_DOUBT = (
    " Both were read by grammar from one text, which may tell them apart by words that were not "
    "read: look at the places."
)


def tempered(checked: Checked, corpus: Corpus) -> Checked:
    """Findings on candidates that no person has confirmed, with the doubt that they carry.

    A text seldom gives two values for one thing; that two figures of one text seem to be of the
    same thing is more often a word that the reader missed (a quarter, a grade class, one of two
    plants). Such findings stay, as open points.
    """
    findings = []
    for given in checked.findings:
        f = given
        said = [corpus[c] for c in f.claims if c in corpus]
        one_text = len({s.source for s in said}) == 1 and len(said) > 1 and not f.background
        one_kind = len({(s.entity, s.measured, s.topic.commodity) for s in said}) == 1
        if (
            one_text
            and (one_kind or f.rule in _ONE_THING)
            and f.verdict in {Verdict.VIOLATE, Verdict.TIE}
        ):
            f = replace(
                f, verdict=Verdict.INSUFFICIENT, explanation=f.explanation + _DOUBT, blamed=()
            )
        findings.append(f)
    findings.sort(key=lambda f: ORDER.index(f.verdict))
    return replace(checked, findings=tuple(findings))


def read_documents(documents: Sequence[Document], resolver: Resolver) -> tuple[Reading, ...]:
    """Candidate claims of documents, each with an id of its own (``S1-003``)."""
    readings = []
    for document, source in zip(documents, _sources(documents), strict=True):
        found = extract(
            document, resolver=resolver, reported=document.published, source_id=source.id
        )
        named = {f"{source.id}-{n:03d}": c for n, c in enumerate(found, start=1)}
        readings.append(Reading(document, source, named))
    return tuple(readings)


def _sources(documents: Sequence[Document]) -> list[Source]:
    """A source for each document, named after its file; equal names are numbered."""
    out: list[Source] = []
    taken: set[str] = set()
    for document in documents:
        stem = re.sub(r"[^\w.-]+", "_", document.name.rsplit(".", 1)[0]) or "document"
        name, n = stem, 2
        while name in taken:
            name, n = f"{stem}_{n}", n + 1
        taken.add(name)
        kind = infer_kind(document.publisher, document.title) or SourceKind.NEWS
        out.append(
            Source(
                id=name, title=document.title or document.name, kind=kind,
                publisher=document.publisher, published=document.published,
            )
        )  # fmt: skip
    return out


def _words(candidate: Candidate, document: Document) -> str:
    """The clause around a number, and the line that leads in the list it stands in.

    Rules read words such as "main" and "stockpiles" in it; it is kept in memory alone.
    """
    text = document.text
    clause = text[candidate.locator.clause_start : candidate.locator.clause_end]
    start = text.rfind("\n", 0, candidate.locator.start) + 1
    if not _BULLET.match(text[start:]):
        return clause
    lead = ""
    while start > 0:
        end = start - 1
        start = text.rfind("\n", 0, end) + 1
        line = text[start:end].strip()
        if line and not _BULLET.match(line):
            lead = line
            break
    return f"{lead} {clause}"


_BULLET = re.compile(r"\s*(?:[-–—•*·▪●]|\(?\d{1,2}[.)、])\s*")
_THESE = re.compile(r"\b(?:these|both|the two) (?:two )?(?:metals|commodities)\b", re.IGNORECASE)


def _these_metals(words: str, candidate: Candidate, document: Document) -> str:
    """A phrase such as "importer of these metals" with the metals spoken of last."""
    if not _THESE.search(words):
        return words
    before = document.text[max(0, candidate.locator.start - 400) : candidate.locator.start]
    named = list(dict.fromkeys(m.symbol for m in find_commodities(before)))[-2:]
    return _THESE.sub(" and ".join(spoken(f"{n}_").strip() for n in named) or "metals", words)


def row_of(claim_id: str, candidate: Candidate, source: Source, document: Document) -> LooseRow:
    """A candidate as meaning reads it: what its words say, and no more."""
    stated = {
        "commodity": candidate.commodity,
        "basis": "" if candidate.basis == "missing" else candidate.basis,
        "stage": "" if candidate.stage == "missing" else candidate.stage,
        "rate_type": "" if candidate.rate_type == "unnamed" else candidate.rate_type,
        "entity": candidate.entities[0] if len(candidate.entities) == 1 else "",
        "class": candidate.resource_class,
        "counterpart": candidate.counterpart if candidate.attribute in _HELD else "",
    }
    attribute = _these_metals(_attribute(candidate), candidate, document)
    if attribute != _attribute(candidate):
        stated["commodity"] = ""
    hops = candidate.hops
    return LooseRow(
        id=claim_id,
        source=source.id,
        subject=candidate.subject,
        attribute=attribute,
        low=candidate.value_low,
        high=candidate.value_high,
        unit=candidate.unit,
        period=_period(candidate, document.published),
        qualifier=f"{candidate.qualifier} {candidate.outlook}".strip(" ="),
        paraphrase="",
        reported=document.published,
        cells={k: v for k, v in stated.items() if v},
        hops=hops,
        sigma_class=source.kind.sigma_class,
    )


def _attribute(candidate: Candidate) -> str:
    """The candidate's words, with what a share, rank or growth is of."""
    words = candidate.attribute
    if candidate.counterpart and candidate.unit in _FRACTION and words.startswith("share"):
        return f"share of {candidate.counterpart}"
    if candidate.unit == "rank":
        scope = candidate.counterpart or words
        return f"largest {scope}" if candidate.value_low == 1.0 else f"rank: {scope}"
    return words


def _period(candidate: Candidate, published: str) -> str:
    """Calendar years as the reader of periods takes them; none where only a beginning is told."""
    if candidate.unit != "year" and _SINCE.match(candidate.period):
        return ""
    if parse_period(candidate.period, published).part_of_year:
        return candidate.period
    first, last = candidate.first_year, candidate.last_year
    if first is None:
        return ""
    return f"{first}" if last in (None, first) else f"{first}-{last}"
