"""The noun phrase that a Chinese clause opens with, where it is what a figure is of.

See :mod:`.openings`. A clause is read as time and adverbs, a noun phrase, what is measured, a
verb, the figure: 8月｜电网工程｜投资完成额｜同比增长. A bare commodity (铜精矿) is no owner of
imports or output, but a price is its own.
"""

from __future__ import annotations

import re
from functools import lru_cache

from orefield.evidence.extract.anchor import Anchor

_LEAD = re.compile(
    r"(?:\s|(?:19|20)?[0-9]{2}年(?:度|末|底|初)?|[0-9一二三四五六七八九十]{1,2}(?:[-~—至][0-9]{1,2})?月"
    r"(?:份|末|底|初)?|[0-9]{1,2}日|(?:19|20)[0-9]{2}(?:[-~—至](?:19|20)?[0-9]{2})年|"
    r"[一二三四]季度|[上下]半年|前[0-9一二三四五六七八九十]+(?:个)?(?:季度|月)|"
    r"全年|全周|当月|当年|当日|去年|今年|明年|上年|本年|同期|上周|本周|近年来|报告期内?|期内|期末|"
    r"预计|预期|预测|有望|届时|目前|当前|截至|此外|另外|同时|其中|累计|共|合计|总计|平均|新增|现有|"
    r"提出|要求|明确|认为|表示|称|指出|介绍|到|至|自|在|从|而|但|并|且|将|已|约|则|也|又|仍|均|"
    r"实施以来|以来|方案|按照|根据|由于|随着|因|该负责人说|"
    r"(?:现货|期货)?(?:市场|盘面)[上中]?|(?:供应|需求|库存|成本|出口|进口|海外|国际|政策)(?:方面|端|侧))+"
)
_MEASURED = re.compile(
    r"(?:年|日|月|总|累计|单车|平均|综合|现货|期货|主力|勘查|合约|社会|设计|理论|有效|精矿)*"
    r"(?P<m>产量|产能|储量|资源量|资源储量|库存|进口|出口|销量|销售|消费|消耗|需求|产值|用[铜铝锂镍锌]量|用量|"
    r"(?P<p>价格|均价|报价|价|加工费|升水|贴水|运行区间|合约|期[铜铝锌铅镍锡])|开工率|利用率|自给率|回收率|品位|"
    r"投资|投入|增速|占比|比重|收入|利润|成本|面积|海拔|规模|人口|员工|流量|水位|长|宽|厚|数量|总量|"
    r"为|达|占|跌|涨|下降|下滑|减少|增长|增加|上升|提高|回升|是|有(?!色|机|限)|含|产(?=[铜金银锌铅钼锂镍钴锡])|"
    r"生产|完成|实现|保持|维持|处于|拥有|涉及|降息|加息|超过|突破|不低于|不足|由|计划)"
)
_NO_OPENING = re.compile(
    r"较|比(?!亚)|同比|环比|分别|影响|增|减|降|涨|跌|占|达|为|相当于|查明|探明|保有|其|该|此|这|"
    r"建成|投产|新建|扩建|实现|完成|前[一二三]|受|可|并|再|又|也"
)
_THING = re.compile(
    r".*(?:[厂企港库车船机网站湖河江山路桥坝池属材砂岛村镇户民商社园城院校店矿器泵窑炉井渣粉板棒管线带]|"
    r"行业|产业|企业|工程|项目|基地|工人|员工|仓库|区|方案|规划|锂电|硅料|铝锭|矿产|人员|消费者|"
    r"家庭|居民|农户|联盟|生态|森林|草场|牧场|码头|牧户|保税区|央行|美联储|电解铜)"
)
_PART = re.compile(r"(?:首期|[一二三四五]期)?(?:扩建|改造|建设)?(?:工程|项目|基地)")
"""A part of a project that was named before."""
_NO_THING = re.compile(
    r".*(?:公司|研究员|分析师|专家|负责人|记者|数据|消息|人士|机构|方面|市场|部门|报告|其|该|这|此|"
    r"影响|后|前|时|来|上|下|内|外|间|率|量|额|比|的|值|速|级|期|度|年|月|日|步|类|种|个|家|座|处|亿|万|吨|元)"
)
_TITLED = re.compile(r"\"(?P<title>[^\"]{4,40})\"(?=由|提出|明确|要求|规定|指出|，|显示)")
_WRITTEN = re.compile(r"[\u4e00-\u9fffA-Za-z0-9·（）()]{2,16}")
_CLEAN = re.compile(r"(?:的|单车|中|所|主力|现货|三个月|[0-9]+)+$")


