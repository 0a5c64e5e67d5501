"""What a phrase says is measured: output or capacity, mined or refined, ore or metal, how sure."""

from __future__ import annotations

import re
from functools import lru_cache

from orefield.evidence.statement import Quantity
from orefield.evidence.vocabulary import Basis, RateType, ResourceClass, Stage

_I = re.IGNORECASE


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, _I)


# --- fractions --------------------------------------------------------------------

_GROWTH = _words(
    r"growth|increase|decrease|decline|\brise\b|\brose\b|\bfell\b|\bfall\b|\bdrop|change\b|y/y|yoy|y-o-y|"
    r"year[- ]on[- ]year|year[- ]over[- ]year|cagr|expansion rate|增长|增速|增幅|同比|环比|下降|减少|增加"
)
_OWNED = _words(
    r"\bown(?:s|ed|er|ers|ership)?\b|owner[- ]share|\bstakes?\b|\bequity\b|\bshareholding|\bholdings?\b|\bholds\b|\bheld\b|"
    r"\binterest\b(?! rate)|controlling|\bpartner\b|持股|股权|股份|权益|控股|参股"
)
_RECYCLING = _words(
    r"recycl|\bscrap\b|end[- ]of[- ]life|\beol\b|\brir\b|\bosr\b|secondary (?:share|input)|回收利用|再生|循环利用|废[铜铝钢]"
)
_RECOVERY = _words(
    r"recover(?:y|ies)|\brec\.|process yield|metallurgical yield|\byield\b|回收率|收率"
)
_GRADE = _words(r"\bgrade\b|\bgr\.|\bgrades\b|品位|含铜|\bassay|\bcontent\b|concentration\b")
_SHARE = _words(
    r"\bshare\b|percentage|proportion|per ?cent of|% of|accounts? for|accounting for|\bcover(?:s|ed|ing)?\b|"
    r"self[- ]?sufficien|\bdependen|\breliance\b|import[- ]dependen|\bportion\b|\bcontribution\b|\bpart of\b|\bfraction\b|"
    r"makes? up|represent|占|比重|份额|自给率|对外依存"
)
_UTILISATION = _words(r"utili[sz]ation|operating rate|开工率|利用率")

# --- masses -----------------------------------------------------------------------

_THROUGHPUT = _words(
    r"through-?put|ore (?:processing|milling|mining|treatment|capacity|rate|output|production|mined|milled|"
    r"processed|extraction|feed)|(?:processing|milling|mill|concentrator|treatment|crushing|mining and processing|"
    r"beneficiation|plant|dressing|daily) (?:capacity|rate|throughput)|rock (?:mined|moved)|capacity ore|"
    r"(?:tonnes?|tons?) of ore|ore (?:per|a) (?:day|year)|\bcapacity[_ ]ore\b|\bore[_ ]rate\b|mined ore|milled ore|"
    r"采选|选矿|处理矿|矿石处理|处理量|采矿能力|日处理|原矿处理"
)
_CAPACITY = _words(
    r"capacit|\bcap\.?(?![a-z])|nameplate|installed|\bdesign(?:ed)? (?:output|production|rate|throughput)|design(?:ed)? (?:output|production|rate)|rated (?:output|production)|产能|生产能力|设计产量|设计规模|规模"
)
_ADDED = _words(
    r"resources? (?:added|addition|discovered|newly|increment)|newly (?:discovered|found|added|identified|proven)|new(?:ly)? (?:added )?"
    r"(?:resource|reserve)|added (?:resource|reserve)|contained added|(?:resource|reserve)s? (?:add|increase|growth|discover)|"
    r"\bdiscover(?:ed|y|ies)\b|additional (?:resource|reserve)|新增|新发现|新探明|增储"
)
_STOCK = _words(
    r"\bstockpil|\binventor(?:y|ies)\b|\bwarehouse|in[- ]use stock|in use stock|\bstocks?\b(?! exchange| market)|库存|存量|在用"
)
_STOCK_CHANGE = _words(
    r"(?:stock|inventory|inventories|stocks) (?:change|build|draw|drawdown|increase|decrease)|change (?:in|of) (?:stocks?|inventor)|库存变化|去库|累库|收储|抛储"
)
_NO_STOCK_CHANGE = _words(
    r"\b(?:no|without|before|excluding|net of) (?:a |any )?(?:stock|inventory)"
)
_RESOURCE = _words(
    r"\bresources?\b|\breserves?\b|\bpotential\b|endowment|\bin[- ]situ\b|in[- ]ground|mineral inventory|"
    r"deposit size|\bcontained\b|contained (?:metal|copper)|geological|prospective|\binferred\b|\bindicated\b|\bmeasured\b|"
    r"m\+i\b|储量|资源量|资源储量|远景|资源潜力|探明|金属资源"
)
_IMPORTS = _words(r"\bimport|进口")
_NET_IMPORTS = _words(r"\bnet (?:\w+ ){0,2}import|净进口")
_EXPORTS = _words(r"\bexport|出口|\b(?:shipments?|shipped|sold|sent|sales) (?:abroad|overseas)\b")
_USE = _words(
    r"\bdemand\b|consum|\busage\b|\buse\b|\bused\b|\brequirement|apparent|\bneeds?\b|需求|消费|用量|耗用"
)
_PRODUCTION = _words(
    r"\bproduc|\boutput|\bmined\b|\bmining\b|\bextract|\bmine\b|\bsmelted\b|\brefined\b|annual|per year|yearly|"
    r"\bsupply\b|\byield|\bdeliver|\bgenerat|\bvolume\b|\bquarter|\bsales\b|\bsold\b|产量|产出|年产|生产|产铜|采出|矿产"
)
_SALES = _words(r"\bsales\b|\bsold\b|销量|销售")

