"""Whom a figure is of, how it is written and what is planned: one test for each kind of slip.

All texts are written for these tests; names are invented but for countries.
"""

from __future__ import annotations

import pytest

from orefield.evidence.extract import Candidate, extract
from orefield.evidence.extract.figures import find_figures
from orefield.evidence.extract.folding import fold
from orefield.evidence.extract.function_words_zh import phrases
from orefield.evidence.extract.parts import find_parts

CUSTOMS = (
    "Norland's bauxite imports climb in May\n\n"
    "PORT ELM, June 9 - Norland imported 12.4 million tons of bauxite in May. Imports from Guinea "
    "tumbled by 30% to 5.1 million tons.\n\n"
    "Exports of alumina products were 210,000 tons; those of rare earths reached 950 tons.\n\n"
    "Stocks of bauxite at nine ports surveyed by the consultancy Orelog stood at 7.7 million tons. "
    '"We expect full-year imports of 150 million tons," said analyst Wen Li.'
)
MINE = (
    "Villagers oppose the Salmera tin mine\n\n"
    "HARLOW, March 3 - Residents near the Salmera mine say dust has damaged 320 hectares of "
    "farmland. Vestra Metals said the mine had paid $114 million in taxes and employs 1,230 "
    "people. Lake Oru, whose surface has shrunk by 35% since 2001, supplies the plant."
)
REPORT = (
    "Karuna Copper plc\nProduction report for the third quarter\n\n"
    "Karuna Copper produced 30,100 tonnes of copper in the quarter. The Mbali open pit milled "
    "3.2 Mt of ore.\n\n"
    "By-product gold and silver came to 7,300 and 95,000 ounces, respectively. C1 cash costs were "
    "$1.66 per pound, below guidance of $1.80-1.95/lb. Net debt fell by $20 million to $140 "
    "million."
)
NICKEL = (
    "Weekly: nickel slides\n\n"
    "Three-month nickel fell 2.1% to close at $15,320 a tonne as stocks passed 240,000 tonnes.\n\n"
    "Copper went the other way. The benchmark contract touched $10,440 before easing to $10,310. "
    "Analysts at Lowbank Research expect the nickel market to be oversupplied by 90,000 tonnes."
)
ZH_COMPANY = (
    "紫山锂业去年净利下降\n\n"
    "紫山锂业公告，2024年公司实现营业收入35.2亿元，归属于上市公司股东的净利润4.1亿元。\n\n"
    "公司位于四川的白河锂矿距雅安市约90公里，日均处理量5.4万吨。公司计划2026年将该矿年产能提升至"
    "40万—45万吨，届时公司碳酸锂总产能达6万吨。该项目占地420亩，折合人民币约51.3亿元。"
)
ZH_MARKET = (
    "8月我国镍矿进口量下降\n\n"
    "海关数据显示，8月我国进口镍矿砂及其精矿512万吨，其中九成以上来自菲律宾；秘鲁、智利分别为8万吨和5万吨。\n\n"
    "钴矿方面，8月进口量为3.1万吨。国内9家冶炼厂计划检修。海外方面，印尼某大型镍矿因事故停产，公司方面表示，"
    "该矿去年产镍9.6万吨。\n\n"
    "需求端，8月电网工程投资完成额同比增长12.5%；不锈钢企业开工率为68%，环比上升1.5个百分点。"
    "现货加工费跌至每吨-35.5美元。上海一家贸易公司的分析师认为，受冶炼厂检修影响，9月进口量预计在480万~500万吨。"
)


def found(text: str, written: str) -> Candidate:
    hits = [c for c in extract(text) if written in c.written]
    assert hits, (written, [c.written for c in extract(text)])
    return hits[0]


