"""When two numbers are of the same thing: definition, scope, time and edition of a statement."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from orefield.evidence.corpus import Corpus
from orefield.evidence.dates import first_day
from orefield.evidence.entities import fold_name
from orefield.evidence.rules._edition_words import without_edition
from orefield.evidence.rules._sites import is_ore_grade, is_ore_in_place
from orefield.evidence.rules._values import IN_GROUND, METAL_BASES, planned, year_of
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Basis, ResourceClass, Stage
from orefield.evidence.words.attributes import class_of
from orefield.evidence.words.commodities import ELEMENT_OF, find_commodities
from orefield.evidence.words.content import content_words

# words that change what a number is the number of; the name stands for all its spellings. The
# whole of a site ("100 % basis", consolidated) is what is meant where nothing is said
_SCOPES = {
    "attributable": r"attributable|equity|net interest|our share|权益",
    "fiscal": r"\bfiscal|\bfy ?\d|financial year|year to (?:march|june|september)|财年",
    "quarter": r"\bq[1-4]\b|\bq[1-4] ?\d{4}|quarter|\d{4}q[1-4]|[一二三四]季度|季度",
    "half": r"\bh[12]\b|half.?year|(?:first|second) half|上半年|下半年",
    "months": r"\bmonth|\bjan(?:uary)?\b|\bfebruary|\baugust|\bseptember|\boctober|\bnovember"
    r"|\bdecember|\bytd\b|year.to.date|前?\d+[-至]?\d*月|个月",
    "payable": r"\bpayable",
    "cumulative": r"cumulative|accumulated|累计",
    "remaining": r"\bremaining|retained|保有",
    "added": r"\badded|\badditional|\bnew(?:ly)?\b|\bincremental|\bincrease|新增",
    "initial": r"\binitial|\binterim|ramp.?up|首期",
    "peak": r"\bpeak|\bmaximum\b|\brecord\b",
    "average": r"\baverage|\blom\b|平均",
    "by partner": r"\bby partner",
    "implied": r"implied|derived|apparent|表观",
    "secondary": r"secondary|recycled|from scrap|再生",
    "primary": r"\bprimary|原生",
    "open pit": r"open.?pit|露天",
    "underground": r"underground|地下|block cave",
    "oxide": r"\boxide|\bleach|sx.?ew|氧化",
    "sulphide": r"sul(?:ph|f)ide|硫化",
    "group": r"\bgroup\b|集团",
    "cut-off": r"cut.?off|边界",
    "upgrade": r"before|after|upgrade|改造",
    "batch 1": r"(?:first|1st) batch|batch (?:1|one)\b|第一批",
    "batch 2": r"(?:second|2nd) batch|batch (?:2|two)\b|第二批",
    "artisanal": r"artisanal|small.?scale|\basm\b|hand.?dug|手采|民采",
}
_NAMED = {name: re.compile(pattern) for name, pattern in _SCOPES.items()}
# of these only the attribute and the unit are asked: a remark beside a number tells how it came
# about ("average of the first ten years after the redesign", "the remaining holder")
_OF_ATTRIBUTE = frozenset(
    {"remaining", "added", "initial", "peak", "average", "implied", "group", "upgrade", "oxide"}
)
_MEASURED_INDICATED = re.compile(
    r"measured (?:and|&|\+) indicated|\bm ?[+&] ?i\b|探明.{0,2}控制", re.IGNORECASE
)
_PRODUCT = re.compile(
    r"\b(?:ingot|rod|wire|tube|foil|sheet|strip|blister|anode|powder|alloy|matte|slag)(?=s?\b)"
    r"|\b[346]e\b"
    r"|铜杆|铜管|铜箔|粗铜|阳极",
    re.IGNORECASE,
)
_BASKETS = frozenset({"recycled", "nonferrous", "ten_nonferrous"})
_NAME = re.compile(r"(?<![A-Za-z0-9_])[A-Z][a-z]+(?![A-Za-z0-9_])")
_PLANT = re.compile(
    r"\s+(?:smelter|mine|plant|refinery|pit|concentrator|unit|division|works|mill|province|region)"
)
_NO_NAMES = frozenset(
    (
        "january", "february", "march", "april", "may", "june", "july", "august", "september",
        "october", "november", "december", "copper", "gold", "silver", "zinc", "lead", "nickel",
        "cobalt", "lithium", "iron", "mine", "world", "global", "total", "the", "year",
    )
)  # fmt: skip
# rock that is moved, ore that is mined, ore that is milled: three numbers of one year
_HANDLED = {
    "moved": re.compile(r"material|\bmoved|waste|strip|rock\b|采剥"),
    "mined": re.compile(r"ore (?:mined|extracted|hoisted)|mined ore|mining (?:rate|capacity)|采出"),
}
_INDIRECT = re.compile(r"attributable|effective|indirect|beneficial|权益|间接", re.I)
_WET = re.compile(r"\bwet\b|\bwmt\b|湿")
_DRY = re.compile(r"\bdry\b|\bdmt\b|干[吨基]")
# the first letters of the words above: most texts hold none, and need not be searched
_HINTS = frozenset(
    (
        "attri", "equit", "net", "our", "basis", "conso", "whole", "fisca", "finan", "fy",
        "march", "june", "septe", "q", "quart", "h", "half", "month", "jan", "janua", "febru",
        "augus", "octob", "novem", "decem", "ytd", "payab", "cumul", "accum",
        "remai", "retai", "added", "addit", "new", "newly", "incre", "initi", "inter", "ramp",
        "rampu", "peak", "maxim", "recor", "avera", "lom", "partn",
        "impli", "deriv", "appar", "secon", "recyc", "scrap", "prima", "open", "openp",
        "under", "batch", "artis", "small", "asm", "hand", "block", "oxide", "leach", "sx", "sxew",
        "sulph", "sulfi", "group", "cut",
        "cutof", "befor", "after", "upgra", "phase", "stage", "step", "first", "third",
    )
)  # fmt: skip
_CHINESE_HINTS = frozenset("权并全财季上下月累保新首平表再原露地氧硫集边改期手民批")
_WORD = re.compile(r"[a-z]+")
# a part of a project: phase 2, second phase, 二期
_PHASE = re.compile(
    r"(?:phase|stage|step)[ _-]*(\d+|i{1,3}v?\b)|(first|second|third)[ _-]+(?:phase|stage)"
    r"|([一二三四])期"
)
_QUOTA = re.compile(r"\bquotas?\b|配额|总量控制指标", re.IGNORECASE)
_GENERIC = frozenset(
    {
        Quantity.OTHER,
        Quantity.COUNT,
        Quantity.MONEY,
        Quantity.PRICE,
        Quantity.EXCHANGE,
        Quantity.RATE,
        Quantity.SHARE,
        Quantity.GROWTH,
        Quantity.RANK,
        Quantity.SPECIFIC,
        Quantity.EXPENDED,
        Quantity.WASTE,
    }
)
"""Quantities that say little of what is measured: the attribute has to say the rest."""

_METAL = METAL_BASES - {Basis.NONE, Basis.UNSTATED}

STATES = frozenset({Quantity.CAPACITY, Quantity.RESOURCE, Quantity.THROUGHPUT, Quantity.OWNERSHIP})
"""Quantities that hold from a date on until a later figure replaces them."""

_COST = re.compile(
    r"\b(?:capital (?:cost|expenditure|estimate)s?|capex(?! intensity)|project cost"
    r"|(?:construction|development) cost|estimated (?:cost|investment)|total investment|npv"
    r"|net present value)\b|资本支出|总投资|投资概算|投资估算",
    re.IGNORECASE,
)

APART = timedelta(days=90)
"""Reports closer together than this are of one round of news, not two editions."""

_AS_OF = re.compile(r"\bplan\b|planned|design|feasibility|\beia\b|study|环评|可研|设计|规划", re.I)


def scope(s: Statement) -> frozenset[str]:
    """Scope words of a statement: attributable, fiscal, phase 2, ...

    A holding is a holding: of its words only those for a chain of owners change its meaning.
    """
    own = _scope_of(" ".join((s.attribute, s.shown)))
    if s.topic.quantity is Quantity.THROUGHPUT:
        own |= {kind for kind, pattern in _HANDLED.items() if pattern.search(s.attribute.lower())}
    if s.topic.quantity is Quantity.OWNERSHIP:
        return own & {"attributable"} if _INDIRECT.search(s.attribute) else frozenset()
    told = _scope_of(" ".join((s.subject, s.attribute, without_edition(s.words), s.shown, s.date)))
    return own | (told - _OF_ATTRIBUTE) | s.facet


def moisture(s: Statement) -> str:
    """``wet`` or ``dry`` where a mass is told so; empty where it is not."""
    text = f"{s.attribute} {s.shown} {s.words}".lower()
    wet, dry = bool(_WET.search(text)), bool(_DRY.search(text))
    return "" if wet == dry else "wet" if wet else "dry"


def by_moisture(members: Sequence[Statement]) -> list[list[Statement]]:
    """Statements apart by wet and dry mass; those that say neither stand with the nearer kind."""
    kinds = {kind: [s for s in members if moisture(s) == kind] for kind in ("wet", "dry", "")}
    if not (kinds["wet"] and kinds["dry"]):
        return [list(members)]
    for s in kinds[""]:
        value = s.value or 0.0
        gaps = {k: min(abs(value - (o.value or 0.0)) for o in kinds[k]) for k in ("wet", "dry")}
        kinds[min(gaps, key=lambda k: gaps[k])].append(s)
    return [kinds["wet"], kinds["dry"]]


@lru_cache(maxsize=1 << 14)
def _scope_of(text: str) -> frozenset[str]:
    plain = text.replace("_", " ").lower()
    if _HINTS.isdisjoint([word[:5] for word in _WORD.findall(plain)]) and (
        plain.isascii() or _CHINESE_HINTS.isdisjoint(plain)
    ):
        return frozenset()
    found = {name for name, pattern in _NAMED.items() if pattern.search(plain)}
    found |= {"phase " + "".join(filter(None, m.groups())) for m in _PHASE.finditer(plain)}
    return frozenset(found)


def named_part(s: Statement) -> frozenset[str]:
    """Names in an attribute that are not the subject's: of one smelter, owner or place in it."""
    return _named_part(s.attribute, s.subject.casefold())


