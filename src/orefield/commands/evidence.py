"""What ``orefield evidence`` does: check, reconcile, resolve, extract, audit, add."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orefield.core.errors import EvidenceError, RunError
from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules.registry import Checked, check

if TYPE_CHECKING:
    from orefield.evidence.assemble import Reference
    from orefield.evidence.audit import Audit, Reading
    from orefield.evidence.extract import Candidate
    from orefield.evidence.folder import Folder

Reply = tuple[dict[str, Any], str]

_HEADS = {
    Verdict.VIOLATE: "cannot all be true",
    Verdict.TIE: "disagree, and nothing says which is wrong",
    Verdict.SUPERSEDED: "replaced by a later edition, no conflict",
    Verdict.INSUFFICIENT: "cannot be judged as stated",
}
_WIDTH = 96


def background_studies(names: Sequence[str] | None = None) -> tuple[Reference, ...]:
    """Evidence of shipped studies, which claims are held against.

    Parameters
    ----------
    names : sequence of str, optional
        Studies by name or folder; all shipped ones by default.

    Raises
    ------
    StudyError
        When there is no such study.
    """
    from orefield.evidence.assemble import Reference
    from orefield.study import open_study, shipped_studies

    wanted = list(shipped_studies()) if names is None else list(names)
    opened = (open_study(name) for name in wanted)
    return tuple(Reference(s.id, s.evidence, s.document.study.commodity) for s in opened)


def open_corpus(
    target: str | Path, *, background: Sequence[str] | None = None
) -> tuple[Corpus, Folder | None]:
    """The corpus of a folder with ``claims.csv``, or of a study.

    Parameters
    ----------
    target : str or Path
        A folder, or the name of a shipped study.
    background : sequence of str, optional
        Studies to hold a folder's claims against: all shipped ones by default, none when empty.

    Raises
    ------
    OrefieldError
        What is wrong with the folder or the study.
    """
    from orefield.evidence.assemble import corpus_of_evidence, corpus_of_folder
    from orefield.evidence.folder import read_folder
    from orefield.study import open_study, shipped_studies

    path = Path(target)
    if (path / "study.toml").is_file() or (str(target) in shipped_studies() and not path.is_dir()):
        study = open_study(target)
        return corpus_of_evidence(study.evidence, commodity=study.document.study.commodity), None
    folder = read_folder(path)
    return corpus_of_folder(folder, background=background_studies(background)), folder


def check_evidence(target: str | Path, *, background: Sequence[str] | None = None) -> Reply:
    """Hold the claims of a folder or a study against each other, reference evidence and physics.

    Raises
    ------
    OrefieldError
        What is wrong with the folder or the study.
    """
    started = time.perf_counter()
    corpus, folder = open_corpus(target, background=background)
    checked = check(corpus)
    data = checked_data(checked, corpus)
    data["corpus"] = str(target)
    data["problems"] = [p.as_dict() for p in folder.problems] if folder is not None else []
    data["seconds"] = round(time.perf_counter() - started, 3)
    return data, checked_text(checked, corpus, str(target), data["problems"])


def checked_data(checked: Checked, corpus: Corpus) -> dict[str, Any]:
    """Findings, passes and counts as ``--json`` prints them."""
    own = {s.id.split("#", 1)[0] for s in corpus.checked}
    return {
        "claims": len(own),
        "sources": len({s.source for s in corpus.checked}),
        "findings": [f.as_dict() for f in checked.findings],
        "passes": [f.as_dict() for f in checked.passes],
        "counts": {str(v): len(checked.of(v)) for v in Verdict},
        "rule_seconds": {name: round(s, 4) for name, s in checked.seconds.items()},
    }


def checked_text(
    checked: Checked, corpus: Corpus, name: str, problems: Sequence[Mapping[str, Any]] = ()
) -> str:
    """Findings for a terminal: verdict by verdict, each with its arithmetic and its claims."""
    own = {s.id.split("#", 1)[0] for s in corpus.checked}
    sources = {s.source for s in corpus.checked}
    lines = [f"{name}: {len(own):,} claims from {len(sources):,} sources"]
    for problem in problems:
        lines.append(f"  note: {problem['what']} ({problem['where']})")
    for verdict, head in _HEADS.items():
        found = checked.of(verdict)
        if found:
            lines += ["", f"{verdict.upper()} ({len(found)}): {head}"]
            lines += [line for f in found for line in _finding_lines(f, corpus)]
    lines.append("")
    lines.append(
        f"{len(checked.of(Verdict.VIOLATE))} violations, {len(checked.of(Verdict.TIE))} ties, "
        f"{len(checked.passes)} identities hold"
    )
    return "\n".join(lines)


def _finding_lines(finding: Finding, corpus: Corpus) -> list[str]:
    head = f"  {finding.rule}  {', '.join(finding.claims)}"
    lines = [
        head,
        *textwrap.wrap(
            finding.explanation, _WIDTH, initial_indent="    ", subsequent_indent="    "
        ),
    ]
    for claim in (*finding.claims, *finding.background):
        if claim in corpus:
            mark = " <- blamed" if claim in finding.blamed else ""
            lines.append(f"      {claim}  {corpus[claim].label}{mark}")
    return lines


def resolve_name(
    name: str,
    *,
    target: str | Path | None = None,
    kind: str = "",
    commodity: str = "",
    within: str = "",
) -> Reply:
    """Who a name means, with candidates and scores.

    Parameters
    ----------
    name : str
        As written, in any script.
    target : str or Path, optional
        A corpus folder whose entities come first.
    kind, commodity, within : str
        What is known of the thing beside its name.

    Raises
    ------
    EvidenceError
        For an empty name.
    OrefieldError
        What is wrong with the folder.
    """
    from orefield.evidence.assemble import known_entities
    from orefield.evidence.entities import Entities
    from orefield.evidence.folder import read_folder
    from orefield.evidence.names import Resolver

    if not name.strip():
        raise EvidenceError("no name is given", fix='orefield evidence resolve "NAME"')
    own = Entities(read_folder(Path(target)).entities) if target is not None else Entities()
    found = Resolver(known_entities(own, background_studies())).resolve(
        name, kind=kind, commodity=commodity, within=within
    )
    candidates = [
        {
            "entity": c.entity.id, "name": c.entity.name_en, "kind": c.entity.kind,
            "score": round(c.score, 3), "reasons": list(c.reasons),
            "province": c.entity.province, "country": c.entity.country,
        }
        for c in found.candidates
    ]  # fmt: skip
    data = {
        "name": name,
        "status": found.status,
        "entity": found.entity.id if found.entity is not None else None,
        "candidates": candidates,
    }
    lines = [f"{name}: {found.status}" + (f" -> {found.entity.id}" if found.entity else "")]
    lines += [
        f"  {c.score:.2f}  {c.entity.id} ({c.entity.kind}) {c.entity.name_en}: "
        + "; ".join(c.reasons)
        for c in found.candidates
    ]
    if not candidates:
        lines.append("  no candidate: add it to entities.csv of the corpus, or leave it unresolved")
    return data, "\n".join(lines)


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
    from orefield.evidence.audit import audit
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
    checked = check(made.corpus)
    data = checked_data(checked, made.corpus)
    data["documents"] = [
        {
            "file": r.document.name, "source": r.source.id, "title": r.source.title,
            "published": r.document.published, "publisher": r.document.publisher,
            "language": r.document.language, "sha256": r.document.sha256,
            "candidates": len(r.candidates), "warnings": list(r.document.warnings),
        }
        for r in made.readings
    ]  # fmt: skip
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