def opening_zh(text: str, left: int, right: int, goods: list[tuple[int, int]]) -> Anchor | None:
    """What the Chinese clause ``left`` to ``right`` opens with: a thing, a price, or None.

    ``goods`` are the characters of the commodities named in the text, to tell a bare commodity.
    """
    found = _opening(text[left:right])
    if found is None:
        return None
    start, end, kind = found[0] + left, found[1] + left, found[2]
    bare = kind == "thing" and not text[start:end].endswith("金属")
    if bare and any(a <= start and end <= b for a, b in goods):
        return None
    return Anchor(start, end, text[start:end], kind)


@lru_cache(maxsize=256)
def _opening(clause: str) -> tuple[int, int, str] | None:  # noqa: PLR0911 -- in order
    lead = _LEAD.match(clause)
    at = lead.end() if lead else 0
    titled = _TITLED.match(clause, at)
    if titled:
        return titled.start("title"), titled.end("title"), "thing"
    if _NO_OPENING.match(clause, at):
        return None
    measured = _MEASURED.search(clause, at)
    if measured is None:
        return None
    stop = measured.start()
    if measured["p"]:
        return (at, measured.end(), "price")
    phrase = clause[at:stop]
    tail = _CLEAN.search(phrase)
    if tail:
        stop = at + tail.start()
        phrase = clause[at:stop]
    if (
        len(phrase) < 2
        or len(phrase) > 16
        or not re.fullmatch(r"[\u4e00-\u9fffA-Za-z0-9·（）()]+", phrase)
    ):
        return None
    if _PART.fullmatch(phrase) or _NO_THING.fullmatch(phrase) or not _THING.fullmatch(phrase):
        return None
    return at, stop, "thing"


_SPOKEN = re.compile(r".*(?:援引|引述|显示|表示|认为|指出|介绍|称|获悉|预计|预测)")


def noun_phrase_zh(words: str) -> str:
    """The noun phrase that a clause opens with as written, for want of a better subject."""
    spoken = _SPOKEN.match(words)
    at = spoken.end() if spoken else 0
    for _ in range(2):
        lead = _LEAD.match(words, at)
        at = lead.end() if lead else at
    measured = _MEASURED.search(words, at)
    phrase = words[at : measured.start() if measured and not measured["p"] else len(words)]
    if measured and measured["p"]:
        phrase = words[at : measured.end()]
    return phrase.strip("，。、的约为达近超 ")[:16]


_SHARED = re.compile(
    r"(?:^|[，、；：和及])(?P<what>[\u4e00-\u9fffA-Za-z]{1,10}?)(?:约|则|各|只|仅|将|可)?占(?:比|到|[^，。；占0-9]{1,10}的)?(?:约|近|超过|超|为)?$"
)


def sharer_zh(text: str, left: int, at: int) -> Anchor | None:
    """What takes a share, right before it: 陶瓷 in "电池占87%，陶瓷占5%"."""
    start = max(left - 1, at - 18, 0)
    match = _SHARED.search(text[start:at])
    if match is None or _MEASURED.search(match["what"]) or _NO_OPENING.match(match["what"]):
        return None
    a = start + match.start("what")
    lead = _LEAD.match(text, a, start + match.end("what"))
    a = lead.end() if lead else a
    if a >= start + match.end("what"):
        return None
    return Anchor(a, start + match.end("what"), text[a : start + match.end("what")], "thing")
