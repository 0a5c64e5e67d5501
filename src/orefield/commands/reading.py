"""``orefield evidence extract`` and ``audit``: documents read, reviewed, checked."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orefield.commands.evidence import (
    Reply,
    background_studies,
    checked_data,
    checked_text,
)
from orefield.core.errors import EvidenceError, RunError
from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Verdict
from orefield.evidence.rules.registry import Checked, check

if TYPE_CHECKING:
    from orefield.evidence.audit import Audit, Reading
    from orefield.evidence.documents import Document
    from orefield.evidence.extract import Candidate
    from orefield.evidence.review import Decision, Proposal

Ask = Callable[["Proposal"], "Decision | None"]
"""Shows a proposal to a person; None leaves it open."""


@dataclass(frozen=True, slots=True)
class _Read:
    """Documents read, and what is proposed of them."""

    readings: tuple[Reading, ...]
    proposals: tuple[Proposal, ...]


def extract_files(
    files: Sequence[str | Path],
    *,
    corpus: str | Path | None = None,
    batch: str | Path | None = None,
    decisions: str | Path | None = None,
    ask: Ask | None = None,
) -> Reply:
    """Candidate claims of documents; with a corpus, what a person decides on them is kept.

    Parameters
    ----------
    files : sequence of path
        Text, HTML or PDF.
    corpus : path, optional
        Corpus folder: entities come from it, confirmed claims and decisions go into it.
    batch : path, optional
        Write what is still open as a table with an empty column ``decision``.
    decisions : path, optional
        Read such a table back and carry it out.
    ask : callable, optional
        Asks a person about each open proposal.

    Raises
    ------
    EvidenceError
        For a document that cannot be read, or a review without a corpus to keep it in.
    TableError, RunError
        What is wrong with a table, or why it cannot be written.
    """
    from orefield.evidence.documents import read_document

    if corpus is None and (decisions is not None or ask is not None):
        raise EvidenceError(
            "a review needs a corpus to keep its decisions in", fix="name it with --corpus DIR"
        )
    documents = [read_document(Path(f)) for f in files]
    read = _read(documents, corpus)
    data: dict[str, Any] = {
        "documents": [_document_data(r) for r in read.readings],
        "candidates": [
            candidate_data(name, c) for r in read.readings for name, c in r.candidates.items()
        ],
    }
    lines = [line for r in read.readings for line in _reading_lines(r)]
    if corpus is not None:
        kept, more = _reviewed(Path(corpus), read, decisions, ask)
        data["review"] = kept
        lines += more
    if batch is not None:
        from orefield.evidence.review import write_batch

        still = _open_proposals(Path(corpus), read) if corpus is not None else read.proposals
        write_batch(Path(batch), still)
        data["batch"] = {"file": str(batch), "open": len(still)}
        lines.append(f"{len(still)} open candidates written to {batch}: fill 'decision', then")
        lines.append(f"  orefield evidence extract ... --corpus DIR --decisions {batch}")
    return data, "\n".join(lines)


def _read(documents: Sequence[Document], corpus: str | Path | None) -> _Read:
    from orefield.evidence.assemble import known_entities
    from orefield.evidence.audit import read_documents
    from orefield.evidence.folder import read_folder
    from orefield.evidence.names import Resolver
    from orefield.evidence.review import propose

    entities = read_folder(Path(corpus)).entities if corpus is not None else ()
    resolver = Resolver(known_entities(entities, background_studies()))
    readings = read_documents(documents, resolver)
    proposals = tuple(
        proposal
        for r in readings
        for proposal in propose(
            r.document.sha256, r.source.id, r.candidates.values(), published=r.document.published
        )
    )
    return _Read(readings, proposals)


def _open_proposals(corpus: Path, read: _Read) -> tuple[Proposal, ...]:
    from orefield.evidence.review import pending, read_decisions

    taken, _ = read_decisions(corpus)
    return pending(read.proposals, taken)


def _reviewed(
    corpus: Path, read: _Read, batch: str | Path | None, ask: Ask | None
) -> tuple[dict[str, Any], list[str]]:
    """Carry out decisions, old and new; what is confirmed goes into the corpus."""
    from orefield.evidence.folder import append, read_folder
    from orefield.evidence.review import apply, keep_decisions, read_batch, read_decisions

    now = datetime.now(UTC)
    problems: list[str] = []
    fresh: list[Decision] = []
    if batch is not None:
        found, faults = read_batch(Path(batch), read.proposals, decided_at=now.date().isoformat())
        fresh += found
        problems += [str(p) for p in faults]
    if ask is not None:
        for proposal in _open_proposals(corpus, read):
            decision = ask(proposal)
            if decision is not None:
                fresh.append(decision)
    if fresh:
        keep_decisions(corpus, fresh)
    taken, faults = read_decisions(corpus)
    problems += [str(p) for p in faults]
    folder = read_folder(corpus)
    outcome = apply(
        read.proposals, taken, there={c.id for c in folder.claims},
        recorded_at=now.date().isoformat(),
    )  # fmt: skip
    if outcome.rows:
        _list_sources(corpus, read, {str(row["source"]) for row in outcome.rows})
        append(corpus / "claims.csv", outcome.rows)
    data = {
        "corpus": str(corpus), "decided": len(fresh), "added": len(outcome.rows),
        "rejected": len(outcome.rejected), "stale": len(outcome.stale),
        "withdrawn": list(outcome.withdrawn), "open": len(_open_proposals(corpus, read)),
        "problems": problems,
    }  # fmt: skip
    lines = [
        f"{data['added']} claims added to {corpus}, {data['rejected']} rejected, "
        f"{data['open']} open"
    ]
    lines += [f"  note: {p}" for p in problems]
    lines += [
        f"  {c} stands in claims.csv and was rejected since: supersede or remove it by hand"
        for c in outcome.withdrawn
    ]
    return data, lines


def _list_sources(corpus: Path, read: _Read, needed: set[str]) -> None:
    """A claim is never left without the source that it names: that row goes first."""
    from orefield.evidence.folder import append, read_folder
    from orefield.evidence.folder.columns import SOURCE_CORE, canonical

    listed = {row.source.id for row in read_folder(corpus).source_rows if row.listed}
    rows = [
        {
            "id": r.source.id, "title": r.source.title, "publisher": r.source.publisher,
            "published": r.source.published, "kind": str(r.source.kind),
            "note": f"read from {r.document.name}, sha256 {r.document.sha256[:16]}",
        }
        for r in read.readings
        if r.source.id in needed and r.source.id not in listed
    ]  # fmt: skip
    if rows:
        append(
            corpus / "sources.csv", rows, columns=SOURCE_CORE,
            name_of=lambda c: canonical(c, of_sources=True),
        )  # fmt: skip


def _reading_lines(reading: Reading) -> list[str]:
    lines = [f"{reading.document.name}: {reading.source.title} ({len(reading.candidates)})"]
    lines += [f"  note: {w}" for w in reading.document.warnings]
    for name, c in reading.candidates.items():
        missing = [w for w, v in (("basis", c.basis), ("stage", c.stage)) if v == "missing"]
        tail = f" [{' and '.join(missing)} missing]" if missing else ""
        lines.append(f"  {name}  {c.paraphrase}{tail}  @{c.locator}")
    return lines


def _document_data(r: Reading) -> dict[str, Any]:
    return {
        "file": r.document.name, "source": r.source.id, "title": r.source.title,
        "published": r.document.published, "publisher": r.document.publisher,
        "language": r.document.language, "sha256": r.document.sha256,
        "candidates": len(r.candidates), "warnings": list(r.document.warnings),
    }  # fmt: skip


def audit_folder(
    folder: str | Path,
    *,
    out: str | Path | None = None,
    background: Sequence[str] | None = None,
) -> Reply:
    """Read every document of a folder, check what they state, write a page.

    Parameters
    ----------
    folder : str or Path
        Holds text, HTML or PDF files.
    out : str or Path, optional
        The page; ``FOLDER-audit.html`` in the current folder by default.
    background : sequence of str, optional
        Studies to hold the statements against: all shipped ones by default.

    Raises
    ------
    OrefieldError
        When there is no such folder, or the page cannot be written.
    """
    from orefield.evidence.audit import audit, tempered
    from orefield.evidence.documents import Document, read_folder_documents

    started = time.perf_counter()
    path = Path(folder)
    read = read_folder_documents(path)
    documents = [d for d in read if isinstance(d, Document)]
    problems = [
        {"what": f"{d.name}: {d.what}", "where": "", "fix": d.fix}
        for d in read
        if not isinstance(d, Document)
    ]
    made = audit(documents, background=background_studies(background))
    checked = tempered(check(made.corpus), made.corpus)
    data = checked_data(checked, made.corpus)
    data["documents"] = [_document_data(r) for r in made.readings]
    data["candidates"] = [
        candidate_data(name, candidate)
        for r in made.readings
        for name, candidate in r.candidates.items()
    ]
    data["problems"] = problems
    page = Path(out) if out is not None else Path(f"{path.resolve().name}-audit.html")
    _write_page(page, path.resolve().name, made, checked, data)
    data["page"] = str(page)
    data["seconds"] = round(time.perf_counter() - started, 3)
    text = checked_text(checked, made.corpus, str(folder), problems)
    return data, f"{text}\npage: {page}"


def candidate_data(name: str, c: Candidate) -> dict[str, Any]:
    """A candidate claim as ``--json`` prints it."""
    return {
        "id": name, "source": c.source, "subject": c.subject,
        "entity": c.entities[0] if c.entities else "", "entities": list(c.entities),
        "attribute": c.attribute, "value_low": c.value_low, "value_high": c.value_high,
        "unit": c.unit, "qualifier": c.qualifier, "outlook": c.outlook, "period": c.period,
        "first_year": c.first_year, "last_year": c.last_year, "commodity": c.commodity,
        "basis": c.basis, "stage": c.stage, "class": c.resource_class, "rate_type": c.rate_type,
        "counterpart": c.counterpart, "written": c.written, "multiplier": c.multiplier,
        "start": c.locator.start, "end": c.locator.end, "clause_start": c.locator.clause_start,
        "clause_end": c.locator.clause_end,
        "also_at": [[a.start, a.end] for a in c.also_at], "speakers": list(c.speakers),
        "hops": c.hops, "confidence": round(c.confidence, 3), "reasons": list(c.reasons),
        "paraphrase": c.paraphrase,
    }  # fmt: skip


def _write_page(
    page: Path, name: str, made: Audit, checked: Checked, data: Mapping[str, Any]
) -> None:
    from orefield.evidence.rules.registry import all_rules
    from orefield.report.audit import audit_page

    corpus = made.corpus
    n = sum(len(r.candidates) for r in made.readings)
    violations = len(checked.of(Verdict.VIOLATE))
    lede = (
        f"{len(made.readings)} document{'s' * (len(made.readings) != 1)}, {n} quantitative "
        f"statements, {violations} contradiction{'s' * (violations != 1)} found."
    )
    html = audit_page(
        f"Audit of {name}",
        lede,
        [*data["findings"], *data["passes"]],
        claim_rows(corpus, {k: c for r in made.readings for k, c in r.candidates.items()}),
        [_document_row(r, corpus) for r in made.readings],
        [{"name": rule.name, "about": rule.about} for rule in all_rules()],
        data["problems"],
    )
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(html, encoding="utf-8")
    except OSError as error:
        raise RunError(
            f"the page cannot be written: {error.strerror or error}", where=str(page),
            fix="name another place with --out",
        ) from error  # fmt: skip


def claim_rows(
    corpus: Corpus, candidates: Mapping[str, Candidate] | None = None
) -> dict[str, dict[str, Any]]:
    """What a page shows of every statement of a corpus, by id."""
    rows: dict[str, dict[str, Any]] = {}
    for s in corpus.statements:
        if "#" in s.id:
            continue
        source = corpus.sources.get(s.source)
        candidate = (candidates or {}).get(s.id)
        rows[s.id] = {
            "subject": s.subject, "attribute": s.attribute, "value": s.shown,
            "period": _years(s.first_year, s.last_year),
            "source": source.title if source else s.source,
            "publisher": source.publisher if source else "",
            "published": source.published if source else "",
            "url": source.url if source else "",
            "place": f"characters {candidate.locator}" if candidate else "",
        }  # fmt: skip
    return rows


def _years(first: int | None, last: int | None) -> str:
    if first is None:
        return ""
    return f"{first}" if last in (None, first) else f"{first}-{last}"


def _document_row(reading: Reading, corpus: Corpus) -> dict[str, Any]:
    document = reading.document
    rows = []
    for name, c in reading.candidates.items():
        s = corpus[name]
        named = corpus.entities[s.entity].name_en if s.resolved else ""
        rows.append(
            {
                "id": name, "subject": c.subject, "attribute": c.attribute, "value": c.shown,
                "entity": named if named and named != c.subject else "",
                "period": c.period or _years(c.first_year, c.last_year),
                "basis": ", ".join(x.replace("_", " ") for x in (c.basis, c.stage) if x),
                "speaker": " < ".join(c.speakers), "place": str(c.locator),
            }
        )  # fmt: skip
    return {
        "title": reading.source.title, "publisher": document.publisher,
        "published": document.published, "language": document.language, "file": document.name,
        "warnings": document.warnings, "rows": rows,
    }  # fmt: skip
