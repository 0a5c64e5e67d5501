"""Who relays a statement: "A reports that B said"."""

from __future__ import annotations

import re

_SAYS = (
    r"said|says|reported|reports|noted|notes|told|announced|announces|estimates?|"
    r"estimated|stated|states|warned|warns|added|claims|"
    r"claimed|insists|denies|found|shows?|wrote|writes|confirmed"
)
_NAME = r"(?:[Tt]he )?(?:[A-ZÀ-Þ][\w.&'-]*(?:\s(?:of|and|de|for|the)\s|\s)?){1,7}"
_DOMAIN = r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|cn|gov|info|co)(?:\.[a-z]{2})?"
_LED = re.compile(
    rf"\b(?:[Aa]ccording to|[Cc]iting|[Rr]eported|quoted|data (?:from|of|by)|figures "
    rf"(?:from|of)|report (?:by|from)|study by|"
    rf"sent to [^,.]{{0,40}}? by|as reported by|press release (?:by|"
    rf"from))\s(?P<gap>(?:an? |the )?(?:[a-z]+ ){{0,4}}?(?:by |from |of "
    rf")?)?(?P<who>{_DOMAIN}|{_NAME}|the (?:[a-z]+ ){{0,4}}(?:ministry|company|report|"
    rf"group|survey|agency))"
)
_SAYING = re.compile(
    rf"(?P<who>{_NAME}|\b[Tt]he (?:[a-z]+ ){{0,3}}(?:company|report|group|ministry|plan|"
    rf"watchdog|survey|agency|miner))(?:,[^,.]{{2,50}},)?\s?(?:has |have "
    rf")?\b(?:{_SAYS})\b"
)
_SENT = re.compile(rf"sent to (?:the )?(?P<to>{_NAME}) by (?:the )?(?P<who>{_NAME})")
_HAN = re.compile(
    r"据(?P<a>[\u4e00-\u9fff（）()A-Za-z]{2,14}?)(?:消息|报道|数据|统计|介绍|公布|透露|显示|称|，)"
    r"|从(?P<b>[\u4e00-\u9fff]{2,14}?)获悉"
    r"|(?:^|[。，；：])(?P<c>[\u4e00-\u9fff]{2,14}?)(?:(?:[0-9]+月[0-9]+日)?(?:公告|表示|"
    r"指出|称|介绍|透露|认为))"
)


def speakers_of(text: str, publisher: str) -> tuple[str, ...]:
    """Chain of speakers that a sentence names, behind the publisher.

    The publisher is the first hop only when the sentence names somebody else as well.
    """
    names: list[str] = []
    for match in _SENT.finditer(text):
        names += [match["to"], match["who"]]
    for match in (*_LED.finditer(text), *_SAYING.finditer(text)):
        names.append(match["who"])
    for match in _HAN.finditer(text):
        names.append(match["a"] or match["b"] or match["c"])
    unique: list[str] = []
    for name in names:
        clean = re.sub(r"^(?:the|The|On|In|An?)\s+", "", name.strip(" .,'"))
        clean = re.sub(r"\s(?:on|On|in)$|'s$", "", clean)
        if clean and not any(clean in other or other in clean for other in unique):
            unique.append(clean)
    if not unique:
        return ()
    chain = [publisher, *unique] if publisher else unique
    return tuple(dict.fromkeys(chain))
