"""Shares of a part that only its words name: "ionic share of the quota"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules.pairing import (
    LEVELS,
    apart,
    bounds,
    conclude,
    exact,
    is_computed,
    one_basis,
    one_class,
    years,
)
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.words.content import content_words

_SHARE_OF = re.compile(
    r"^(?P<part>.+?)['’]?[ _](?:share|part|portion|percentage|contribution)[ _](?:of|in|to)[ _]"
    r"(?P<whole>.+)$",
    re.IGNORECASE,
)
_SHARE_IN = re.compile(
    r"^(?:the )?share of (?P<part>(?!national|world|global|total|the\b).+?) in (?P<whole>.+)$",
    re.IGNORECASE,
)
_SLIGHT = frozenset(
    {
        "the",
        "of",
        "in",
        "a",
        "total",
        "all",
        "national",
        "annual",
        "its",
        "own",
        "from",
        "output",
        "by",
    }
)
_HEAD = re.compile(r"[,;(（]")
_SENSE = {"recycled": "secondary", "scrap": "secondary"}
_ROUGH = 0.05
"""Relative difference that editions of two texts explain."""


def worded_shares(corpus: Corpus, old: frozenset[str], name: str) -> Iterator[Finding]:
    """Find part and whole of a share among the figures of its entity, by their words.

    The part's attribute has the words of both sides ("ionic rare earth mining quota"), the
    whole's has fewer of the part's ("rare earth mining quota"). Nothing is said where several
    figures may be meant.
    """
    for s in corpus.of_quantity(Quantity.SHARE):
        found = _SHARE_OF.match(s.attribute) or _SHARE_IN.match(s.attribute)
        share = bounds(s)
        if s.part is not None and s.part != s.whole and s.part.entity != s.entity:
            continue
        if found is None or share is None or s.id in old or s.background or years(s) is None:
            continue
        of_part, of_whole = _words(found["part"]), _words(found["whole"])
        beside = [
            x
            for x in corpus.of_entity(s.entity)
            if (x.topic.quantity in LEVELS or x.measured in LEVELS)
            and (x.topic.commodity == s.topic.commodity or not s.topic.commodity)
            and x.id not in old
            and years(x) == years(s)
            and bounds(x) is not None
            and not is_computed(x)
        ]
        both, told = of_part | of_whole, _telling(found["part"])
        parts = [x for x in beside if of_part <= _words(x.attribute) <= both]
        parts = parts or [x for x in beside if told and _telling(x.attribute) == told]
        for part in _one(s, parts):
            wholes = [
                x
                for x in beside
                if x.id != part.id
                and (
                    of_whole <= _words(x.attribute) < _words(part.attribute)
                    or _telling(x.attribute) <= _telling(found["whole"]) - told
                )
                and x.unit.removesuffix("/y") == part.unit.removesuffix("/y")
                and (x.measured or x.topic.quantity) is (part.measured or part.topic.quantity)
                and one_class(x, part)
                and one_basis(x, part)
            ]
            for whole in _one(s, wholes):
                yield from _judge(name, s, share, part, whole)


def _telling(text: str) -> frozenset[str]:
    """Words outside brackets that tell one figure of a metal from another, by their sense."""
    return frozenset(_SENSE.get(w, w) for w in content_words(_HEAD.split(text)[0])) - _SLIGHT


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold().replace("_", " "))) - _SLIGHT


def _one(s: Statement, found: list[Statement]) -> list[Statement]:
    """The figure of the share's own text, or of the closest to its origin; none when unclear."""
    own = [x for x in found if x.source == s.source]
    ranked = sorted(found, key=lambda x: (x.hops, str(x.sigma_class), x.id))
    if own and len({(x.low, x.high) for x in own}) > 1:
        return []
    best = [x for x in ranked if (x.hops, x.sigma_class) == (ranked[0].hops, ranked[0].sigma_class)]
    if len({(x.low, x.high) for x in best}) > 1:
        return own[:1]
    return best[:1]


def _judge(
    name: str, s: Statement, share: Interval, part: Statement, whole: Statement
) -> Iterator[Finding]:
    have, base = bounds(part), bounds(whole)
    assert have is not None
    assert base is not None
    slack = 0.0 if s.source == part.source == whole.source else _ROUGH
    implied = share * base
    gap = apart(implied.scaled(slack), have)
    text = (
        f"{amount(exact(s) or share, '1')} of {amount(exact(whole) or base, whole.unit)} "
        f"({whole.attribute}) is {amount(implied, part.unit)}, and {part.attribute} is given as "
        f"{amount(exact(part) or have, part.unit)}"
    )
    verdict = Verdict.VIOLATE if gap else Verdict.PASS
    found = conclude(name, verdict, [s, whole, part], f"{text}.", gap, part.unit)
    if found is not None:
        yield found
