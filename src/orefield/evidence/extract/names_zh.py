"""Proper names in Chinese text, by the words that end them: 铜矿, 公司, 自治区."""

from __future__ import annotations

import re

from orefield.evidence.extract.function_words_zh import FUNCTION_WORDS
from orefield.evidence.extract.names_en import ProperName

_HAN = r"[\u4e00-\u9fff]"
_NAMED = r"[\u4e00-\u9fffA-Za-z·]"
_SITE = (
    r"(?:多金属矿|铜钼矿|铜金矿|铜矿|金矿|锂矿|铁矿|铝土矿|镍矿|钴矿|锡矿|钨矿|铅锌矿|锌矿|"
    r"银矿|稀土矿|煤矿|钼矿|盐湖|矿区|矿床|矿山|矿田)"
)
_PLANT = r"(?:冶炼厂|冶炼项目|选矿厂|选厂|精炼厂|电解铝厂|氧化铝厂|工业园|产业园)"
_COMPANY = (
    r"(?:矿业集团|矿业股份|矿业公司|矿业|集团公司|集团|有限公司|股份|公司|铜业|铝业|锂业|"
    r"钼业|钴业|镍业|锌业|钨业|实业)"
)
_PLACE = r"(?:自治区|自治州|省(?![去会级内])|市(?![场值价占盈面民净])|县(?!城)|州|盆地|高原|地区)"
_ORG = (
    r"(?:调查局|统计局|部(?![分门署地位])|委员会|协会|研究院|研究所|组织|海关总署|新闻社|"
    r"通讯社|日报|时报|证券|报)"
)
_PROVINCES = [
    "西藏",
    "新疆",
    "内蒙古",
    "云南",
    "江西",
    "安徽",
    "四川",
    "贵州",
    "广西",
    "广东",
    "山东",
    "山西",
    "陕西",
    "河南",
    "河北",
    "湖南",
    "湖北",
    "黑龙江",
    "吉林",
    "辽宁",
    "甘肃",
    "青海",
    "宁夏",
    "福建",
    "浙江",
    "江苏",
    "海南",
    "北京",
    "上海",
    "天津",
    "重庆",
    "台湾",
    "香港",
    "青藏高原",
]
_COUNTRIES = [
    "中国",
    "我国",
    "智利",
    "秘鲁",
    "美国",
    "澳大利亚",
    "印度尼西亚",
    "印尼",
    "刚果（金）",
    "刚果(金)",
    "刚果金",
    "赞比亚",
    "俄罗斯",
    "加拿大",
    "蒙古",
    "哈萨克斯坦",
    "墨西哥",
    "巴西",
    "几内亚",
    "南非",
    "菲律宾",
    "阿根廷",
    "玻利维亚",
    "印度",
    "日本",
    "韩国",
    "缅甸",
    "越南",
    "津巴布韦",
    "塞尔维亚",
    "巴布亚新几内亚",
    "巴拿马",
    "厄瓜多尔",
    "波兰",
    "伊朗",
    "德国",
    "欧盟",
    "非洲",
    "南美",
    "亚洲",
    "欧洲",
    "加纳",
    "马里",
    "坦桑尼亚",
    "老挝",
    "乌兹别克斯坦",
    "土耳其",
]
_WORLD = ["全国", "全球", "世界", "国内"]
_FIXED = re.compile(
    "|".join(sorted(map(re.escape, _PROVINCES + _COUNTRIES + _WORLD), key=len, reverse=True))
)
_FIXED_TAIL = re.compile(r"(?:壮族|维吾尔|回族)?(?:自治区|省|市)|(?=高原)高原")
# words a name does not begin with; what stands before the last of them is no part of it
_CUT = re.compile(rf".*(?:{FUNCTION_WORDS})")
_SUFFIXED = tuple(
    (kind, re.compile(rf"(?:{_NAMED}{{1,12}}?){suffix}"))
    for kind, suffix in (
        ("site", _SITE),
        ("plant", _PLANT),
        ("company", _COMPANY),
        ("place", _PLACE),
        ("org", _ORG),
    )
)
_MEASURE_WORD = re.compile(r"[多余]?[家座个处名种条]")
_GENERIC = re.compile(
    rf"(?:该|本|此|子公司|控股|参股|全资|公司|集团|矿区|矿山|项目|全市|全省|全县|大|新|"
    rf"老|各|其他|主要|国内|全球|世界|某|多|些|座|家|个|"
    rf"省|市|有色|黄金|稀土|资源|冶炼|精炼|"
    rf"采矿|铜矿|金矿|锂矿|铁矿|铝土矿|镍矿|矿业|公司股份|报告期|矿产资源|铜资源|锂资源|"
    rf"金资源|{_HAN}?资源|新增|全国|保有|规模以上企业|再生有色|上市|贸易|期货|冶炼厂|选矿厂|选厂|精炼厂|工业园|产业园|电解铝厂|氧化铝厂|"
    rf"十种有色|行业|.{{0,3}}冶炼|.{{0,2}}精炼)+"
)
_TAIL = re.compile(
    r"[一二三四]期(?:工程|项目)?|(?:铜矿)?(?:扩建)?(?:项目|工程)|集团|公司|股份有限公司|"
    r"有限公司|有限责任公司"
)


