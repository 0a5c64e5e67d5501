"""Resource classes: their order, and words that put one class in the place of another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval, total
from orefield.evidence.rules._definitions import excludes_inferred
from orefield.evidence.rules._sites import is_ore_in_place
from orefield.evidence.rules.pairing import (
    UNKNOWN_BASIS,
    apart,
    bounds,
    exact,
    is_planned,
    one_basis,
)
from orefield.evidence.rules.reading import lexeme, named, replaced, text_of, told, years_of
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.shipped import shipped
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import ResourceClass, Stage

_LATTICE = "class-lattice"
_WORDS = "class-words"
_RELIED = ("resource_class", "basis", "first_year", "last_year")

_C = ResourceClass
_ORDER = (
    (_C.POTENTIAL, _C.RESOURCE),
    (_C.POTENTIAL, _C.RESERVE),
    (_C.RESOURCE, _C.RESERVE),
    (_C.RESOURCE, _C.MEASURED),
    (_C.RESOURCE, _C.INDICATED),
    (_C.RESOURCE, _C.INFERRED),
)
"""What includes what: CRIRSCO International Reporting Template (2019); GB/T 17766-2020."""

_GROUND = frozenset({Quantity.RESOURCE, Quantity.RESOURCE_ADDED})
_IN_THE_GROUND = frozenset({"deposit", "district", "belt", "plateau", "prospect"})
_MOST = 40
"""Of very many statements on one thing, so many of the extreme ones are held together."""

_REPORTS_APART_Y = 1
"""Reports this far apart in years may be of one estimate; beyond, it may have been redone."""

_APART = lexeme(
    r"exclusive of|exclud\w+|in addition to|additional|on top of|besides|beyond|undiscovered|"
    r"remaining|yet[- ]to[- ]be|further|new|newly|outside|added|increment\w*",
    "不含|不包括|另有|未发现|待发现|剩余|外围|新增",
)
"""Words by which a class is told beside another and not as holding it."""

_FORESEEN = lexeme(r"projected|foreseen|forecast|estimated to reach|could reach", "预测|预计")
_EARTHLY = lexeme(r"geolog\w*|deposits?|in the ground|in situ|ore ?bod(?:y|ies)", "地质|矿床|矿体")
_TALK = re.compile(
    r"potential (?:to|for|of|sales?|releases?|purchases?|demand|buyers?|upside|expansion)"
    r"(?![a-z])|growth potential|发展潜力|增长潜力"
)
_BOTH = re.compile(
    r"resources?[ /-]*(?:and|or|/|&)[ /-]*reserves?|reserves?[ /-]*(?:and|or|/|&)[ /-]*"
    r"(?:resources?|potential)|potential (?:and|or) reserves?|reserve base|"
    r"资源储量|储量[和及与/、]资源量|资源量[和及与/、]储量|基础储量"
)
_WAREHOUSED = lexeme(
    r"exchanges?|lme|shfe|comex|bonded|warehouses?|strategic|state reserves?|national reserves?|"
    r"visible|commercial",
    "交易所|保税|仓库|国储|战略|社会库存",
)
_NEGATED = lexeme(r"not|no|without|rather than|instead of|never|nor", "不是|并非|而非|不属于")


def _lattice(corpus: Corpus) -> Iterator[Finding]:
    old = replaced(corpus)
    groups: dict[tuple[str, str], list[Statement]] = {}
    for quantity in (Quantity.RESOURCE, Quantity.RESOURCE_ADDED, Quantity.PRODUCTION):
        for s in corpus.of_quantity(quantity):
            if bounds(s) is not None:
                groups.setdefault((s.entity, _matter(s)), []).append(s)
    for (_, commodity), members in groups.items():
        if not commodity:
            continue
        ground = [s for s in members if s.topic.quantity is Quantity.RESOURCE]
        if not ground:
            continue
        by_class: dict[ResourceClass, list[Statement]] = {}
        for s in ground:
            by_class.setdefault(s.resource_class, []).append(s)
        for upper, lower in _ORDER:
            for a, b in _extremes(by_class.get(upper, []), by_class.get(lower, [])):
                yield from _ordered(a, b, old)
        yield from _parts_of_resource(by_class)
        yield from _within_estimates(members, by_class, old)


def _matter(s: Statement) -> str:
    """What is in the ground: a metal, or ore whose metals the words leave open."""
    nameless = is_ore_in_place(s) and ("commodity" in s.inferred or not s.topic.commodity)
    return "ore" if nameless else s.topic.commodity


def _within_estimates(
    members: Sequence[Statement],
    by_class: dict[ResourceClass, list[Statement]],
    old: frozenset[str],
) -> Iterator[Finding]:
    """What was added, or is mined in a year, is part of what is estimated to be there."""
    added = [s for s in members if s.topic.quantity is Quantity.RESOURCE_ADDED]
    wholes = by_class.get(_C.POTENTIAL, []) + by_class.get(_C.RESOURCE, [])
    for a, b in _extremes(wholes, added):
        if a.source == b.source or _known_after(a, b):
            yield from _ordered(a, b, old)
    mined = [s for s in members if _is_mined(s)]
    wholes = by_class.get(_C.RESERVE, []) + by_class.get(_C.RESOURCE, [])
    for a, b in _extremes(wholes, mined):
        if _soon_after(a, b):
            yield from _ordered(a, b, old)


def _extremes(
    uppers: Sequence[Statement], lowers: Sequence[Statement]
) -> Iterator[tuple[Statement, Statement]]:
    if len(uppers) * len(lowers) > _MOST * _MOST:
        uppers = sorted(uppers, key=lambda s: _of(s).high)[:_MOST]
        lowers = sorted(lowers, key=lambda s: -_of(s).low)[:_MOST]
    for a in uppers:
        for b in lowers:
            if b.resource_class is _C.INFERRED and excludes_inferred(a):
                continue
            in_ground = b.topic.quantity is Quantity.RESOURCE
            if in_ground and is_ore_in_place(a) is not is_ore_in_place(b):
                continue
            if a.id != b.id and not (a.background and b.background) and one_basis(a, b):
                yield a, b


def _ordered(upper: Statement, lower: Statement, old: frozenset[str]) -> Iterator[Finding]:
    a, b = _of(upper), _of(lower)
    excess = max(apart(a, b), 0.0)
    what = f"{named(upper)} is {_class(upper)}, {named(lower)} {_class(lower)}"
    pair = [upper, lower]
    if excess <= 0.0:
        text = f"{what}, and the first holds the second."
        yield from told(_LATTICE, Verdict.PASS, pair, text, residual=0.0, unit="t")
        return
    says = (
        f"{what}; the first must be at least the second, and {amount(a, 't')} is less than "
        f"{amount(b, 't')} by {amount(excess, 't')}"
    )
    verdict, why = _judge(upper, lower, old)
    yield from told(
        _LATTICE, verdict, pair, f"{says}{why}.", residual=excess, unit="t", relied=_RELIED
    )


def _judge(upper: Statement, lower: Statement, old: frozenset[str]) -> tuple[Verdict, str]:
    later = _redone(upper, lower, old)
    if later:
        return Verdict.SUPERSEDED, later
    open_question = _unsettled(upper, lower)
    return (Verdict.INSUFFICIENT, open_question) if open_question else (Verdict.VIOLATE, "")


def _redone(upper: Statement, lower: Statement, old: frozenset[str]) -> str:
    """Why the two are of different estimates; empty where nothing says so."""
    if upper.id in old or lower.id in old:
        return ", but one is of an edition that was replaced"
    if _edition(upper) and _edition(lower) and _edition(upper) != _edition(lower):
        return ", but they are of different editions"
    years, others = years_of(upper), years_of(lower)
    mined = lower.topic.quantity is not Quantity.RESOURCE
    if not mined and years and others and (years[1] < others[0] or others[1] < years[0]):
        return ", but they are as of different years, and estimates are redone"
    return ""


def _unsettled(upper: Statement, lower: Statement) -> str:
    """What must be known before the two can be said to contradict; empty where all is."""
    estimates = [s for s in (upper, lower) if s.topic.quantity is Quantity.RESOURCE]
    if any(_APART.search(text_of(s)) for s in estimates):
        return ", unless the words mean the one beside the other"
    if any("resource_class" in s.inferred for s in (upper, lower)):
        return ", but the words do not say which class is meant"
    unknown = [s for s in (upper, lower) if s.basis in UNKNOWN_BASIS]
    if len(unknown) == 1 or (unknown and upper.source != lower.source):
        return ", but it is not said whether both are metal or ore"
    dated = years_of(upper) is not None and years_of(lower) is not None
    if upper.source != lower.source and not dated:
        reports = [int(s.reported[:4]) for s in (upper, lower) if s.reported[:4].isdecimal()]
        if len(reports) < 2 or abs(reports[0] - reports[1]) > _REPORTS_APART_Y:
            return ", but it is not known that both are of one time"
    return ""


def _edition(s: Statement) -> str:
    """The edition, where one is told apart from the day of the text."""
    return s.vintage if s.vintage != s.reported else ""


def _parts_of_resource(by_class: dict[ResourceClass, list[Statement]]) -> Iterator[Finding]:
    """Measured, indicated and inferred of one text add up to no more than its resource."""
    for whole in by_class.get(_C.RESOURCE, []):
        parts: list[Statement] = []
        for kind in (_C.MEASURED, _C.INDICATED, _C.INFERRED):
            if kind is _C.INFERRED and excludes_inferred(whole):
                continue
            found = [
                s
                for s in by_class.get(kind, [])
                if s.source == whole.source
                and s.vintage == whole.vintage
                and years_of(s) == years_of(whole)
                and s.basis is whole.basis
            ]
            parts += found if len(found) == 1 else []
        if len(parts) < 2:
            continue
        together, most = total(_of(s) for s in parts), _of(whole)
        excess = max(together.low - most.high, 0.0)
        text = (
            f"{' and '.join(named(s) for s in parts)} are {amount(together, 't')} together, "
            f"of a resource of {amount(most, 't')} in {named(whole)}."
        )
        dust = 1e-9 * abs(together.low) < excess
        verdict = Verdict.VIOLATE if dust else Verdict.PASS
        if dust and _APART.search(" ".join(text_of(s) for s in (whole, *parts))):
            verdict = Verdict.INSUFFICIENT
        yield from told(
            _LATTICE, verdict, [whole, *parts], text, residual=excess, unit="t", relied=_RELIED
        )


def _of(s: Statement) -> Interval:
    found = bounds(s)
    assert found is not None  # filtered when grouped
    return found


def _class(s: Statement) -> str:
    if s.topic.quantity is Quantity.RESOURCE_ADDED:
        return "an addition"
    return "a year's output" if s.topic.quantity is Quantity.PRODUCTION else str(s.resource_class)


def _is_mined(s: Statement) -> bool:
    return (
        s.topic.quantity is Quantity.PRODUCTION
        and s.topic.stage is Stage.MINE
        and not is_planned(s)
        and s.unit == "t/y"
    )


def _soon_after(estimate: Statement, output: Statement) -> bool:
    """Whether the output was still in the ground when it was estimated."""
    years, others = years_of(estimate), years_of(output)
    if years is None or others is None:
        return estimate.source == output.source and years is None and others is None
    return years[1] < others[0] <= years[1] + 3


def _known_after(estimate: Statement, added: Statement) -> bool:
    years, others = years_of(estimate), years_of(added)
    return years is not None and others is not None and years[0] >= others[1]


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    rows = shipped(
        "class_crosswalk.csv",
        "class", "crirsco", "gbt_17766_2020", "words_en", "words_zh", "source", "mark",
    )  # fmt: skip
    row = next(r for r in rows if r.cells["class"] == kind)
    return lexeme(row.text("words_en"), row.text("words_zh"))


def _class_words(corpus: Corpus) -> Iterator[Finding]:
    for quantity in (*_GROUND, Quantity.STOCK):
        for s in corpus.of_quantity(quantity):
            yield from _mixed(corpus, s)
    for source in {s.source: None for s in corpus.of_quantity(Quantity.RESOURCE)}:
        yield from _one_number_two_classes(corpus.of_source(source))


def _mixed(corpus: Corpus, s: Statement) -> Iterator[Finding]:
    text = _TALK.sub(" ", _BOTH.sub(" ", text_of(s)))
    stock, reserve = _pattern("stock").search(text), _pattern("reserve").search(text)
    if not (stock or reserve):
        return
    if _NEGATED.search(text):
        return
    potential = _pattern("potential").search(text)
    if stock and _is_foreseen(corpus, s, bool(potential), text):
        yield from told(
            _WORDS,
            Verdict.VIOLATE,
            [s],
            f"{named(s)} calls '{stock.group()}', metal above ground, what its other words call "
            f"{'potential' if potential else 'projected'}: it can be potential, and neither "
            "stock, reserve nor resource.",
            blamed=[s.id],
            relied=("resource_class",),
        )
        return
    if not reserve or s.topic.quantity is Quantity.STOCK:
        return
    for kind, weight in (("potential", 0), ("inferred", 1)):
        stated = s.resource_class.value == kind and "resource_class" not in s.inferred
        if stated or _beside(text, _pattern(kind), _pattern("reserve")):
            yield from told(
                _WORDS,
                Verdict.VIOLATE,
                [s],
                f"{named(s)} calls '{reserve.group()}' what its other words call {kind}: a "
                "reserve is the part of measured and indicated resources shown to be worth "
                f"mining, so this can be {kind}{' resource' if weight else ''} only.",
                blamed=[s.id],
                relied=("resource_class",),
            )
            return
    text = f"{named(s)} uses '{reserve.group()}' beside no word of another class."
    yield from told(_WORDS, Verdict.PASS, [s], text)


def _is_foreseen(corpus: Corpus, s: Statement, potential: bool, text: str) -> bool:
    """Whether words of a stock stand on metal that nobody has yet dug up."""
    told_so = s.resource_class is _C.POTENTIAL and "resource_class" not in s.inferred
    told_so = told_so and not _TALK.search(text_of(s))
    if s.topic.quantity in _GROUND:
        return potential or told_so or bool(_FORESEEN.search(text))
    # a forecast of warehouse stocks is no potential
    if _WAREHOUSED.search(text):
        return False
    if potential or told_so:
        return True
    earthly = _EARTHLY.search(text) or corpus.kind(s.entity) in _IN_THE_GROUND
    return bool(_FORESEEN.search(text) and earthly)


def _beside(text: str, first: re.Pattern[str], second: re.Pattern[str]) -> bool:
    """Whether a word of one class stands at most three words before one of the other."""
    for clause in re.split(r"[;.,]|(?<![a-z])(?:and|plus|with)(?![a-z])|[和及与，；。、]", text):
        for a in first.finditer(clause):
            for b in second.finditer(clause):
                between = clause[a.end() : b.start()] if a.end() <= b.start() else None
                if between is not None and len(between.split()) <= 3 and len(between) < 30:
                    return True
                after = clause[b.end() : a.start()] if b.end() <= a.start() else None
                if after is not None and after.strip() in ("(", "（"):
                    return True
    return False


def _one_number_two_classes(statements: Sequence[Statement]) -> Iterator[Finding]:
    """One number of one text, once called a reserve and once something less sure."""
    seen: dict[object, list[Statement]] = {}
    for s in statements:
        if s.topic.quantity is Quantity.RESOURCE and (number := exact(s)) is not None:
            key = (s.entity, s.topic.commodity, number, s.basis, s.vintage)
            seen.setdefault(key, []).append(s)
    weak = (_C.POTENTIAL, _C.INFERRED, _C.RESOURCE)
    for members in seen.values():
        for a in members[:_MOST]:
            for b in members[:_MOST]:
                if a.resource_class is not _C.RESERVE or b.resource_class not in weak:
                    continue
                sure = b.resource_class is not _C.RESOURCE
                yield from told(
                    _WORDS,
                    Verdict.VIOLATE if sure else Verdict.INSUFFICIENT,
                    [a, b],
                    f"One text gives one number both as a reserve, {named(a)}, and as "
                    f"{b.resource_class}, {named(b)}: it can be {b.resource_class} only"
                    f"{'' if sure else ', unless all of it is shown to be worth mining'}.",
                    blamed=[a.id] if sure and not a.background else [],
                    relied=("resource_class",),
                )


RULES: tuple[Rule, ...] = (
    Rule(
        _LATTICE,
        "Potential holds the resource, the resource holds its classes and the reserve, and a "
        "reserve holds a year's output.",
        _lattice,
    ),
    Rule(
        _WORDS,
        "Words of a stock or a reserve stand on nothing that is only potential or inferred.",
        _class_words,
    ),
)