@lru_cache(maxsize=1 << 12)
def _named_part(attribute: str, subject: str) -> frozenset[str]:
    found = set()
    for m in _NAME.finditer(attribute):
        name = m[0].casefold()
        # the first word has a capital as the first word
        first = m.start() == 0 and not _PLANT.match(attribute, m.end())
        # a single capital and a small letter is a symbol: Cu, Li
        if not first and len(name) > 2 and name not in subject and name not in _NO_NAMES:
            found.add(name)
    return frozenset(found)


def attribute_words(s: Statement) -> frozenset[str]:
    """Words of the attribute that are not the usual words of any quantity."""
    return content_words(s.attribute)


def excludes_inferred(s: Statement) -> bool:
    """Whether a resource is the measured and indicated part, which holds no inferred."""
    text = s.attribute.replace("_", " ")
    return bool(_MEASURED_INDICATED.search(text)) and "inferred" not in text.lower()


def bucket(s: Statement) -> str:
    """Plan, outcome, capacity, or a class of resources: never compared with one another."""
    if s.topic.quantity is Quantity.GRADE:
        return _grade_of(s)
    if s.topic.quantity in {Quantity.RESOURCE, Quantity.RESOURCE_ADDED}:
        return str(s.resource_class)
    if _QUOTA.search(s.attribute):
        return "quota"  # what may be made, not what was
    if planned(s):
        return "plan"
    if s.topic.quantity is Quantity.CAPACITY or s.resource_class is ResourceClass.CAPACITY:
        return "capacity"
    return "in ground" if s.resource_class in IN_GROUND else "actual"