_SOME = re.compile(
    rf"(?P<place>{_HAN}{{2,6}}?)?(?:[东西南北中]部|境内|一带)?(?:某|一座|一处|这座)(?:一座)?"
    rf"(?:在产|在建|新建|停产|超大型|特大型|大型|中型|小型|世界级|露天|地下)*{_HAN}{{0,3}}?"
    rf"(?:{_SITE}|铜冶炼厂|冶炼厂|矿(?![物产石业权床区山]))"
)


def find_names_zh(text: str, start: int, end: int) -> list[ProperName]:
    """Names between two offsets of a folded text, in order and without overlap."""
    found: list[ProperName] = []
    for match in _FIXED.finditer(text, start, end):
        tail = _FIXED_TAIL.match(text, match.end(), end)
        stop = tail.end() if tail else match.end()
        word = match[0]
        kind = "world" if word in {"全球", "世界"} else "place"
        found.append(ProperName(match.start(), stop, text[match.start() : stop], kind))
    for some in _SOME.finditer(text, start, end):
        fixed = (
            [n for n in found if some.start() <= n.start < some.end("place")]
            if some["place"]
            else []
        )
        a = fixed[0].start if fixed else some.end("place") if some["place"] else some.start()
        cut = _CUT.match(some["place"]) if some["place"] and not fixed else None
        if some["place"] and not fixed and not cut:
            a = some.start()
        elif cut:
            a = some.start() + cut.end()
        found.append(ProperName(a, some.end(), text[a : some.end()], "site"))
    for stretch in re.finditer(rf"{_NAMED}+", text[start:end]):
        a, b = start + stretch.start(), start + stretch.end()
        for kind, pattern in _SUFFIXED:
            at = a
            while at < b:
                suffixed = pattern.search(text, at, b)
                if suffixed is None:
                    break
                name = _trimmed(text, suffixed.start(), suffixed.end(), kind, b)
                if name is not None:
                    found.append(name)
                at = suffixed.end()
    return _longest(found)


def _trimmed(text: str, start: int, end: int, kind: str, limit: int) -> ProperName | None:
    measured = _MEASURE_WORD.match(text, start, end)
    if measured and start and text[start - 1] in "0123456789":
        start = measured.end()  # "13家冶炼厂" counts smelters
    body = text[start:end]
    cut = _CUT.match(body[:-1])
    if cut:
        start += cut.end()
    for place in _PROVINCES + _COUNTRIES:
        if (
            text.startswith(place, start)
            and end - start > len(place) + 1
            and kind not in {"company", "place"}
        ):
            rest = text[start + len(place) : end]
            if not _GENERIC.fullmatch(rest):
                start += len(place) + (1 if text[start + len(place)] in "省市县" else 0)
            break
    name = text[start:end]
    if (
        len(name) < 3
        or _GENERIC.fullmatch(name)
        or re.search(r"[一二三四五六七八九十]+种|产量|增长|金属量", name)
    ):
        return None
    tail = _TAIL.match(text, end, limit)
    if tail and kind in {"site", "company", "plant"}:
        end = tail.end()
        name = text[start:end]
    return ProperName(start, end, name, kind)


def _longest(found: list[ProperName]) -> list[ProperName]:
    out: list[ProperName] = []
    for name in sorted(found, key=lambda n: (n.start, -(n.end - n.start))):
        if out and name.start < out[-1].end:
            if name.end - name.start > out[-1].end - out[-1].start:
                out[-1] = name
            continue
        out.append(name)
    return out
