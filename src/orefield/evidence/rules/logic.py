"""Yes-or-no statements that exclude each other, or a number told beside them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules._definitions import named_part
from orefield.evidence.rules._self_sufficiency import net_importers_above_need
from orefield.evidence.rules.pairing import bounds, exact, is_planned
from orefield.evidence.rules.reading import (
    lexeme,
    metals_of,
    named,
    replaced,
    text_of,
    told,
    years_of,
)
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Stage

_NAME = "document-logic"
_RELIED = ("flag", "commodity", "entity", "first_year", "last_year", "part", "whole")

_SAME = {"self_sufficient": "meets_own_needs", "private_owned": "private", "soe": "state_owned",
         "import_dependent": "net_importer", "privately_owned": "private",
         "biggest_importer": "largest_importer",
         "biggest_exporter": "largest_exporter", "exporter": "net_exporter",
         "importer": "net_importer"}  # fmt: skip
_IMPLIES = {"largest_importer": ("net_importer",), "closed": ("no_production",)}

_EXCLUDE = {
    frozenset(pair)
    for pair in (
        ("meets_own_needs", "net_importer"),
        ("meets_own_needs", "largest_importer"),
        ("meets_own_needs", "deficit"),
        ("net_importer", "net_exporter"),
        ("deficit", "surplus"),
        ("state_owned", "private"),
        ("operating", "suspended"),
        ("operating", "closed"),
        ("operating", "undeveloped"),
        ("operating", "no_production"),
        ("undeveloped", "closed"),
        ("undeveloped", "suspended"),
        ("no_imports", "net_importer"),
        ("no_imports", "largest_importer"),
        ("no_exports", "net_exporter"),
        ("no_exports", "largest_exporter"),
    )
}
"""What cannot both be true of one entity and commodity at one time."""

_STATES = frozenset({"operating", "suspended", "closed", "undeveloped", "no_production"})
"""States of a site that come and go: two undated tellings may be of two times."""

_NONE_OF = {
    "no_imports": Quantity.IMPORTS,
    "no_exports": Quantity.EXPORTS,
    "no_production": Quantity.PRODUCTION,
    "no_output": Quantity.PRODUCTION,
    "no_reserves": Quantity.RESOURCE,
    "no_resources": Quantity.RESOURCE,
    "no_stocks": Quantity.STOCK,
    "no_stock": Quantity.STOCK,
    "undeveloped": Quantity.PRODUCTION,
}
_RANKED = {Quantity.IMPORTS: "largest_importer", Quantity.EXPORTS: "largest_exporter"}
_ZERO = {Quantity.IMPORTS: "no_imports", Quantity.EXPORTS: "no_exports"}

_TRADE_FLAGS = frozenset({"no_imports", "no_exports"})
_PARTLY = lexeme(
    r"q[1-4]|quarter|half|months?|january|february|march|april|may|june|july|august|september|"
    r"october|november|december|until|before|after|since|from|temporar\w*|officially|legally|direct",
    "月|季度|上半年|下半年|直接",
)
"""Words of a part of the time or of the trade, which leave room for the rest."""

_SELF_SUFFICIENT = 0.95
"""A country that covers less of its demand than this does not meet its own needs."""

_DENY = (
    r"(?:(?<![a-z])(?:not(?! only)|no longer|cannot|never|fails? to|unable to|hardly|neither|nor)"
    r"(?![a-z])|n't|未能|不能|无法|没有|尚未|并非|不是)[^.;,；。，]{0,25}"
)
_HOPED = (
    r"(?:(?<![a-z])(?:aim|goal|target|towards?(?![a-z])|path to|striv|improv|increas|boost|rais|"
    r"enhanc|seek|becom|would|will|could|plan\w* (?:to|for)|to be|former|until|used to)"
    r"|目标|提高|提升|力争|实现|计划|曾)[^.;；。]{0,30}"
)
_KEYS = {
    "meets_own_needs": r"meet|self[- ]?suffic|cover|own needs|自给|满足",
    "net_importer": r"import|deficit|进口|缺口",
    "largest_importer": r"import|进口",
    "net_exporter": r"export|出口",
    "state_owned": r"state|soe|government|国有|国企|央企",
    "private": r"private|民营|私营",
    "operating": r"operat|produc|active|在产|运营",
    "suspended": r"suspend|care and|idle|halt|停产",
}
_DOUBT = {flag: re.compile(f"{_DENY}(?:{key})") for flag, key in _KEYS.items()}
_HOPE = {flag: re.compile(f"{_HOPED}(?:{key})") for flag, key in _KEYS.items()}
_RATIO = re.compile(
    r"self[- ]?sufficiency (?:rate|ratio|degree|level|target|goal|drive|policy|share)|自给率"
)
_RAW = lexeme(r"ores?|raw|unprocessed|concentrates?|unrefined", "原矿|矿石|精矿")
_METAL_FREE = frozenset({"state_owned", "private"}) | _STATES


@dataclass(frozen=True, slots=True)
class _Said:
    flag: str
    yes: bool
    metals: frozenset[str]
    statement: Statement

    @property
    def told(self) -> str:
        return f"{named(self.statement)} says '{'' if self.yes else 'not '}{_plain(self.flag)}'"


def _run(corpus: Corpus) -> Iterator[Finding]:
    by_entity: dict[str, list[_Said]] = defaultdict(list)
    old = replaced(corpus)
    for said in _flags(corpus):
        if said.statement.id not in old:
            by_entity[said.statement.entity].append(said)
    yield from net_importers_above_need(corpus, old)
    for entity, flags in by_entity.items():
        yield from _pairs(flags)
        for said in flags:
            yield from _numbers(corpus, entity, said)


def _flags(corpus: Corpus) -> Iterator[_Said]:
    for s in corpus.of_quantity(Quantity.FLAG):
        flag = _SAME.get(s.flag, s.flag)
        interval = bounds(s)
        # a yes or no from 0 to 1 is undecided: it says neither
        sure = interval is None or interval.low == interval.high
        if flag and sure and not is_planned(s) and not _in_doubt(s, flag):
            yield _Said(flag, interval is None or interval.low > 0.5, _metals(s, flag), s)
    for quantity, flag in _ZERO.items():
        for s in corpus.of_quantity(quantity):
            none = exact(s)  # rounding aside: a zero says that there is none
            partial = s.counterpart or s.part_of_year or named_part(s) or is_planned(s)
            if none is not None and none.low == none.high == 0.0 and not partial:
                yield _Said(flag, True, _metals(s, flag), s)
    for s in corpus.of_quantity(Quantity.RANK):
        one = bounds(s)
        flag = _RANKED.get(s.part.quantity, "") if s.part is not None else ""
        if flag and one is not None and one.low == one.high == 1.0 and not is_planned(s):
            yield _Said(flag, True, _metals(s, flag), s)


def _in_doubt(s: Statement, flag: str) -> bool:
    """Whether the words deny, hope for or measure what the flag says, instead of saying it."""
    if flag not in _KEYS:
        return False
    text = text_of(s)
    measured = flag == "meets_own_needs" and _RATIO.search(text)
    return bool(measured or _DOUBT[flag].search(text) or _HOPE[flag].search(text))


def _metals(s: Statement, flag: str) -> frozenset[str]:
    return frozenset() if flag in _METAL_FREE else metals_of(s)


def _pairs(flags: list[_Said]) -> Iterator[Finding]:
    done: set[tuple[str, str, str]] = set()
    for a, b in combinations(flags[:200], 2):
        if a.statement.background and b.statement.background:
            continue
        clash = _clash(a, b)
        if clash is None or (a.metals and b.metals and not a.metals & b.metals):
            continue
        stages = (a.statement.topic.stage, b.statement.topic.stage)
        if Stage.NONE not in stages and stages[0] is not stages[1]:
            continue
        one_text = a.statement.source == b.statement.source
        # one text may say a thing many times: one finding for each pair of sayings
        key = (_base(a.statement.id), _base(b.statement.id), clash)
        if key in done:
            continue
        done.add(key)
        verdict, why = _judge(a, b, one_text)
        if verdict is None:
            continue
        yield from told(
            _NAME,
            verdict,
            [a.statement, b.statement],
            f"{a.told}, and {b.told}: {clash}{why}.",
            relied=_RELIED,
        )


def _clash(a: _Said, b: _Said) -> str | None:
    if a.flag == b.flag:
        return None if a.yes == b.yes else f"'{_plain(a.flag)}' cannot be both true and false"
    if a.yes and b.yes:
        pair = frozenset((a.flag, b.flag))
        if pair in _EXCLUDE:
            return f"'{_plain(a.flag)}' and '{_plain(b.flag)}' exclude each other"
        return None
    for x, y in ((a, b), (b, a)):
        if x.yes and not y.yes and y.flag in _IMPLIES.get(x.flag, ()):
            return f"'{_plain(x.flag)}' implies '{_plain(y.flag)}'"
    return None


def _judge(a: _Said, b: _Said, one_text: bool) -> tuple[Verdict | None, str]:
    first, second = years_of(a.statement), years_of(b.statement)
    states = bool({a.flag, b.flag} & _STATES)
    if first and second:
        if first[1] < second[0] or second[1] < first[0]:
            return None, ""
        if states:
            return Verdict.INSUFFICIENT, ", unless they are of two times of the year"
        return Verdict.VIOLATE, ""
    if states and (not one_text or _base(a.statement.id) == _base(b.statement.id)):
        return Verdict.INSUFFICIENT, ", unless they are of two times"
    if one_text and not states:
        return Verdict.VIOLATE, ", in one text"
    return Verdict.TIE, "" if one_text else ", and neither text says of when it speaks"


def _numbers(corpus: Corpus, entity: str, said: _Said) -> Iterator[Finding]:
    flag, s = said.flag, said.statement
    if said.yes and flag == "meets_own_needs":
        yield from _shares(corpus, said)
    none_of = _NONE_OF.get(flag) if said.yes else None
    if s.topic.quantity is none_of:
        none_of = None  # a zero and another figure of one thing are a conflict of values
    if none_of is not None and not (flag in _TRADE_FLAGS and _PARTLY.search(text_of(s))):
        for other in corpus.of_entity(entity):
            amount_of = bounds(other)
            if other.topic.quantity is not none_of or amount_of is None or is_planned(other):
                continue
            if said.metals and other.topic.commodity not in said.metals:
                continue
            if flag in _TRADE_FLAGS and not _one_form(s, other):
                continue
            if amount_of.low <= 0.0 or not _one_time(s, other):
                continue
            text = f"{said.told}, and {named(other)} gives {amount(amount_of, other.unit)} of it."
            yield from told(
                _NAME, Verdict.VIOLATE, [s, other], text,
                residual=amount_of.low, unit=other.unit, relied=_RELIED,
            )  # fmt: skip
    if said.yes and flag in ("net_importer", "net_exporter"):
        yield from _net_trade(corpus, entity, said)


def _one_form(s: Statement, other: Statement) -> bool:
    """Whether what is not traded is what a figure counts: ore, or any form of the metal."""
    stages = (s.topic.stage, other.topic.stage)
    if _RAW.search(text_of(s)) and stages[1] is not Stage.MINE:
        return False
    return Stage.NONE in stages or stages[0] is stages[1]


def _shares(corpus: Corpus, said: _Said) -> Iterator[Finding]:
    """Demand covered by own output, told as a share of less than all."""
    s = said.statement
    for other in corpus.of_source(s.source):
        part, whole, covered = other.part, other.whole, bounds(other)
        if other.topic.quantity is not Quantity.SHARE or part is None or whole is None:
            continue
        if covered is None or is_planned(other) or not _one_time(s, other):
            continue
        own = part.entity == whole.entity == s.entity and whole.quantity is Quantity.USE
        if not own or part.quantity is not Quantity.PRODUCTION:
            continue
        metals = metals_of(other) | ({part.commodity} - {""})
        if said.metals and metals and not said.metals & metals:
            continue
        enough = covered.high >= _SELF_SUFFICIENT
        text = (
            f"{said.told}, and {named(other)} covers {amount(covered, '1')} of its own demand"
            f"{'' if enough else ': the rest must come from elsewhere'}."
        )
        short = max(_SELF_SUFFICIENT - covered.high, 0.0)
        verdict = Verdict.PASS if enough else Verdict.VIOLATE
        yield from told(_NAME, verdict, [s, other], text, residual=short, unit="1", relied=_RELIED)


def _net_trade(corpus: Corpus, entity: str, said: _Said) -> Iterator[Finding]:
    s = said.statement
    trade: dict[tuple[object, ...], dict[Quantity, Statement]] = defaultdict(dict)
    for other in corpus.of_entity(entity):
        q, t = other.topic.quantity, other.topic
        both_ways = q in (Quantity.IMPORTS, Quantity.EXPORTS) and not other.counterpart
        about = not said.metals or t.commodity in said.metals
        if both_ways and about and bounds(other) is not None:
            trade[t.commodity, t.stage, other.basis, years_of(other), other.source][q] = other
    for pair in trade.values():
        if len(pair) < 2 or not all(_one_time(s, x) for x in pair.values()):
            continue
        arriving, leaving = pair[Quantity.IMPORTS], pair[Quantity.EXPORTS]
        into, out = bounds(arriving), bounds(leaving)
        assert into is not None
        assert out is not None
        over = out.low - into.high if said.flag == "net_importer" else into.low - out.high
        text = (
            f"{said.told}; imports are {amount(into, arriving.unit)} in {arriving.id}, exports "
            f"{amount(out, leaving.unit)} in {leaving.id}."
        )
        # ore in and metal out: one stage alone does not settle who is a net importer
        wrong = Verdict.VIOLATE if s.topic.stage is arriving.topic.stage else Verdict.INSUFFICIENT
        verdict = wrong if over > 0.0 else Verdict.PASS
        yield from told(
            _NAME, verdict, [s, arriving, leaving], text,
            residual=max(over, 0.0), unit=arriving.unit, relied=_RELIED,
        )  # fmt: skip


def _one_time(a: Statement, b: Statement) -> bool:
    first, second = years_of(a), years_of(b)
    if first is None or second is None:
        return a.source == b.source and first == second
    return first[0] <= second[1] and second[0] <= first[1]


def _base(statement_id: str) -> str:
    """The claim of a statement that was read beside another one in the same row."""
    return statement_id.split("#", maxsplit=1)[0]


def _plain(flag: str) -> str:
    return flag.replace("_", " ")


RULES: tuple[Rule, ...] = (
    Rule(
        _NAME,
        "Yes-or-no statements on one thing at one time do not exclude each other, nor a number.",
        _run,
    ),
)