@pytest.mark.parametrize(
    ("text", "written", "subject"),
    [
        # a customs text is about its country, not about the last partner
        (CUSTOMS, "210,000 tons", "Norland"),
        (CUSTOMS, "950 tons", "Norland"),
        (CUSTOMS, "7.7 million tons", "Norland"),
        (CUSTOMS, "150 million tons", "Norland"),
        # who speaks is not who is spoken of; "the mine" is the last mine
        (MINE, "$114 million", "Salmera mine"),
        (MINE, "1,230 people", "Salmera mine"),
        (MINE, "35%", "Lake Oru"),
        # a word that only opens a sentence is no name
        (REPORT, "95,000 ounces", "Karuna Copper"),
        (REPORT, "$1.66", "Karuna Copper"),
        (REPORT, "$20 million", "Karuna Copper"),
        # prices follow the commodity, forecasts are of the market
        (NICKEL, "$10,440", "copper price"),
        (NICKEL, "90,000 tonnes", "nickel market"),
        # Chinese noun phrases
        (ZH_COMPANY, "4.1亿元", "紫山锂业"),
        (ZH_COMPANY, "90公里", "白河锂矿"),
        (ZH_COMPANY, "5.4万吨", "白河锂矿"),
        (ZH_COMPANY, "40万-45万吨", "白河锂矿"),
        (ZH_COMPANY, "6万吨", "紫山锂业"),
        (ZH_COMPANY, "420亩", "白河锂矿"),
        (ZH_MARKET, "512万吨", "我国"),
        (ZH_MARKET, "九成", "菲律宾"),
        (ZH_MARKET, "3.1万吨", "我国"),
        (ZH_MARKET, "9.6万吨", "印尼某大型镍矿"),
        (ZH_MARKET, "12.5%", "电网工程"),
        (ZH_MARKET, "68%", "不锈钢企业"),
        (ZH_MARKET, "1.5个百分点", "不锈钢企业"),
        (ZH_MARKET, "480万~500万吨", "我国"),
    ],
)
def test_a_figure_is_of_whom_the_text_speaks(text, written, subject) -> None:
    assert found(text, written).subject == subject


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        (
            "Batteries accounted for 87% of use, ceramics and glass 5%, greases 2%.",
            {87.0: "Batteries", 5.0: "ceramics and glass", 2.0: "greases"},
        ),
        (
            "国内以锂辉石、锂云母、盐湖为原料的占比分别为54%、24%、19%。",
            {54.0: "锂辉石", 24.0: "锂云母", 19.0: "盐湖"},
        ),
    ],
)
def test_lists_of_plain_nouns_are_taken_apart(text, subjects) -> None:
    assert {c.value_low: c.subject for c in extract(text) if c.unit == "%"} == subjects


def test_what_another_is_held_against_is_not_spoken_of() -> None:
    text = (
        "白则盐湖锂浓度仅次于智利阿塔盐湖，居世界第二位。该项目总投资45.5亿元，电价0.35元，"
        "年用水120万立方米。"
    )
    assert found(text, "45.5亿元").subject == "白则盐湖"
    assert found(text, "120万立方米").subject == "白则盐湖"


def test_measured_nouns_in_a_list_are_no_subjects() -> None:
    text = "紫山锂业公告，公司营业收入、净利润分别为35亿元和4亿元。"
    assert {c.subject for c in extract(text)} == {"紫山锂业"}


def test_a_persons_name_is_no_element() -> None:
    assert "lithium" not in found(CUSTOMS, "150 million tons").attribute
    assert found(CUSTOMS, "150 million tons").commodity != "li"


@pytest.mark.parametrize(
    "opening", ["Samples", "Asked about costs, managers", "Metallurgical tests", "Spot sales"]
)
def test_a_word_that_opens_a_sentence_is_no_name(opening) -> None:
    text = f"The Hill mine is in Arria. {opening} gave 81% of recovery."
    assert opening.split()[0] not in {c.subject for c in extract(text)}


@pytest.mark.parametrize(
    ("text", "low", "high", "symbol", "kind"),
    [
        ("$2.00-2.15/lb", 2.0, 2.15, "USD/lb", "price"),
        ("at minus $42 per tonne", -42, -42, "USD/t", "price"),
        ("跌至每吨-41.3美元", -41.3, -41.3, "USD/t", "price"),
        ("used 95 kg per tonne", 95, 95, "kg/t", "grade"),
        ("每吨产品耗淡水110立方米", 110, 110, "m3/t", "volume"),
        ("0.19 mg per litre", 0.19, 0.19, "mg/L", "concentration"),
        ("降息25个基点", 0.25, 0.25, "pp", "points"),
        ("76吉瓦时", 76, 76, "GWh", "energy"),
    ],
)
def test_units_as_they_are_written(text, low, high, symbol, kind) -> None:
    (figure,) = find_figures(fold(text))
    assert (figure.low, figure.high) == pytest.approx((low, high))
    assert (figure.symbol, figure.kind) == (symbol, kind)


def test_a_step_and_its_end_are_no_range() -> None:
    fell, left = find_figures("fell by $64 million to $311 million")
    assert (fell.low, fell.high, left.low, left.high) == (64e6, 64e6, 311e6, 311e6)