def _grade_of(s: Statement) -> str:
    """What a grade is of: a product, a class of what is in the ground, or ore as fed."""
    if not is_ore_grade(s):
        return "product"
    if s.resource_class in IN_GROUND:
        return str(s.resource_class)
    return str(class_of(s.attribute.replace("_", " ").lower()))


def basis(s: Statement) -> str:
    """The basis as far as it tells masses apart: refined metal has none to confuse."""
    if is_ore_in_place(s):
        return str(Basis.ORE)
    metal_only = s.topic.stage in {Stage.REFINED, Stage.SMELTER, Stage.USE, Stage.SEMIS}
    if metal_only and s.basis in METAL_BASES:
        return "metal"
    return str(Basis.UNSTATED if s.basis is Basis.NONE and s.unit[:1] == "t" else s.basis)


def aligned(corpus: Corpus) -> Iterator[tuple[Topic, list[Statement]]]:
    """Statements of each topic under check, those that leave the stage open among them.

    A missing stage is the one that the entity's other figures of that quantity and commodity
    have, where they have one. A compound told as the mass of its metal (a carbonate as lithium)
    stands with the metal.
    """
    on_trial = dict.fromkeys(s.topic for s in corpus.checked)
    stages: dict[tuple[str, Quantity, str], set[Stage]] = {}
    for topic in on_trial:
        if topic.stage is not Stage.NONE:
            key = (topic.entity, topic.quantity, topic.commodity)
            stages.setdefault(key, set()).add(topic.stage)
    members: dict[Topic, list[Statement]] = {}
    for topic in on_trial:
        found = corpus.on(topic)
        by_metal = {topic.commodity: found}
        if topic.commodity in ELEMENT_OF:
            counted = [s for s in found if s.basis in _METAL and "basis" not in s.inferred]
            rest = tuple(s for s in found if s not in counted)
            by_metal = {topic.commodity: rest, ELEMENT_OF[topic.commodity]: tuple(counted)}
        for commodity, some in by_metal.items():
            known = stages.get((topic.entity, topic.quantity, commodity), set())
            alone = topic.stage is Stage.NONE and len(known) == 1
            stage = next(iter(known)) if alone else topic.stage
            if some:
                own = replace(topic, commodity=commodity, stage=stage)
                members.setdefault(own, []).extend(some)
    for topic in [t for t in members if t not in on_trial]:
        members[topic] += corpus.on(topic)
    yield from members.items()


