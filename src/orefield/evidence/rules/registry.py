"""Every rule, and a corpus run through them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module

from orefield.core.errors import EvidenceError
from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules.rule import Rule

_MODULES = (
    "sanity", "basis", "stages", "classes", "rates", "unit_slips", "same_digits", "bounds",
    "capacity", "specific_use", "wastes", "revenue", "shares",
    "sums", "trade_balance", "utilisation", "part_whole", "growth", "ranks", "rank_places",
    "arithmetic", "ownership", "site_commodity", "metal_mixup", "sole", "timeline", "part_years",
    "logic", "denials", "duplicates", "two_names", "superseding", "conflicts", "provenance",
    "declared",
)  # fmt: skip

ORDER = (Verdict.VIOLATE, Verdict.TIE, Verdict.SUPERSEDED, Verdict.INSUFFICIENT, Verdict.PASS)
"""Verdicts in the order that findings are shown in."""


def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order that findings are shown in.

    Raises
    ------
    EvidenceError
        When two rules share a name.
    """
    rules: list[Rule] = []
    for name in _MODULES:
        rules += import_module(f"orefield.evidence.rules.{name}").RULES
    names = [rule.name for rule in rules]
    if len(set(names)) < len(names):
        twice = next(n for n in names if names.count(n) > 1)
        raise EvidenceError(f"two rules are called '{twice}'")
    return tuple(rules)


@dataclass(frozen=True, slots=True)
class Checked:
    """What the rules said of a corpus.

    Attributes
    ----------
    findings : tuple of Finding
        All but passes: violations, ties, superseded, insufficient, in this order.
    passes : tuple of Finding
        Identities that hold.
    seconds : mapping of rule module to float
    """

    findings: tuple[Finding, ...]
    passes: tuple[Finding, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)

    def of(self, verdict: Verdict) -> tuple[Finding, ...]:
        """Findings with a verdict."""
        source = self.passes if verdict is Verdict.PASS else self.findings
        return tuple(f for f in source if f.verdict is verdict)


def check(corpus: Corpus, rules: Iterable[Rule] | None = None) -> Checked:
    """Run rules over a corpus.

    Findings come in a stable order, once each; ids of further statements of one row
    (``C049#net_importer``) are told as the row's.
    """
    found: list[tuple[int, int, Finding]] = []
    seconds: dict[str, float] = {}
    place = {s.id: i for i, s in enumerate(corpus.statements)}
    for rule in all_rules() if rules is None else rules:
        started = time.perf_counter()
        for finding in rule.run(corpus):
            first = min((place.get(c, 0) for c in finding.claims), default=0)
            found.append((ORDER.index(finding.verdict), first, _of_rows(finding)))
        seconds[rule.name] = time.perf_counter() - started
    found.sort(key=lambda item: (item[0], item[1], item[2].rule, item[2].claims))
    seen: set[tuple[str, Verdict, frozenset[str], frozenset[str]]] = set()
    findings: list[Finding] = []
    passes: list[Finding] = []
    for _, _, finding in found:
        key = (
            finding.rule,
            finding.verdict,
            frozenset(finding.claims),
            frozenset(finding.background),
        )
        if key in seen:
            continue
        seen.add(key)
        (passes if finding.verdict is Verdict.PASS else findings).append(finding)
    return Checked(tuple(findings), tuple(passes), seconds)


def _of_rows(finding: Finding) -> Finding:
    def rows(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(
                i.split("#", 1)[0] if i.rpartition("#")[2].isidentifier() else i for i in ids
            )
        )

    if not any("#" in i for i in (*finding.claims, *finding.background)):
        return finding
    return replace(
        finding,
        claims=rows(finding.claims),
        background=rows(finding.background),
        blamed=rows(finding.blamed),
    )
