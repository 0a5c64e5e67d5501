"""The study's claims held against each other, and the findings as tables of the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from orefield.evidence.assemble import corpus_of_evidence
from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.ledger import Evidence
from orefield.evidence.rules.registry import check
from orefield.study import Study

if TYPE_CHECKING:
    import pandas as pd

FINDING_COLUMNS = ("rule", "verdict", "claims", "blamed", "background", "residual", "unit",
                   "explanation", "inferred")  # fmt: skip


@dataclass(frozen=True)
class CheckedClaims:
    """What a run found of its study's claims.

    Attributes
    ----------
    corpus : Corpus
    findings : tuple of Finding
        Of the rules, of reconciliation and of physics; passes are in ``passes``.
    passes : tuple of Finding
    """

    corpus: Corpus
    findings: tuple[Finding, ...]
    passes: tuple[Finding, ...]

    def with_findings(self, found: Iterable[Finding]) -> CheckedClaims:
        """With what another stage found, its passes among the passes."""
        more = tuple(found)
        return CheckedClaims(
            self.corpus,
            (*self.findings, *(f for f in more if f.verdict is not Verdict.PASS)),
            (*self.passes, *(f for f in more if f.verdict is Verdict.PASS)),
        )

    def counts(self) -> dict[str, int]:
        """Findings by verdict, every verdict named."""
        found = Counter(str(f.verdict) for f in (*self.findings, *self.passes))
        return {str(v): found[str(v)] for v in Verdict}


def checked_claims(study: Study) -> CheckedClaims:
    """Every rule over every claim of a study."""
    return _checked(study.evidence, study.document.study.commodity)


@lru_cache(maxsize=2)
def _checked(evidence: Evidence, commodity: str) -> CheckedClaims:
    """Kept, because who changes prices or costs and runs again has the same claims."""
    corpus = corpus_of_evidence(evidence, commodity=commodity)
    found = check(corpus)
    return CheckedClaims(corpus, found.findings, found.passes)


def finding_table(checked: CheckedClaims) -> pd.DataFrame:
    """All findings but passes; lists of claims with semicolons between."""
    import pandas as pd

    rows = [
        {
            "rule": f.rule, "verdict": str(f.verdict), "claims": ";".join(f.claims),
            "blamed": ";".join(f.blamed), "background": ";".join(f.background),
            "residual": f.residual, "unit": f.unit, "explanation": f.explanation,
            "inferred": ";".join(f.inferred),
        }
        for f in checked.findings
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(FINDING_COLUMNS)).astype({"residual": float})


def count_table(checked: CheckedClaims) -> pd.DataFrame:
    """Findings by rule and verdict, passes too."""
    import pandas as pd

    found = Counter((f.rule, str(f.verdict)) for f in (*checked.findings, *checked.passes))
    rows = [(rule, verdict, n) for (rule, verdict), n in sorted(found.items())]
    return pd.DataFrame(rows, columns=["rule", "verdict", "findings"])


def evidence_summary(checked: CheckedClaims, reconciled: dict[str, Any]) -> dict[str, Any]:
    """What ``--json`` prints under ``evidence``."""
    return {
        "claims": len({s.id.split("#", 1)[0] for s in checked.corpus.checked}),
        "findings": checked.counts(),
        "reconciled": reconciled,
    }