# --- stage ------------------------------------------------------------------------

_SCRAP = _words(r"\bscrap\b|recycl|secondary\b|再生|废[铜铝钢旧]|回收铜")
_REFINED = _words(
    r"\brefin|cathode|electrolytic|electrowon|\bsx-?ew\b|\bprimary (?:alumin|metal|lead|zinc|nickel)|blister-to|"
    r"精炼|精铜|电解|阴极|primary aluminium|hs ?7403"
)
_SMELTER = _words(r"\bsmelt|\bblister\b|\banodes?\b|\bmatte\b|冶炼|粗铜|阳极|hs ?7402")
_SEMIS = _words(
    r"\bsemis?\b|semi-?(?:finished|fabricat|manufactur)|\brods?\b|\bwires?\b|\btubes?\b|\bfoils?\b|\bsheets?\b|"
    r"(?<!by-)(?<!by )\bproducts\b|fabricat|铜材|铜杆|铜管|铜箔|铝材|加工材"
)
_MINE = _words(
    r"\bmine\b|\bmined\b|\bmines\b|\bmining\b|concentrates?\b|\bcons?\b|\bore\b|\bores\b|extract|open[- ]pit|"
    r"矿产|矿山|精矿|采矿|铜矿|开采|矿石"
)

# --- basis ------------------------------------------------------------------------

_B_CONCENTRATE = _words(r"concentrates?\b|\bcons?\b(?!tain)|精矿")
_B_CONTAINED = _words(
    r"\bcontain|\bmetal content\b|in concentrates?\b|in cons?\b|in conc\b|\bcontent\b|\bfine metal\b|recoverable metal|metal equivalent|"
    r"金属量|金属吨|含铜|含金属"
)
_B_GROSS = _words(
    r"\bgross\b|physical (?:weight|tonnes|tons)|bulk weight|concentrate weight|实物量|实物吨|毛"
)
_B_ORE = _words(r"\bores?\b|\brock\b|原矿|矿石|矿量")
_B_PAYABLE = _words(r"\bpayable\b")
_B_RECOVERABLE = _words(r"\brecoverable\b")

# --- class ------------------------------------------------------------------------

_CLASSES: tuple[tuple[ResourceClass, re.Pattern[str]], ...] = (
    (
        ResourceClass.POTENTIAL,
        _words(
            r"\bpotential\b|prospective|endowment|undiscovered|\bforeseen\b|exploration target|hypothetical|"
            r"speculative|prognos|远景|潜力|潜在|预测资源"
        ),
    ),
    (ResourceClass.INFERRED, _words(r"\binferred\b|推断")),
    (
        ResourceClass.RESOURCE,
        _words(
            r"measured (?:and|&|\+) indicated|m ?[+&] ?i\b|total resource|identified resource|资源储量|资源量|"
            r"resources? and reserves?"
        ),
    ),
    (ResourceClass.INDICATED, _words(r"\bindicated\b|控制资源|控制的")),
    (ResourceClass.MEASURED, _words(r"\bmeasured\b|探明资源")),
    (
        ResourceClass.RESERVE,
        _words(r"\breserves?\b|\bproved\b|\bproven\b|\bprobable\b|储量|可采"),
    ),
    (ResourceClass.RESOURCE, _words(r"\bresources?\b|\bdeposit\b|mineralis|mineraliz|资源|探明")),
)

