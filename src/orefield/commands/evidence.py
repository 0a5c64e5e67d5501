"""``orefield evidence check`` and ``resolve``: what contradicts, and whom a name means."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orefield.core.errors import EvidenceError
from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules.registry import Checked, check

if TYPE_CHECKING:
    from orefield.evidence.assemble import Reference
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


def check_evidence(
    target: str | Path,
    *,
    background: Sequence[str] | None = None,
    run: str | Path | None = None,
) -> Reply:
    """Hold the claims of a folder or a study against each other, reference evidence and physics.

    Parameters
    ----------
    target : str or Path
        A folder with ``claims.csv``, or a study.
    background : sequence of str, optional
        Studies to hold the claims against: all shipped ones by default.
    run : str or Path, optional
        A finished run, whose modelled mines are held against what is announced for them.

    Raises
    ------
    OrefieldError
        What is wrong with the folder or the study.
    """
    started = time.perf_counter()
    corpus, folder = open_corpus(target, background=background)
    checked = check(corpus)
    if run is not None:
        checked, corpus = _with_physics(checked, corpus, run)
    data = checked_data(checked, corpus)
    data["corpus"] = str(target)
    data["problems"] = [p.as_dict() for p in folder.problems] if folder is not None else []
    data["seconds"] = round(time.perf_counter() - started, 3)
    return data, checked_text(checked, corpus, str(target), data["problems"])


def _with_physics(checked: Checked, corpus: Corpus, run: str | Path) -> tuple[Checked, Corpus]:
    """Findings on what is announced beside a run's modelled mines, and the mines as background."""
    from orefield.evidence.announced import announced_against
    from orefield.evidence.rules.registry import ORDER
    from orefield.pipeline.announced import physics_statements
    from orefield.store import RunFolder

    physics = physics_statements(RunFolder(run))
    found = list(announced_against(corpus, physics))
    open_ones = [f for f in found if f.verdict is not Verdict.PASS]
    findings = sorted([*checked.findings, *open_ones], key=lambda f: ORDER.index(f.verdict))
    passes = (*checked.passes, *(f for f in found if f.verdict is Verdict.PASS))
    beside = replace(corpus, statements=(*corpus.statements, *physics))
    return replace(checked, findings=tuple(findings), passes=passes), beside


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
    from orefield.evidence.folder import read_folder
    from orefield.evidence.names import Resolver

    if not name.strip():
        raise EvidenceError("no name is given", fix='orefield evidence resolve "NAME"')
    own = read_folder(Path(target)).entities if target is not None else ()
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
