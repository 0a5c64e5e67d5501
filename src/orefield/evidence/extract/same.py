"""One statement that a text makes twice: in its headline and below, or again at its end."""

from __future__ import annotations

from dataclasses import replace

from orefield.evidence.extract.candidate import Candidate, Locator


def merged(found: list[tuple[Candidate, bool]]) -> list[Candidate]:
    """Candidates in the order of the text, repetitions joined to the fullest of them.

    Two are one statement when value, unit and hedge agree, the commodities do not differ, and
    the subjects are one, or one of the two stands in a headline.
    """
    out: list[tuple[Candidate, bool]] = []
    alike: dict[tuple[object, ...], list[int]] = {}
    for candidate, headline in found:
        key = (candidate.value_low, candidate.value_high, candidate.unit.split("/")[0])
        places = alike.setdefault(key, [])
        at = next((i for i in places if _same(out[i][0], candidate, out[i][1] or headline)), None)
        if at is None:
            places.append(len(out))
            out.append((candidate, headline))
            continue
        kept, kept_headline = out[at]
        first, second = (candidate, kept) if kept_headline and not headline else (kept, candidate)
        out[at] = (_joined(first, second), kept_headline and headline)
    candidates = [c for c, _ in out]
    return sorted(candidates, key=lambda c: (c.locator.start, c.locator.end))


def _same(a: Candidate, b: Candidate, headline: bool) -> bool:
    if a.unit in {"rank", "boolean"} and a.attribute != b.attribute and a.subject != b.subject:
        return False
    if a.commodity and b.commodity and a.commodity != b.commodity:
        return False
    if a.first_year and b.first_year and a.first_year != b.first_year:
        return False
    if headline:
        return (
            a.attribute == b.attribute
            or not a.attribute
            or not b.attribute
            or a.unit not in {"%", "count"}
        )
    same_subject = a.subject == b.subject or bool(set(a.entities[:1]) & set(b.entities[:1]))
    if a.unit in {"%", "count"}:
        same_subject = same_subject and a.counterpart == b.counterpart
    return same_subject and a.attribute == b.attribute


def _joined(a: Candidate, b: Candidate) -> Candidate:
    also: tuple[Locator, ...] = (*a.also_at, b.locator, *b.also_at)
    return replace(
        a,
        also_at=also,
        period=a.period or b.period,
        first_year=a.first_year if a.period else b.first_year,
        last_year=a.last_year if a.period else b.last_year,
        commodity=a.commodity or b.commodity,
        outlook=a.outlook or b.outlook,
        speakers=a.speakers or b.speakers,
        subject=a.subject or b.subject,
        entities=a.entities or b.entities,
        reasons=(*a.reasons, "said more than once"),
    )