# --- rates ------------------------------------------------------------------------

_RATES: tuple[tuple[RateType, re.Pattern[str]], ...] = (
    (RateType.EOL_RIR, _words(r"end[- ]of[- ]life recycled input|eol[- _]rir|eol[_ ]recycled[_ ]input")),
    (
        RateType.EOL_RR,
        _words(r"end[- ]of[- ]life (?:recycling|recovery|collection)|eol[- _]rr|\beol (?:recycling|scrap) (?:rate|recovery)|报废.*回收率|old scrap recycling (?:rate|efficiency)"),
    ),
    (RateType.OSR, _words(r"old scrap ratio|\bosr\b")),
    (RateType.RIR, _words(r"recycled (?:input|content)|input rate|\brir\b|secondary (?:share|input)|share of (?:scrap|secondary|recycled)|再生.*占比")),
    (
        RateType.PROCESS_YIELD,
        _words(r"process (?:yield|recovery|efficiency)|smelt(?:er|ing) recovery|metallurgical (?:yield|recovery)|\byield\b|recovery (?:in|at|from) (?:smelt|refin|process)"),
    ),
)  # fmt: skip

# --- events and yes-or-no ---------------------------------------------------------

_EVENTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("closed", _words(r"\bclos(?:ed|ure|es|ing)\b|shut ?down|\bdecommission|\bexhausted\b|\bdepleted\b|ceased|关闭|闭坑|停产关闭")),
    ("resumed", _words(
        r"\b(?:ban|embargo|suspension|moratorium|closure|stoppage)\b[^;,.]{0,40}\b(?:lifted|ended|eased|removed|over)\b|"
        r"\b(?:lifting|end) of (?:the |an )?(?:\w+ ){0,3}(?:ban|embargo|suspension|moratorium|closure|stoppage|halt)\b|"
        r"\b(?:restart|resumption|reopening) (?:\w+ ){0,3}after\b|解除禁令"
    )),
    ("suspended", _words(
        r"suspen|\bhalt|care and maintenance|\bstopped\b|\bidled?\b|\bidling\b|\bmothball|\bstandstill\b|\bmoratorium|"
        r"(?:\bban(?:s|ned)?|\bembargo) on (?:\w+ ){0,4}(?:exports?|mining|shipments?)|"
        r"(?:exports?|mining|shipments?)(?: of \w+(?: \w+)?)? (?:are |is |were )?(?:ban(?:ned)?|embargo|prohibition)\b(?! (?:was )?(?:lifted|ended|eased|relaxed|removed))|"
        r"停产|暂停|停采|停工|禁止(?:\w{0,6})出口|出口禁令|禁采"
    )),
    ("resumed", _words(r"\bresum|\brestart|\breopen|复产|恢复生产|恢复出口")),
    ("expanded", _words(r"\bexpan|phase (?:2|3|4|ii|iii|iv|two|three)|second phase|third phase|扩建|扩产|二期|三期")),
    ("production", _words(
        r"(?:start|begin|commence|first|onset|launch)\w*(?: of| in)? (?:\w+ )?(?:production|mining|output|operation|ore|copper|concentrate|metal|extraction)|"
        r"(?:producing|operating|running|in (?:operation|production)) since|production (?:start|began|begins|since)|start[- _]?up|commercial production|\bfirst (?:\w+ )?(?:pour|cathode|concentrate|metal|shipment|production|output|ore|gold|copper|product|sale|cargo|export|metal|ingot|anode|blister|matte|dor[eé]|bullion|carbonate|hydroxide|bauxite|coal|yellowcake|train)s?\b|"
        r"into production|came? on ?stream|put into operation|"
        r"operat(?:ing|ion|ions) (?:since|start|began)|start of (?:mining|development|operations?)|mining (?:start|since|began)|"
        r"development start|active mining|opened|founded|(?<!construction )(?<!drilling )(?<!exploration )(?<!building )(?<!work )\bstarted\b|投产|开采始|开始生产|建成投产|^start$"
    )),
    ("commissioned", _words(r"\bcommission|\bcompletion\b|\bcompleted\b|\bcomplete\b|建成|竣工|试车|试生产")),
    ("approved", _words(r"investment decision|\bfid\b|go-ahead|construction decision|投资决策|\bapprov|\bpermit|\bsanction|green[- ]?lit|核准|批准|获批|批复")),
    ("construction", _words(r"\bconstruct|\bbuilding\b|ground[- ]?break|broke ground|开工|动工|在建|建设")),
    ("licensed", _words(r"\blicen[cs]|采矿证|采矿许可|探矿权|采矿权")),
    ("explored", _words(r"\bexplor|\bdrill|\bfeasibility\b|勘探|勘查")),
    ("discovered", _words(r"\bdiscover|\bfound in\b|发现")),
)  # fmt: skip

_FLAGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("meets_own_needs", _words(r"meets? (?:its |their )?own (?:needs|demand)|self[- ]?sufficien|fully covers? (?:its |own |domestic )?(?:demand|needs)|no imports? (?:needed|required)|自给自足|满足自身")),
    ("net_importer", _words(r"net importer|import[- ]dependent|depends? on imports|relies on imports|(?:raw material )?deficit|reliant on imports|净进口|依赖进口|缺口")),
    ("net_exporter", _words(r"net exporter|净出口")),
    ("largest_importer", _words(r"(?:largest|biggest|leading|top|number one) (?:(?!exporter)[\w-]+ ){0,3}importer|import leader|最大\w{0,6}进口")),
    ("no_imports", _words(
        r"\bimports? (?:no|nothing|none)\b(?! (?:longer|more|less|duty|tariff))|\b(?:does|do|did) not import\b(?! from)|"
        r"\b(?:no|zero) (?:\w+ ){0,2}imports?\b(?! (?:needed|required|from|via|dut|tariff|data|figures|permit|licen|restrict|tax|quota|ban|by|dependen|were? reported|is known))|"
        r"不进口|没有进口|无进口|零进口"
    )),
    ("largest_exporter", _words(r"(?:largest|biggest|leading|top|number one) (?:(?!importer)[\w-]+ ){0,3}exporter|最大\w{0,6}出口国")),
    ("no_exports", _words(
        r"\bexports? (?:are |is |were )?(?:banned|prohibited|forbidden)\b|\bexports? (?:no|nothing|none)\b(?! (?:longer|more|less|duty|tariff))|\b(?:does|do|did) not export\b(?! to)|"
        r"\b(?:no|zero) (?:\w+ ){0,2}exports?\b(?! (?:to|via|dut|tariff|data|figures|permit|licen|restrict|tax|quota|ban|levy|by|control|were? reported|is known))|"
        r"\b(?:is|are) not exported\b(?! to)|\bnone (?:of it )?is exported\b|不出口|没有出口|无出口|零出口"
    )),
    ("state_owned", _words(r"state[- ]owned|\bsoe\b|government[- ]owned|国有|国企|央企")),
    ("private", _words(r"private(?:ly)?[- ](?:owned|held)|\bprivate\b|民营|私营")),
    ("undeveloped", _words(r"undeveloped|not (?:yet )?(?:developed|in production)|unmined|greenfield|未开发")),
    ("operating", _words(r"\boperating\b|in (?:operation|production)|\bactive\b|\bproducing\b|在产|运营")),
    ("suspended", _words(r"suspended|care and maintenance|idled|halted|停产")),
    ("no_production", _words(r"no (?:production|output)|does not produce|zero (?:production|output)|未生产")),
)  # fmt: skip

_RANK = _words(
    r"\brank|largest|biggest|\btop\b|number one|\bno\. ?1\b|leading|second[- ]largest|third[- ]largest|第一|最大|居.*位|排名"
)


@lru_cache(maxsize=16384)
def fraction_quantity(phrase: str, base: str, rest: str = "") -> Quantity:
    """Which fraction a phrase speaks of, with the words of its unit (``% of output``)."""
    words = f"{phrase} {rest}"
    if base == "1/y" or _GROWTH.search(words):
        return Quantity.GROWTH
    plain = re.sub(r"['’]s\b", "", phrase)
    if _HELD.search(phrase) or (_OWNED.search(phrase) and not _OF_FLOW.search(plain)):
        return Quantity.OWNERSHIP
    if _UTILISATION.search(phrase):
        return Quantity.OTHER
    if _RECYCLING.search(phrase):
        return Quantity.RATE
    if _RECOVERY.search(phrase):
        return Quantity.RECOVERY
    if _SHARE.search(words) and not re.search(r"g/t", rest):
        return Quantity.SHARE
    if _GRADE.search(phrase):
        return Quantity.GRADE
    return Quantity.OTHER