def test_what_money_is_worth_is_no_price() -> None:
    assert [f.symbol for f in find_figures("at $1 = 7.12 yuan")] == ["CNY"]


def test_a_bare_price_is_of_what_its_market_quotes_and_says_so() -> None:
    price = found(NICKEL, "$10,440")
    assert price.unit == "USD/t"
    assert any("assumed" in r or "beside" in r for r in price.reasons)
    shares = "Vestra Metals will issue 26.4 million new shares at a price of C$6.15."
    assert {c.unit for c in extract(shares) if c.value_low == 6.15} == {"CAD"}


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("as stocks passed 250,000 tonnes", ">="),
        ("约合人民币51.3亿元", "~"),
        ("需求约占全球的70%", "~"),
    ],
)
def test_hedges_in_other_places(text, sign) -> None:
    assert find_figures(fold(text))[0].hedge == sign


@pytest.mark.parametrize(
    ("text", "value", "sign"),
    [
        ("one in five families", 20.0, "="),
        ("one in every four households", 25.0, "="),
        ("seven tenths of the wells", 70.0, "="),
        ("have risen by more than half", 50.0, ">="),
    ],
)
def test_parts_in_other_words(text, value, sign) -> None:
    (part,) = find_parts(text, ())
    assert (part.size, part.hedge) == (value, sign)


def test_years_of_a_mine() -> None:
    text = (
        "The Drum Hill mine has produced tin since 1888. First production at Oru is due to start "
        "in 2031. Drum Hill's mine life was extended to 2041."
    )
    years = {c.value_low: c for c in extract(text) if c.unit == "year"}
    assert set(years) == {1888, 2031, 2041}
    assert years[2041].attribute == "end of life"


def test_a_century_decade_is_ten_years() -> None:
    (found_year,) = [c for c in extract("白岭镍矿自20世纪90年代发现以来。") if c.unit == "year"]
    assert (found_year.value_low, found_year.value_high) == (1990, 1999)


def test_one_in_four_is_a_part_and_no_count() -> None:
    units = {c.unit for c in extract("About one in four households relies on the Hill mine.")}
    assert units == {"%"}


def test_counts_without_their_noun() -> None:
    text = (
        "Arria auctioned 24 blocks so far and nearly 40 more would be offered. 新发现矿产地532处。"
    )
    assert {c.value_low for c in extract(text) if c.unit == "count"} == {24, 40, 532}


@pytest.mark.parametrize(
    ("text", "written", "planned"),
    [
        ("Arria wants that share to fall to 70% by 2030.", "70%", True),
        ("方案提出，十种有色金属产量年均增长1.5%左右。", "1.5%", True),
        ("青岭铜矿完成年度计划的79%。", "79%", False),
        ("Hill drilled 46,300 metres for its resource estimate.", "46,300", False),
        (
            "Arria would raise output to 80,000 tonnes from 27,000 tonnes last year.",
            "27,000",
            False,
        ),
        ("Hill's costs were $1.87 per pound, below guidance of $2.00 per pound.", "$1.87", False),
    ],
)
def test_what_is_planned_and_what_was(text, written, planned) -> None:
    assert bool(found(text, written).outlook) == planned


def test_qualities_are_candidates_of_their_commodity() -> None:
    text = (
        "The Arrow Lake area is known for its high copper (and rare earth) concentrations. "
        "The Hill deposit is rich in nickel and cobalt. 白岭矿区富含铜、钼。"
    )
    said = {(c.subject, c.attribute, c.commodity) for c in extract(text) if c.unit == "boolean"}
    assert said == {
        ("Arrow Lake area", "known for high copper concentrations", "cu"),
        ("Arrow Lake area", "known for high rare earth concentrations", "ree"),
        ("Hill deposit", "rich in nickel", "ni"),
        ("Hill deposit", "rich in cobalt", "co"),
        ("白岭矿区", "rich in copper", "cu"),
        ("白岭矿区", "rich in molybdenum", "mo"),
    }


def test_what_is_yes_or_no() -> None:
    text = "Borna Metals is a state-owned company. Arria no longer needs imports of lead."
    said = {(c.subject, c.attribute, c.value_low) for c in extract(text) if c.unit == "boolean"}
    assert said == {("Borna Metals", "state-owned", 1.0), ("Arria", "needs imports", 0.0)}


def test_a_run_of_characters_falls_at_words_of_grammar() -> None:
    run = "其中受检修影响进口铜矿"
    assert [run[a:b] for a, b in phrases(run)] == ["检修影响", "铜矿"]
