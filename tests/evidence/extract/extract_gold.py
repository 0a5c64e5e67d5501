"""Annotated texts, and how candidates are scored against them.

Each file of ``articles/`` holds a text written for these tests (all names fictional), a line
``=====``, and a line per statement in it: low, high, unit, hedge, accepted subjects, accepted
words of the attribute. ``dev_*`` were looked at while the grammar was written, ``blind_*`` not.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

ARTICLES = Path(__file__).parent / "articles"

_PREFIX = {"k": 1e3, "M": 1e6, "G": 1e9, "": 1.0}
_MULTIPLE = {"trillion": 1e12, "bn": 1e9, "million": 1e6}


@dataclass(frozen=True)
class Gold:
    """A statement that a text makes."""

    low: float | None
    high: float | None
    unit: str
    qualifier: str
    subjects: tuple[str, ...]
    attributes: tuple[str, ...]


@dataclass(frozen=True)
class Article:
    """A text with what is stated in it."""

    name: str
    published: str
    text: str
    gold: tuple[Gold, ...]


def read_article(path: Path) -> Article:
    text, _, lines = path.read_text("utf-8").partition("=====\n")
    published = ""
    if text.startswith("published:"):
        first, _, text = text.partition("\n")
        published = first.split(":")[1].strip()
    gold = []
    for line in lines.strip().splitlines():
        low, high, unit, sign, subjects, words = line.split("|")
        gold.append(
            Gold(
                float(low) if low else None,
                float(high) if high else None,
                unit,
                sign,
                tuple(subjects.split("/")),
                tuple(words.split(",")),
            )
        )
    return Article(path.stem, published, text, tuple(gold))


def articles(prefix: str) -> list[Article]:
    return [read_article(p) for p in sorted(ARTICLES.glob(f"{prefix}_*.txt"))]


def base(unit: str) -> tuple[str, float]:
    """Dimension and factor of a unit, as the annotations and candidates write it."""
    if unit == "亿元":
        return "CNY", 1e8
    words = unit.split(" ")
    factor = 1.0
    if words[0] in _MULTIPLE:
        factor, unit = _MULTIPLE[words[0]], " ".join(words[1:])
    if unit == "billion":
        return "count", 1e9
    match = re.fullmatch(r"([kMG]?)(t|oz)(/[a-z]+)?", unit)
    if match:
        return match[2] + (match[3] or ""), factor * _PREFIX[match[1]]
    if unit == "%/y":
        return "%/y", factor
    return unit, factor


def same_value(gold: Gold, low: float | None, high: float | None, unit: str) -> bool:
    """Whether a candidate gives the same quantity; a flow may leave its year to the period."""
    dim_a, factor_a = base(gold.unit)
    dim_b, factor_b = base(unit)
    same = dim_a == dim_b or {dim_a, dim_b} in ({"%", "%/y"}, {"t", "t/y"}, {"oz", "oz/y"})
    if not same:
        return False
    ends_a = [v * factor_a for v in (gold.low, gold.high) if v is not None]
    ends_b = [v * factor_b for v in (low, high) if v is not None]
    if not ends_a or not ends_b:
        return False
    return math.isclose(min(ends_a), min(ends_b), rel_tol=5e-3) and math.isclose(
        max(ends_a), max(ends_b), rel_tol=5e-3
    )


def same_subject(gold: Gold, subject: str) -> bool:
    plain = subject.casefold()
    return any(s.casefold() in plain or (plain and plain in s.casefold()) for s in gold.subjects)


@dataclass
class Score:
    """Counts over some texts."""

    gold: int = 0
    found: int = 0
    candidates: int = 0
    right: int = 0
    attribute: int = 0
    errors: list[str] | None = None

    @property
    def recall(self) -> float:
        return self.found / self.gold if self.gold else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.candidates if self.candidates else 1.0


def score(article_gold: tuple[Gold, ...], candidates, total: Score, name: str = "") -> Score:
    """Add one text's candidates to the counts, each statement matched once."""
    free = list(article_gold)
    errors = total.errors if total.errors is not None else []
    total.gold += len(free)
    total.candidates += len(candidates)
    rest = []
    ranked = sorted(candidates, key=lambda c: c.locator.start)
    # right ones first, so that two statements of one value do not take each other's place
    for candidate in ranked:
        match = next(
            (
                g
                for g in free
                if same_value(g, candidate.value_low, candidate.value_high, candidate.unit)
                and g.qualifier == candidate.qualifier
                and same_subject(g, candidate.subject)
            ),
            None,
        )
        if match is None:
            rest.append(candidate)
            continue
        free.remove(match)
        total.found += 1
        total.right += 1
        if any(w.casefold() in candidate.attribute.casefold() for w in match.attributes):
            total.attribute += 1
        else:
            errors.append(f"{name}: ATTRIBUTE {candidate.paraphrase} <> {match.attributes}")
    for candidate in rest:
        match = next(
            (
                g
                for g in free
                if same_value(g, candidate.value_low, candidate.value_high, candidate.unit)
            ),
            None,
        )
        shown = f"{candidate.paraphrase} [{candidate.qualifier}] {candidate.reasons}"
        if match is None:
            errors.append(f"{name}: EXTRA {shown}")
            continue
        free.remove(match)
        total.found += 1
        errors.append(f"{name}: WRONG {shown} <> {match}")
    errors += [f"{name}: MISSED {g}" for g in free]
    total.errors = errors
    return total