_HELD = _words(
    r"\bownership\b|owner[- ]share|\bstakes?\b|\bequity (?:share|interest|stake)|\bshareholding|持股|股权"
)
# a share of what is made, used or known is no stake, whoever holds it
_OF_FLOW = _words(
    r"(?:share|%|portion|percentage) (?:of|in) (?:\w+[ -]){0,4}(?:output|production|supply|demand|consumption|imports?|exports?|"
    r"reserves?|resources?|capacity|market|use|needs?|requirements?|consum\w*|mining|quota|trade|sales)|占.*(?:产量|消费|需求)"
)


@lru_cache(maxsize=16384)
def mass_quantity(phrase: str, base: str, basis: Basis) -> Quantity:
    """What a mass, or a mass a time, is of."""
    if _STOCK_CHANGE.search(phrase) and not _NO_STOCK_CHANGE.search(phrase):
        return Quantity.STOCK_CHANGE
    ordered: tuple[tuple[Quantity, bool], ...] = (
        (Quantity.NET_IMPORTS, bool(_NET_IMPORTS.search(phrase))),
        (Quantity.IMPORTS, bool(_IMPORTS.search(phrase))),
        (Quantity.EXPORTS, bool(_EXPORTS.search(phrase))),
        (Quantity.THROUGHPUT, base != "t" and bool(_THROUGHPUT.search(phrase))),
        (Quantity.THROUGHPUT, bool(_ORE_HANDLED.search(phrase))),
        (Quantity.PRODUCTION, bool(_IN_PRODUCT.search(phrase))),
        (Quantity.PRODUCTION, bool(_SHIPPED.search(phrase))),
        (Quantity.THROUGHPUT, base == "t/d" and basis is Basis.ORE),
        (Quantity.CAPACITY, bool(_CAPACITY.search(phrase)) and basis is not Basis.ORE),
        (Quantity.THROUGHPUT, bool(_CAPACITY.search(phrase))),
        (
            Quantity.RESOURCE_ADDED,
            bool(_ADDED.search(phrase)) and not _PRODUCTION_ONLY.search(phrase),
        ),
        (Quantity.RESOURCE, base == "t" and bool(_POTENTIAL_STOCK.search(phrase))),
        (Quantity.STOCK, bool(_STOCK.search(phrase))),
        (
            Quantity.RESOURCE,
            base == "t" and bool(_RESOURCE.search(phrase)) and not _PRODUCTION_ONLY.search(phrase),
        ),
        (Quantity.USE, bool(_USE.search(phrase)) and not _PRODUCTION_ONLY.search(phrase)),
        (Quantity.THROUGHPUT, basis is Basis.ORE and base == "t/y"),
        (Quantity.PRODUCTION, bool(_PRODUCTION.search(phrase))),
        (Quantity.USE, bool(_USE.search(phrase))),
        (Quantity.RESOURCE, base == "t" and bool(_RESOURCE.search(phrase))),
    )
    return next((quantity for quantity, holds in ordered if holds), Quantity.OTHER)


_SHIPPED = _words(r"\bshipped\b|\bshipments?\b|发运|外运")
_ORE_HANDLED = _words(
    r"\b(?:ore|rock|material) (?:mined|milled|processed|treated|crushed|moved|hoisted|stacked|feed|fed|handled)|"
    r"(?:mined|milled|processed|treated|crushed|plant|mill) (?:ore|feed)|\btonnes (?:milled|treated|mined)|total material|"
    r"\bmaterial moved|through-?put|(?:处理|采出|入选|开采)(?:矿石|原矿|矿量)|原矿处理量|矿石处理量|采剥总量"
)
# what is in a product was made, not found
_IN_PRODUCT = _words(
    r"\bin (?:the )?(?:concentrates?|cons?|ore mined|mined ore|matte|hydroxide|mhp|npi|ferronickel|dor[eé]|product|carbonate|spodumene)\b|"
    r"\bcontained in (?:ore|concentrates?|production|products?|sales|shipments|exports|goods sold)\b|精矿含|含铜量|含[铜镍锂钴锌金]金属"
)
_PRODUCTION_ONLY = _words(r"\bproduc\w*|\boutput\b|产量")
_POTENTIAL_STOCK = _words(
    r"(?:prospective|potential|projected|geological|in[- ]situ|resource|mineral)[^;]*stockpil|stockpil[^;]*(?:prospective|potential|projected)"
)