def subject_matter(s: Statement, topic: Topic | None = None) -> Hashable:
    """What two numbers must share to be comparable at all; ``topic`` as :func:`aligned` has it."""
    # a holding whose owner no table knows is told apart by the words that name him
    generic = s.topic.quantity in _GENERIC or (
        s.topic.quantity is Quantity.OWNERSHIP and not s.counterpart
    )
    return (
        topic or s.topic,
        "t/y" if s.unit == "t" and s.topic.quantity is Quantity.PRODUCTION else s.unit,
        bucket(s),
        s.part_of_year,
        s.part,
        s.whole,
        s.counterpart,
        s.base_year,
        (attribute_words(s), fold_name(s.subject)) if generic else None,
    )


def definition(s: Statement) -> Hashable:
    """What two comparable numbers must share to be of the same thing."""
    return (basis(s), s.rate_type, scope(s), named_part(s), things(s))


def things(s: Statement) -> frozenset[str]:
    """Products that an attribute names (rod, matte, 4E), and members of a basket."""
    return _things(s.attribute, s.topic.commodity)


@lru_cache(maxsize=1 << 12)
def _things(attribute: str, commodity: str) -> frozenset[str]:
    """Products that an attribute names, and the metals of what is counted as a basket."""
    plain = attribute.replace("_", " ")
    found = {m[0].casefold() for m in _PRODUCT.finditer(plain)}
    if commodity in _BASKETS:
        found |= {m.symbol for m in find_commodities(plain)} - {commodity}
    return frozenset(found)


def published(corpus: Corpus, s: Statement) -> str:
    """When it was said: its own date of report, else that of its source."""
    if s.reported:
        return s.reported
    source = corpus.sources.get(s.source)
    return source.published if source is not None else ""


def is_cost_of_study(s: Statement) -> bool:
    """Whether it is what a project is estimated to cost: each study replaces the one before."""
    if s.topic.quantity is not Quantity.MONEY or "/" in s.unit:
        return False
    return bool(_COST.search(s.attribute.replace("_", " ")))


def revisable(s: Statement) -> bool:
    """Whether a later figure replaces it by its nature: a plan, a capacity, a resource, a cost."""
    if is_cost_of_study(s):
        return True
    if s.topic.quantity is Quantity.THROUGHPUT and s.resource_class is ResourceClass.ACTUAL:
        return False
    return s.topic.quantity in STATES or planned(s)


def as_of(corpus: Corpus, s: Statement) -> bool:
    """Whether its year is when the figure stood, not when it is to be reached."""
    if s.first_year is None:
        return False
    said = year_of(published(corpus, s))
    if s.topic.quantity in STATES or is_cost_of_study(s):
        return said is None or s.first_year <= said
    if not planned(s):
        return False
    as_plan = bool(_AS_OF.search(f"{s.attribute} {s.words}"))
    # a plan for a year that was over when it was told is a plan made in that year
    return (
        s.first_year < said
        if said is not None and not as_plan
        else (as_plan and (said is None or s.first_year <= said))
    )


def edition(corpus: Corpus, s: Statement) -> date | None:
    """Day of the edition: its vintage, the year it stood, else when it was said."""
    own = f"{s.first_year:04d}" if s.first_year is not None and as_of(corpus, s) else ""
    return _day(s.vintage) or _day(own) or _day(published(corpus, s))


def _day(text: str) -> date | None:
    try:
        return first_day(text.strip())
    except ValueError:
        return None
