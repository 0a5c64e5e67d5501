"""Attributable figures: an owner's part is its share of the whole of the site."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules._definitions import bucket, moisture, named_part, scope
from orefield.evidence.rules.pairing import (
    apart,
    bounds,
    conclude,
    exact,
    looks_like_company,
    years,
)
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement

_MASSES = frozenset({"t", "t/y", "t/d"})
_SEVERAL_TEXTS = 0.05
"""How far an owner's figure may be from its share of another text's whole."""

_ONE_TEXT = 0.01
_PERCENT = re.compile(r"(\d{1,2}(?:\.\d+)?)\s*(?:%|per ?cent|pct)")
_OWNED = r"(?:attributable|equity|share|interest|stake|权益)"
_HOLDING = r"interest|stake|shares?|ownership|equity|holding|shareholding|owner|held|owns"
_NIL = Interval(0.0, 0.0)
_OF_OWNER = re.compile(
    rf"{_OWNED}\W{{0,3}}(?:of |is |at |to [\w ]{{1,30}})?[;(（:]?\s*{_PERCENT.pattern}"
    rf"|{_PERCENT.pattern}\W{{0,3}}{_OWNED}",
    re.IGNORECASE,
)


def attributable(corpus: Corpus, old: frozenset[str], name: str) -> Iterator[Finding]:
    """Hold every attributable figure against the share of its owner in the figure of all."""
    for s in corpus.checked:
        if s.unit not in _MASSES or s.id in old or s.is_derived or bounds(s) is None:
            continue
        # a group's attributable figure is of its shares in many sites
        if "attributable" not in scope(s) or looks_like_company(corpus, s):
            continue
        wholes = [w for w in corpus.of_entity(s.entity) if w.id not in old and _whole_of(w, s)]
        home = [w for w in wholes if w.source == s.source]
        share = _share(corpus, s)
        if not wholes:
            continue
        if share is None:
            yield from _above_all(
                s, max(wholes, key=lambda w: ((bounds(w) or _NIL).high, w.id)), name
            )
            continue
        fraction, told = share
        # what fits any text's whole is no contradiction; what fits none is held against its own
        found = list(_judge(s, fraction, told, _nearest(s, fraction, wholes), name))
        if home and any(f.verdict is not Verdict.PASS for f in found):
            found = list(_judge(s, fraction, told, _nearest(s, fraction, home), name))
        yield from found


def _above_all(s: Statement, whole: Statement, name: str) -> Iterator[Finding]:
    """Whatever an owner's share is, it is at most all of it."""
    have, base = bounds(s), bounds(whole)
    assert have is not None
    assert base is not None
    gap = have.low - base.high * (1.0 + _SEVERAL_TEXTS)
    # a remark may speak of an owner's part beside the whole: only the attribute says which this is
    if gap > 0.0 and re.search(_OWNED, s.attribute, re.IGNORECASE):
        text = (
            f"{amount(exact(s) or have, s.unit)} is given as {s.attribute}, an owner's part of "
            f"{amount(exact(whole) or base, s.unit)} ({whole.subject}, {whole.attribute}): no "
            "share is more than all of it."
        )
        found = conclude(name, Verdict.VIOLATE, [whole, s], text, gap, s.unit)
        if found is not None:
            yield found


def _whole_of(w: Statement, s: Statement) -> bool:
    """Whether a figure is the same thing of the whole site."""
    if w.id == s.id or w.topic.quantity is not s.topic.quantity or w.unit != s.unit:
        return False
    if s.topic.commodity not in {w.topic.commodity, ""} and w.topic.commodity:
        return False
    if (years(w), w.part_of_year) != (years(s), s.part_of_year) or bounds(w) is None:
        return False
    if s.topic.quantity is Quantity.OTHER and not _alike(w, s):
        return False
    wet = {moisture(w), moisture(s)}
    same = bucket(w) == bucket(s) and (w.basis is s.basis or "basis" in {*w.inferred, *s.inferred})
    same = same and scope(w) - w.facet == scope(s) - s.facet - {"attributable"}
    return same and wet != {"wet", "dry"} and not (
        named_part(w) - named_part(s)
    )  # fmt: skip


def _alike(w: Statement, s: Statement) -> bool:
    """Whether all words of the whole's attribute stand in the owner's."""
    return set(re.findall(r"\w+", w.attribute.lower())) <= set(
        re.findall(r"\w+", s.attribute.lower())
    )


def _share(corpus: Corpus, s: Statement) -> tuple[Interval, list[Statement]] | None:
    """The owner's share: as the figure itself says it, else of the owner that it names."""
    said = {float(m[1]) for m in _PERCENT.finditer(s.attribute)}
    said |= {float(m[1] or m[2]) for m in _OF_OWNER.finditer(s.words)}
    said -= {0.0}
    if len(said) == 1:
        percent = said.pop()
        digits = len(f"{percent:g}".partition(".")[2])
        return Interval.around(percent / 100.0, 0.005 * 10.0**-digits), []
    if said:
        return None
    holdings = [
        h
        for h in corpus.of_entity(s.entity)
        if h.topic.quantity is Quantity.OWNERSHIP
        and bounds(h) is not None
        and (years(h) is None or years(s) is None or years(h) == years(s))
    ]
    text = s.attribute.casefold()
    named = [h for h in holdings if _owner_words(h) and all(w in text for w in _owner_words(h))]
    own = [h for h in named if h.source == s.source] or named
    values = {(h.low, h.high) for h in own}
    if len(values) != 1:
        return None
    span = bounds(own[0])
    return None if span is None else (span, own[:1])


def _owner_words(h: Statement) -> list[str]:
    """The words of an owner's name as a holding's attribute gives them."""
    name = re.split(r"\b(?:of|by)\b|[:：]", h.attribute, maxsplit=1)[-1]
    found = re.findall(r"\w+", name.casefold())
    return [w for w in found if len(w) > 2 and not re.fullmatch(_HOLDING, w)]


def _nearest(s: Statement, fraction: Interval, wholes: list[Statement]) -> Statement:
    have = bounds(s)
    assert have is not None

    def misfit(w: Statement) -> tuple[float, str]:
        base = bounds(w)
        assert base is not None
        return abs(apart(base * fraction, have)), w.id

    return min(wholes, key=misfit)


def _judge(
    s: Statement, fraction: Interval, told: list[Statement], whole: Statement, name: str
) -> Iterator[Finding]:
    have, base = bounds(s), bounds(whole)
    assert have is not None
    assert base is not None
    slack = _ONE_TEXT if whole.source == s.source else _SEVERAL_TEXTS
    implied = base * fraction
    gap = apart(implied.scaled(slack), have)
    share = (exact(told[0]) or fraction) if told else Interval.point(fraction.middle)
    text = (
        f"{amount(share, '1')} of {amount(exact(whole) or base, s.unit)} ({whole.subject}, "
        f"{whole.attribute}) is {amount((exact(whole) or base) * share, s.unit)}, and "
        f"{amount(exact(s) or have, s.unit)} is given as {s.attribute}"
    )
    if gap == 0.0:
        text += ": the same within rounding."
    else:
        text += f": apart by {amount(abs(gap), s.unit)}."
    verdict = Verdict.PASS if gap == 0.0 else Verdict.VIOLATE
    found = conclude(name, verdict, [whole, *told, s], text, gap, s.unit)
    if found is not None:
        yield found