@lru_cache(maxsize=16384)
def stage_of(phrase: str) -> Stage:
    """The stage that words name; NONE where they do not."""
    for stage, pattern in (
        (Stage.SCRAP, _SCRAP),
        (Stage.REFINED, _REFINED),
        (Stage.SMELTER, _SMELTER),
        (Stage.SEMIS, _SEMIS),
        (Stage.MINE, _MINE),
    ):
        if pattern.search(phrase):
            return stage
    return Stage.NONE


@lru_cache(maxsize=16384)
def basis_of(phrase: str) -> Basis:
    """What the words say a mass is of; NONE where they do not."""
    if _B_CONCENTRATE.search(phrase):
        contained = _B_CONTAINED.search(phrase) and not _B_GROSS.search(phrase)
        return Basis.CONTAINED if contained else Basis.CONCENTRATE_GROSS
    for basis, pattern in (
        (Basis.PAYABLE, _B_PAYABLE),
        (Basis.CONTAINED, _B_CONTAINED),
        (Basis.GROSS, _B_GROSS),
        (Basis.RECOVERABLE, _B_RECOVERABLE),
        (Basis.ORE, _B_ORE),
    ):
        if pattern.search(phrase):
            return basis
    return Basis.NONE


_HELD_IN = re.compile(
    r"\b(?:mineral |ore )?(?:reserves?|resources?),? (?:are |is )?(?:included|excluded)\b"
    r"|\b(?:incl(?:uding|usive|\.)?|excl(?:uding|usive|\.)?|with|without|before|in addition to)"
    r"(?: of)? (?:the )?(?:mineral |ore )?(?:reserves?|resources?)\b|[含包括]{1,2}储量|不含储量",
    re.IGNORECASE,
)
"""What a resource holds beside itself: "resource (reserves included)" is a resource."""


_ALL_CLASSES = re.compile(r"\band\b|\+|&|\ball\b|\babove\b|inclusive|[和及]", re.IGNORECASE)
"""Brackets that name several classes: the word before them says which class holds all."""


@lru_cache(maxsize=16384)
def class_of(phrase: str) -> ResourceClass:
    """The resource class that words name; NONE where they name none."""
    bare = _HELD_IN.sub(" ", phrase)
    head, _, inside = bare.partition("(")
    if _ALL_CLASSES.search(inside):
        found = next((cls for cls, p in _CLASSES if p.search(head)), ResourceClass.NONE)
        if found is not ResourceClass.NONE:
            return found
    return next((cls for cls, pattern in _CLASSES if pattern.search(bare)), ResourceClass.NONE)


@lru_cache(maxsize=16384)
def rate_of(phrase: str) -> RateType:
    """The recycling or recovery rate that words name; NONE where they name none."""
    return next((rate for rate, pattern in _RATES if pattern.search(phrase)), RateType.NONE)


@lru_cache(maxsize=16384)
def event_of(phrase: str) -> str:
    """The status event that words name; empty where they name none."""
    return next((event for event, pattern in _EVENTS if pattern.search(phrase)), "")


@lru_cache(maxsize=16384)
def step_of_expansion(phrase: str) -> str:
    """The event within an expansion that words name: its approval, building, first output."""
    if not _EXPANSION.search(phrase):
        return ""
    inner = _EXPANSION.sub(" ", phrase)
    found = next((event for event, pattern in _EVENTS if pattern.search(inner)), "")
    return "" if found in {"", "expanded"} else found


_EXPANSION = _words(
    r"\bexpan\w*|phase (?:2|3|4|ii|iii|iv|two|three)|second phase|third phase|扩建|扩产|二期|三期"
)


@lru_cache(maxsize=16384)
def flags_of(phrase: str) -> tuple[str, ...]:
    """The yes-or-no statements that words make, in the order of the table."""
    return tuple(flag for flag, pattern in _FLAGS if pattern.search(phrase))


@lru_cache(maxsize=16384)
def names_rank(phrase: str) -> bool:
    """Whether words rank something."""
    return bool(_RANK.search(phrase))
