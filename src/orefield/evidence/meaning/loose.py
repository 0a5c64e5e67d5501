"""A row of a loose corpus becomes statements: typed by its words and units, gaps left open."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from orefield.evidence.meaning import said
from orefield.evidence.meaning.events import event_date, flags_beside, told_status
from orefield.evidence.meaning.fractions import counterpart_of, sides_of
from orefield.evidence.meaning.numbers import shown, stated_numbers
from orefield.evidence.meaning.row import LooseRow
from orefield.evidence.meaning.subjects import Subjects, Who
from orefield.evidence.periods import Period, parse_period
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import (
    Basis,
)
from orefield.evidence.words import attributes as words_of
from orefield.evidence.words.commodities import (
    COMMODITIES,
    ORES,
    commodity_of,
    find_commodities,
    spoken,
)
from orefield.evidence.words.matters import is_level
from orefield.evidence.words.qualifiers import Hedge, parse_qualifier
from orefield.evidence.words.spent import spent
from orefield.evidence.words.units_written import UnitWritten, parse_unit

_FRACTIONS = {"1", "1/y"}
_FLOWS = {
    Quantity.PRODUCTION, Quantity.CAPACITY, Quantity.THROUGHPUT, Quantity.USE, Quantity.IMPORTS,
    Quantity.EXPORTS, Quantity.STOCK_CHANGE, Quantity.NET_IMPORTS, Quantity.EXPENDED,
    Quantity.WASTE,
}  # fmt: skip
_DUG = re.compile(r"\bextract|\bproduc|\boutput\b|产量|开采量", re.IGNORECASE)
_BATCH = re.compile(r"\bbatch\b|\btranche\b|批", re.IGNORECASE)
_YEARLY = {Quantity.PRODUCTION, Quantity.USE, Quantity.IMPORTS, Quantity.EXPORTS}
# a flow dated to a month is the month's; "as of 2024-12" and "by 2024-12" are no such dates
_ONE_MONTH = re.compile(
    r"(?:19|20)\d\d[-/](?:0[1-9]|1[0-2])|[A-Z][a-z]{2,8}\.? (?:19|20)\d\d|(?:19|20)\d\d年\d{1,2}月"
)
# metal of one route is a part of what is refined; of aluminium the primary is what is counted
_ONE_ROUTE = re.compile(
    r"\bprimary\b|\bsecondary\b|from (?:scrap|concentrate|ore)|\bsx-?ew\b|矿产精|再生精",
    re.IGNORECASE,
)
_CHANGES_HANDS = re.compile(
    r"\bsold\b|\bbought\b|\bacquir|\bpurchas|\bdivest|\btransferr|\bsale of\b|出售|收购|转让",
    re.IGNORECASE,
)
# "primary output, Sunde smelter" told of a company is told of the smelter
_AT_A_SITE = re.compile(
    r",\s*(?P<site>[\w'’-]+(?: [\w'’-]+){0,3} "
    r"(?:smelter|mine|refinery|plant|works|pit|operation|concentrator|mill|division))s?\s*$",
    re.IGNORECASE,
)
_LARGEST_MINE_T = 2e6
"""No mine makes more metal than this in a year; the largest copper mine makes 1.3 Mt."""


def _is_ore_rate(row: LooseRow, unit: UnitWritten, subjects: Subjects) -> bool:
    """Whether a capacity without a stated basis can be an ore rate of a mine alone."""
    size = row.high if row.high is not None else row.low
    if size is None or row.cells.get("basis", "") or unit.basis is not Basis.NONE:
        return False
    if unit.commodity:
        return False
    if _MAKES_METAL.search(f"{row.attribute} {row.subject}"):
        return False
    entity = subjects.who(row.subject).entity
    kind = subjects.entities[entity].kind if entity in subjects.entities else ""
    yearly = size * unit.factor * (365.0 if unit.base == "t/d" else 1.0)
    return kind not in _LARGE and yearly > _LARGEST_MINE_T


_MAKES_METAL = re.compile(
    r"smelt|refin|hydroxide|carbonate|sul(?:ph|f)ate|\boxide|concentrate|product|cathode|cathode|冶炼|精炼|电解|alumin|steel|氧化铝|钢",
    re.IGNORECASE,
)
_LARGE = frozenset({"country", "region", "province", "state", "company", "group"})
_SINCE = re.compile(r"\s*(?:from|since|starting|as from|自|从)\b", re.IGNORECASE)
_NO_OUTPUT = re.compile(
    r"waste|tailings|reagent|acid|coal|diesel|fuel|water|emission|co2|carbon dioxide|explosive|"
    r"lime|cyanide|scrap generated|loss|尾矿|废石|排放|耗",
    re.IGNORECASE,
)
# figures of a part: one partner, some months, one grade class; no total to compare with others
_OF_A_PART = re.compile(
    r"\bby (?:partner|country|origin|type|product)|part[ _]year|\bquarter\b|\bmonth|first half|"
    r"\bimplied by\b|re-?exports?\b|re-?imports?\b|low[ _]grade|\bat \d+ ?pct|\bwith [a-z]+$|"
    r"phase ?[0-9iv]+\b|\bfive provinces|\bend use|\buse new|\bore ?body\b|\bbody [ivx]+$|"
    r"\bskarn\b|(?:Cu|copper) oxide\b|\boxide (?:ore|zone|cap)|\bingot|"
    r"\b(?:two|three|four|five|six|several) metals\b|generated\b|per capita|季度|月份|上半年",
    re.IGNORECASE,
)


def interpret(
    row: LooseRow, subjects: Subjects, *, background: bool = False
) -> tuple[Statement, ...]:
    """Statements of one row: the number, and each yes or no that its words say beside it.

    The first keeps the row's id; further ones are called ``id#flag``.
    """
    inferred: list[str] = []
    attribute = spoken(row.attribute)
    unit = parse_unit(row.unit, row.low)
    hedge = parse_qualifier(row.qualifier)
    if hedge.planned is False and _PLAN_WORDS.search(attribute):
        hedge = replace(hedge, planned=True)
    period = _period(row)
    phrase = f"{attribute} {unit.rest}".strip()
    commodity = _commodity(row, attribute, unit, inferred)
    measured = spent(attribute, row.paraphrase, unit) or _quantity(
        row, attribute, unit, period, inferred
    )
    if measured is Quantity.CAPACITY and _is_ore_rate(row, unit, subjects):
        # no mine makes millions of tonnes of metal: a capacity without a basis is the mill's
        measured = Quantity.THROUGHPUT
        inferred.append("quantity")
    if measured in _YEARLY and unit.base == "t" and _ONE_MONTH.fullmatch(row.period.strip()):
        month = period.date[5:7]
        period = replace(period, part_of_year=f"M{month}-M{month}")
    if measured is Quantity.THROUGHPUT and commodity in ORES and _DUG.search(attribute):
        measured = Quantity.PRODUCTION  # of what is sold as ore, the ore is the product
    of_a_part = (
        (measured in _FLOWS and _BATCH.search(f"{attribute} {row.period}") is not None)
        or (measured in _FLOWS and period.part_of_year != "")
        or (measured in _FLOWS | said.IN_GROUND and _OF_A_PART.search(attribute) is not None)
    )
    if measured is Quantity.PRODUCTION and commodity != "al" and _ONE_ROUTE.search(attribute):
        of_a_part = True
    if measured is Quantity.OWNERSHIP and _CHANGES_HANDS.search(attribute):
        of_a_part = True
    quantity = Quantity.OTHER if of_a_part else measured
    if _names_no_year(row, hedge, period, quantity):
        period = replace(period, first_year=None, last_year=None, undated=True)
    who = _who(row, subjects, quantity, commodity)
    if who.guessed:
        inferred.append("entity")
    basis = said.basis_of(row, attribute, unit, quantity, commodity, inferred)
    stage = said.stage_of(row, attribute, commodity, quantity, inferred)
    base = _base(unit, quantity, period, inferred)
    low, high, rounding = stated_numbers(row, hedge, unit, quantity)
    statement = Statement(
        id=row.id,
        source=row.source,
        subject=row.subject,
        attribute=row.attribute,
        topic=Topic(who.entity, quantity, commodity, stage),
        low=low,
        high=high,
        unit=base if low is not None else "",
        shown=shown(row),
        rounding=rounding,
        hedge=hedge.hedge,
        basis=basis,
        resource_class=said.class_of(row, attribute, hedge, quantity, inferred),
        rate_type=said.rate_of(row, attribute, quantity),
        qualifier=hedge.qualifier,
        first_year=period.first_year,
        last_year=period.last_year,
        date=period.date,
        part_of_year=period.part_of_year,
        span=period.span,
        measured=measured,
        base_year=period.base_year,
        reported=row.reported,
        vintage=row.cells.get("vintage", "") or row.reported,
        supersedes=_list(row.cells.get("supersedes", "")),
        derivation=hedge.derivation,
        release=row.release,
        hops=row.hops,
        sigma_class=row.sigma_class,
        words="; ".join(w for w in (row.attribute, row.qualifier, row.paraphrase) if w),
        listed=_listed(row, who, quantity),
        inferred=tuple(dict.fromkeys(inferred)),
        background=background,
    )
    statement = _with_sides(statement, row, phrase, subjects, period, hedge)
    return (*_each_commodity(statement, row, attribute), *flags_beside(statement, row))


def _names_no_year(row: LooseRow, hedge: Hedge, period: Period, quantity: Quantity) -> bool:
    """Whether a date is no year of the figure: "from 2028", or the day that a plan was made."""
    since = quantity in _FLOWS and _SINCE.match(row.period) is not None
    return since or (quantity is Quantity.PRODUCTION and hedge.planned and len(period.date) > 4)


def _base(unit: UnitWritten, quantity: Quantity, period: Period, inferred: list[str]) -> str:
    """Base unit; a flow of one year, and one without a date, is a yearly one."""
    if quantity not in _FLOWS or unit.base != "t":
        return unit.base
    if period.first_year is None:
        # nobody states a mine's output of all time so
        inferred.append("unit")
        return "t/y"
    return "t/y" if period.first_year == period.last_year else "t"


def _each_commodity(statement: Statement, row: LooseRow, attribute: str) -> tuple[Statement, ...]:
    """A rate or rank that is said of two metals at once is said of each."""
    if statement.topic.commodity or statement.topic.quantity not in {Quantity.RATE, Quantity.RANK}:
        return (statement,)
    symbols = list(dict.fromkeys(m.symbol for m in find_commodities(attribute)))
    if len(symbols) < 2:
        return (statement,)
    out = []
    for symbol in symbols:
        topic = replace(statement.topic, commodity=symbol)
        part = None if statement.part is None else replace(statement.part, commodity=symbol)
        name = row.id if symbol == symbols[0] else f"{row.id}#{symbol}"
        out.append(replace(statement, id=name, topic=topic, part=part))
    return tuple(out)


_PLAN_WORDS = re.compile(
    r"\btarget|\bplanned|\bplan\b|\bguidance|\bforecast|\bprojected|\bexpected|\bscheduled|\bslated|"
    r"\bdue (?:in|to)\b|\bto start\b|\bwill\b|目标|计划|预计|拟",
    re.IGNORECASE,
)


_cached_period = lru_cache(maxsize=4096)(parse_period)


def _period(row: LooseRow) -> Period:
    text = row.period
    valid_from, valid_to = row.cells.get("valid_from", ""), row.cells.get("valid_to", "")
    if not text and valid_from:
        text = valid_from if valid_from == valid_to or not valid_to else f"{valid_from}-{valid_to}"
        if len(valid_from) > 4:
            text = valid_from
    return _cached_period(text, row.reported)


def _commodity(row: LooseRow, attribute: str, unit: UnitWritten, inferred: list[str]) -> str:
    stated = row.cells.get("commodity", "")
    if stated:
        return stated.casefold() if stated.casefold() in COMMODITIES else commodity_of(stated)
    if unit.commodity == "pbzn":
        return unit.commodity  # "lead-zinc resource, Mt Zn+Pb"
    named = commodity_of(attribute)
    if named and not (unit.commodity and named in {"nonferrous", "recycled"}):
        return named
    if unit.commodity:
        return unit.commodity
    # the name of a firm tells least: "Hindustan Zinc" also makes lead
    if named := commodity_of(row.subject):
        return named
    named = commodity_of(row.paraphrase)
    if named:
        inferred.append("commodity")
    return named


_BY_UNIT = {
    "deg": Quantity.POSITION, "CNY/USD": Quantity.EXCHANGE, "USD": Quantity.MONEY,
    "CNY": Quantity.MONEY, "other currency": Quantity.MONEY, "USD/t": Quantity.PRICE,
    "CNY/t": Quantity.PRICE, "other currency/t": Quantity.PRICE, "rank": Quantity.RANK,
    "d": Quantity.OPERATING_DAYS, "flag": Quantity.FLAG,
}  # fmt: skip


def _quantity(
    row: LooseRow, attribute: str, unit: UnitWritten, period: Period, inferred: list[str]
) -> Quantity:
    """What is measured: by the unit where that settles it, then by the words."""
    base = unit.base
    if base in _FRACTIONS or base in said.MASSES:
        found = _by_words(attribute, unit)
        in_ground = row.cells.get("class", "").casefold() in said.CLASSES_IN_GROUND
        if base == "t" and in_ground and found not in said.IN_GROUND:
            return Quantity.RESOURCE
        if found is Quantity.OTHER:
            found = _by_words(f"{attribute} {row.paraphrase}", unit)
            inferred.append("quantity")
        of_a_year = base in {"t/y", "t/d"} or (
            base == "t" and period.first_year is not None and period.first_year == period.last_year
        )
        # a column of a study names what it measures; a newspaper's words may leave it out
        loose = "_" not in row.attribute and not _NO_OUTPUT.search(attribute)
        if found is Quantity.OTHER and of_a_year and loose:
            found = Quantity.THROUGHPUT if unit.basis is Basis.ORE else Quantity.PRODUCTION
        negative = row.low is not None and row.low < 0.0
        change = negative and found is Quantity.STOCK and not is_level(attribute)
        return Quantity.STOCK_CHANGE if change else found
    if base in _BY_UNIT:
        return _BY_UNIT[base]
    if base in {"year", "date", "month"}:
        return Quantity.EVENT if words_of.event_of(attribute) else Quantity.OTHER
    if base == "count":
        ranks = words_of.names_rank(attribute) and row.low == 1.0
        return Quantity.RANK if ranks else Quantity.COUNT
    return _of_text(row, attribute, period) if base in {"", "text"} else Quantity.OTHER


def _by_words(phrase: str, unit: UnitWritten) -> Quantity:
    if unit.base in _FRACTIONS:
        return words_of.fraction_quantity(phrase, unit.base, unit.rest)
    return words_of.mass_quantity(phrase, unit.base, unit.basis)


def _of_text(row: LooseRow, attribute: str, period: Period) -> Quantity:
    if words_of.event_of(told_status(row, attribute)) and (period.date or period.first_year):
        return Quantity.EVENT
    if words_of.flags_of(f"{attribute} {row.paraphrase}"):
        return Quantity.FLAG
    ranks = words_of.names_rank(f"{attribute} {row.qualifier}")
    return Quantity.RANK if ranks else Quantity.OTHER


_OF_SITES = {Quantity.RESOURCE, Quantity.GRADE, Quantity.RECOVERY, Quantity.THROUGHPUT,
             Quantity.PRODUCTION, Quantity.CAPACITY, Quantity.RESOURCE_ADDED}  # fmt: skip


def _who(row: LooseRow, subjects: Subjects, quantity: Quantity, commodity: str) -> Who:
    stated = row.cells.get("entity", "")
    if stated and stated in subjects.entities:
        return Who(stated)
    part = _AT_A_SITE.search(row.attribute)
    # "northern works" is a name within its subject only
    named = part is not None and part["site"][:1].isupper()
    site = part["site"] if part is not None and named else ""
    if part is not None and not named:
        site = f"{row.subject} {part['site']}"
    who = subjects.who(site or row.subject)
    if who.entity.startswith("?") and quantity in _OF_SITES:
        # a name that several things share: grades and tonnages are a deposit's
        return subjects.who(row.subject, kind="mine", commodity=commodity)
    return who


def _listed(row: LooseRow, who: Who, quantity: Quantity) -> tuple[str, ...]:
    if who.names:
        return who.names
    if quantity is not Quantity.COUNT:
        return ()
    for text in (row.paraphrase, row.qualifier):
        parts = [p.strip(" .") for p in re.split(r"[;；、]", text) if p.strip(" .")]
        names = [p for p in parts if len(p) <= 40 and (p[0].isupper() or not p[0].isascii())]
        if len(parts) > 1 and len(names) == len(parts):
            return tuple(parts)
    return ()


def _with_sides(
    statement: Statement,
    row: LooseRow,
    phrase: str,
    subjects: Subjects,
    period: Period,
    hedge: Hedge,
) -> Statement:
    quantity = statement.topic.quantity
    if quantity in {Quantity.SHARE, Quantity.GROWTH, Quantity.RANK}:
        return sides_of(statement, phrase, row.cells.get("counterpart", ""), subjects, period)
    if quantity is Quantity.OWNERSHIP:
        return counterpart_of(statement, row.cells.get("counterpart", ""), row.paraphrase, subjects)
    if quantity is Quantity.EVENT:
        step = words_of.step_of_expansion(spoken(row.attribute))
        if step:
            # an expansion has a life of its own: approved and built long after the mine's start
            entity = f"?{statement.entity.removeprefix('?')} expansion"
            return replace(
                statement,
                topic=replace(statement.topic, entity=entity),
                event=step,
                date=statement.date or event_date(statement, row),
            )
        told = told_status(row, spoken(row.attribute))
        return replace(statement, event=words_of.event_of(told),
                       date=statement.date or event_date(statement, row))  # fmt: skip
    if quantity is Quantity.FLAG:
        flags = words_of.flags_of(f"{spoken(row.attribute)} {row.paraphrase}")
        return replace(statement, flag=flags[0] if flags else "", low=1.0, high=1.0, unit="flag")
    return statement


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[;,]", text) if part.strip())
