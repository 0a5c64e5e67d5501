"""Recycling percentages: a percentage must name its rate, and keep the bounds of that rate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from orefield.core.tables import Row
from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval
from orefield.evidence.rules.pairing import bounds, is_planned, is_world
from orefield.evidence.rules.reading import (
    lexeme,
    metals_of,
    middle_of,
    named,
    text_of,
    told,
    years_of,
)
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.shipped import shipped
from orefield.evidence.rules.wording import amount, listing, number
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Mark, RateType

_NAME = "rate-type"
_COLLECTION = re.compile(r"collect(?:ion|ed)|recovery rate of scrap|回收收集|收集率", re.IGNORECASE)
_RELIED = ("rate_type", "unit")

_NATION = 0.15
"""How far a country's collection may lie from the world's: western Europe recycled 60-70 % of its
end-of-life copper in 1999 (Ruhrberg 2006) where the world recycled 45 %. A rule of thumb."""

_WORDS = {
    RateType.PROCESS_YIELD: "process yield (metal recovered of metal fed to a plant)",
    RateType.EOL_RR: "end-of-life recycling rate (of metal in discarded products)",
    RateType.EOL_RIR: "recycled input rate of old scrap (of all metal used)",
    RateType.RIR: "recycled input rate (of all metal used)",
    RateType.OSR: "old scrap ratio (of all scrap)",
}

_OLD_SCRAP = lexeme(r"old scrap|post[- ]consumer|of (?:all )?scrap", "旧废|消费后")
_STEP = lexeme(
    r"split|collect\w*|sort\w*|separat\w*|loss|losses|lost|abandon\w*|dissipat\w*|dismantl\w*|"
    r"shredd\w*|hibernat\w*|landfill\w*|waste|weee|elv|msw|iew|inew|exported",
    "收集|分选|损失|拆解|填埋",
)
"""One step of recycling, or one stream: not a rate of the whole metal."""

_PRODUCT = lexeme(
    r"cables?|wires?|plumbing|pipes?|architect\w*|construction|buildings?|vehicles?|cars?|"
    r"automotive|batter(?:y|ies)|electronics?|electrical|appliances?|packaging|cans?|jewell?ery|"
    r"catalysts?|magnets?|machinery|motors?|transformers?|industrial|consumer|telecom\w*|power|"
    r"communications?|phones?|coins?|aircraft|ships?|rails?",
    "电池|电缆|汽车|建筑|家电|包装|手机|磁体",
)
"""One use of a metal, whose rate may lie far from that of all uses."""

_SAME_AS = {"steel": "fe", "iron ore": "fe", "pgm": "pt", "nd": "ree", "bauxite": "al"}

Bounds = dict[RateType, Interval]

_RECALLED = " These bounds are recalled, unverified."


def _rates(corpus: Corpus) -> Iterator[Finding]:
    yield from _chain(corpus)
    for s in corpus.of_quantity(Quantity.RATE):
        value, interval = middle_of(s), bounds(s)
        if value is None or interval is None or s.unit not in ("1", ""):
            continue
        if interval.low > 1.0 + 1e-9:
            yield from told(
                _NAME,
                Verdict.VIOLATE,
                [s],
                f"{named(s)} is a rate of {amount(interval, '1')}: no more than 100 % of a metal "
                "can be recycled.",
                residual=interval.low - 1.0,
                unit="1",
                blamed=[s.id] if not s.background else [],
                relied=_RELIED,
            )
            continue
        text = text_of(s)
        if _STEP.search(text):
            says = f"{named(s)} is of one step or stream of recycling; no bounds are known for it."
            yield from told(_NAME, Verdict.PASS, [s], says)
            continue
        limits = _limits(corpus, s)
        if s.rate_type is RateType.NONE or "rate_type" in s.inferred:
            yield from _untyped(s, value, limits)
        else:
            yield from _typed(s, interval, limits)


def _chain(corpus: Corpus) -> Iterator[Finding]:
    """An end-of-life rate is collection times the yields after it: at most collection x yield."""
    for eol in corpus.of_quantity(Quantity.RATE):
        span = bounds(eol)
        if eol.rate_type is not RateType.EOL_RR or eol.background or span is None:
            continue
        near = [
            s
            for s in corpus.of_entity(eol.entity)
            if s.unit == "1" and years_of(s) == years_of(eol) and bounds(s) is not None
        ]
        collected = [s for s in near if _COLLECTION.search(s.attribute) and s.id != eol.id]
        yields = [s for s in near if s.rate_type is RateType.PROCESS_YIELD]
        if len(collected) != 1 or len(yields) > 1:
            continue
        members = [*collected, *yields]
        most = Interval(1.0, 1.0)
        for s in members:
            most = most * (bounds(s) or Interval(0.0, 1.0))
        over = span.low - most.high
        shown = " x ".join(amount(bounds(s) or most, "1") for s in members)
        text = (
            f"{named(eol)} is {amount(span, '1')}; {shown} "
            f"({' and '.join(s.attribute for s in members)}) is {amount(most, '1')}"
        )
        text += ": more metal is won than is collected and recovered." if over > 0.0 else "."
        verdict = Verdict.VIOLATE if over > 0.0 else Verdict.PASS
        yield from told(
            _NAME, verdict, [*members, eol], text, residual=max(over, 0.0), unit="1",
            relied=_RELIED,
        )  # fmt: skip


def _untyped(s: Statement, value: float, limits: dict[str, Bounds]) -> Iterator[Finding]:
    says = f"{named(s)} names no rate"
    # the number said, give or take its rounding: 'up to 95 %' promises about 95 %, not 40 %
    said = Interval.around(value, max(s.rounding, 0.005))
    # nobody who calls metal recycled means a share of scrap, unless scrap is what is spoken of
    possible = [t for t in _WORDS if t is not RateType.OSR or _OLD_SCRAP.search(text_of(s))]
    fitting = {
        metal: [t for t in possible if t in of and of[t].overlaps(said)]
        for metal, of in limits.items()
    }
    lone = {m: fits for m, fits in fitting.items() if set(fits) <= {RateType.PROCESS_YIELD}}
    if not lone or _of_a_use(s, limits) or is_planned(s):
        which = sorted({_a(t) for fits in fitting.values() for t in fits})
        which = which or [_a(t) for t in _WORDS]
        yield from told(
            _NAME,
            Verdict.INSUFFICIENT,
            [s],
            f"{says}; {amount(value, '1')} may be {' or '.join(which)}.",
            relied=_RELIED,
        )
        return
    metal, fits = next(iter(lone.items()))
    others = [
        f"{_a(t).split(' (')[0]} is {amount(of, '1')}"
        for t, of in limits[metal].items()
        if t is not RateType.PROCESS_YIELD
    ]
    could = f"it could be {_a(fits[0])} only" if fits else "it fits no rate known"
    reachable = [of.high for t, of in limits[metal].items() if t is not RateType.PROCESS_YIELD]
    yield from told(
        _NAME,
        Verdict.VIOLATE,
        [s],
        f"{says}; at {amount(value, '1')} {could}. Of {metal}, {listing(others)}.{_label(metal)}",
        residual=value - max(reachable) if reachable else None,
        unit="1",
        blamed=[s.id] if not s.background else [],
        relied=_RELIED,
    )


def _typed(s: Statement, interval: Interval, limits: dict[str, Bounds]) -> Iterator[Finding]:
    for metal, of in limits.items():
        if s.rate_type not in of:
            continue
        allowed = of[s.rate_type]
        gap = allowed.gap(interval)
        fits = abs(gap) <= 1e-9
        hopes, use = is_planned(s), _of_a_use(s, limits)
        verdict = (
            Verdict.PASS if fits else Verdict.INSUFFICIENT if hopes or use else Verdict.VIOLATE
        )
        how = "within" if fits else f"{number(abs(100.0 * gap))} percentage points outside"
        yield from told(
            _NAME,
            verdict,
            [s],
            f"{named(s)} is {amount(interval, '1')} as {_a(s.rate_type)}, {how} the "
            f"{amount(allowed, '1')} that is known of {metal}"
            f"{', as a target' if hopes else ', all its uses taken together' if use else ''}."
            f"{_label(metal, s.rate_type)}",
            residual=gap if not fits else 0.0,
            unit="1",
            blamed=[s.id] if verdict is Verdict.VIOLATE and not s.background else [],
            relied=_RELIED,
        )
    if not limits or all(s.rate_type not in of for of in limits.values()):
        text = f"{named(s)} names its rate, {_a(s.rate_type)}; no bounds are known for it."
        yield from told(_NAME, Verdict.PASS, [s], text)


def _label(metal: str, rate: RateType | None = None) -> str:
    """What a reader is told of bounds that nobody has read in their source."""
    rows = [r for r in _rows() if r.text("metal") == metal]
    rows = [r for r in rows if rate is None or r.text("rate_type") == rate]
    return _RECALLED if any(Mark(r.text("mark")) is Mark.RECALL for r in rows) else ""


def _of_a_use(s: Statement, limits: dict[str, Bounds]) -> bool:
    """Whether it is of one use of the metal, for which the table has no bounds of its own."""
    use = _PRODUCT.search(text_of(s))
    return use is not None and not any(
        product and lexeme(product).search(text_of(s))
        for metal in limits
        for product, _, _ in _table().get(metal, ())
    )


def _a(rate: RateType) -> str:
    words = _WORDS[rate]
    return f"{'an' if words[0] in 'aeio' else 'a'} {words}"


def _limits(corpus: Corpus, s: Statement) -> dict[str, Bounds]:
    """Bounds by metal: of the product where the words name one, wider for one country."""
    text = f"{text_of(s)} {s.subject.casefold()}"
    metals = dict.fromkeys(_SAME_AS.get(m, m) for m in sorted(metals_of(s)))
    slack = 0.0 if is_world(corpus, s.entity) else _NATION
    out: dict[str, Bounds] = {}
    for metal in metals:
        of: Bounds = {}
        for product, rate, limit in _table().get(metal, ()):
            if product and not lexeme(product).search(text):
                continue
            moving = slack if rate is not RateType.PROCESS_YIELD else 0.0
            wide = limit.widened(moving)
            # a row of a product stands after the general one and takes its place
            of[rate] = Interval(max(wide.low, 0.0), min(wide.high, 1.0))
        if of:
            out[metal] = of
    return out


def _rows() -> tuple[Row, ...]:
    columns = ("metal", "product", "rate_type", "low", "high", "source", "mark", "note")
    return shipped("rate_bounds.csv", *columns)


@cache
def _table() -> dict[str, list[tuple[str, RateType, Interval]]]:
    table: dict[str, list[tuple[str, RateType, Interval]]] = {}
    for row in _rows():
        low, high = row.number("low", 0.0), row.number("high", 1.0)
        assert low is not None
        assert high is not None
        entry = (row.text("product", ""), RateType(row.text("rate_type")), Interval(low, high))
        table.setdefault(row.text("metal"), []).append(entry)
    return table


RULES: tuple[Rule, ...] = (
    Rule(
        _NAME,
        "A recycling percentage names its rate, and keeps what is known of that rate.",
        _rates,
    ),
)
