"""How a text is laid out: title, headings, paragraphs, bullets and table rows, then sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum


class BlockKind(StrEnum):
    """What a block of text is."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    BULLET = "bullet"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together: characters ``start`` to ``end`` of the text."""

    start: int
    end: int
    kind: BlockKind


@dataclass(frozen=True, slots=True)
class Sentence:
    """Characters ``start`` to ``end`` of the text, in block number ``block``."""

    start: int
    end: int
    block: int


_BULLET = re.compile(
    r"\s*(?:[-*•·▪‣◦●○■–]|[0-9]{1,2}[.)]|\([0-9a-z]{1,2}\)|"
    r"[（(][一二三四五六七八九十]+[)）]|[a-z]\))\s+(?=\S)"
)
_ROW = re.compile(r"\t|\s\|\s|^\||\|$")
_END = re.compile(r"[.!?。！？:：;；]['\")\]]*\s*$")
_STOP = re.compile(
    r"(?<=[.!?])['\")\]]*\s+(?=['\"(\[]?(?:[A-Z0-9À-Þ\u4e00-\u9fff]|(?:US|A|C)?\$))|"
    r"(?<=[。！？；])['\"」”]?|;\s+"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mt|Mr|Mrs|Ms|Dr|St|No|Ltd|Inc|Corp|Co|vs|approx|ca|c|Jan|Feb|Mar|Apr|Jun|"
    r"Jul|Aug|Sept?|Oct|Nov|Dec|"
    r"Fig|Prof|Gen|Sen|U\.S|U\.K|U\.N|D\.R|e\.g|i\.e|al|est|cf|incl|resp|Pty|Bros|Gov|Rs|"
    r"[A-Z])\.)['\")\]]*\s+$"
)
LONGEST_SENTENCE = 1500
"""Characters; it keeps the work on a text in proportion to its length."""

_CUTS = re.compile(r"[,;，；、] ?|\s")
_HARD_ABBREVIATION = re.compile(r"\b(?:Ltd|Inc|Corp|Co|Pty)\.['\")\]]*\s+$")


def find_blocks(text: str) -> tuple[Block, ...]:
    """Blocks of a folded text, in order; nothing but blank lines lies between them.

    Lines that were broken at a fixed width are joined: a long line without an end mark goes on in
    the next one when that begins with a small letter or a digit.
    """
    lines = [(m.start(), m.end()) for m in re.finditer(r"[^\n]+", text) if m[0].strip()]
    blocks: list[Block] = []
    for start, end in lines:
        line = text[start:end]
        if blocks and _goes_on(text, blocks[-1], start, line):
            blocks[-1] = Block(blocks[-1].start, end, blocks[-1].kind)
            continue
        blocks.append(Block(start, end, _kind(line, first=not blocks)))
    return tuple(_headings(text, blocks))


def _kind(line: str, first: bool) -> BlockKind:
    if len(_ROW.findall(line)) >= 2:
        return BlockKind.ROW
    if _BULLET.match(line):
        return BlockKind.BULLET
    return (
        BlockKind.TITLE
        if first and len(line) < 220 and not _END.search(line)
        else BlockKind.PARAGRAPH
    )


def _goes_on(text: str, block: Block, start: int, line: str) -> bool:
    if "\n\n" in text[block.end : start].replace(" ", "").replace("\r", ""):
        return False
    before = text[block.start : block.end]
    last = before.rsplit("\n", 1)[-1]
    if block.kind in {BlockKind.ROW, BlockKind.TITLE} or _BULLET.match(line) or _ROW.search(line):
        return False
    return len(last) > 45 and not _END.search(last) and bool(re.match(r"\s*[a-z0-9(%$]", line))


def _headings(text: str, blocks: list[Block]) -> list[Block]:
    out = []
    for index, block in enumerate(blocks):
        line = text[block.start : block.end].strip()
        words = len(line.split()) if line.isascii() or " " in line else len(line) / 2
        short = words <= 14 and not _END.search(line) and not re.search(r"[，。]", line)
        last = index == len(blocks) - 1
        heading = block.kind is BlockKind.PARAGRAPH and short and not last
        out.append(replace(block, kind=BlockKind.HEADING) if heading else block)
    return out


def find_sentences(text: str, blocks: tuple[Block, ...]) -> tuple[Sentence, ...]:
    """Sentences of a folded text, in order; rows of tables stay whole."""
    out: list[Sentence] = []
    for number, block in enumerate(blocks):
        body = text[block.start : block.end]
        if block.kind is BlockKind.ROW:
            out.append(Sentence(block.start, block.end, number))
            continue
        start = 0
        for match in _STOP.finditer(body):
            head = body[start : match.end()]
            following = body[match.end() : match.end() + 1]
            if _ABBREVIATION.search(head) and not (
                _HARD_ABBREVIATION.search(head) and following in {"T", "I"}
            ):
                continue
            if head.strip():
                out.append(Sentence(block.start + start, block.start + match.end(), number))
            start = match.end()
        if body[start:].strip():
            out.append(Sentence(block.start + start, block.end, number))
    return tuple(piece for sentence in out for piece in _pieces(text, sentence))


def _pieces(text: str, sentence: Sentence) -> list[Sentence]:
    """A sentence, cut where it is longer than anybody writes: its end marks were lost."""
    out, start = [], sentence.start
    while sentence.end - start > LONGEST_SENTENCE:
        marks = [m.end() for m in _CUTS.finditer(text, start, start + LONGEST_SENTENCE)]
        stop = marks[-1] if marks else start + LONGEST_SENTENCE
        out.append(Sentence(start, stop, sentence.block))
        start = stop
    return [*out, Sentence(start, sentence.end, sentence.block)]


_PLACE_AND_DAY = (
    r"(?:[A-ZÀ-Þ][\w. -]{1,30}(?:,\s?[A-Z][\w. ]{1,20})?,?\s)?\(?(?:[0-9]{1,2}\s)?"
    r"[A-Za-z]{3,9}\.?\s?(?:[0-9]{1,2})?,?(?:\s[0-9]{4})?\)?(?:\s\([^()]{2,40}\))?"
)
_DATELINE = re.compile(
    r"\s*(?:\((?P<in>[^()]{4,60})\)\s-\s"
    r"|[A-ZÀ-Þ][^.\n]{2,50}?\b[A-Z][a-z]{2,8}\.?\s[0-9]{1,2},\s(?:19|20)[0-9]{2}\)?\s-\s"
    rf"|{_PLACE_AND_DAY}\s?(?:--?\s|:\s)(?=[A-Z\"])"
    r"|[A-ZÀ-Þ][A-Za-zÀ-ÿ. ]{2,24}\s\([^()]{2,40}\)\s-\s"
    r"|本报[\u4e00-\u9fff]{0,6}(?:讯|电)\s?"
    r"|[\u4e00-\u9fff]{2,8}[0-9]{1,2}月[0-9]{1,2}日(?:电|讯)\s?)"
)
_DAY_WORD = re.compile(r"[0-9]|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|\(|本报|月")


def dateline_end(text: str, start: int, end: int) -> int:
    """Where the text proper begins behind "LIMA, July 18 (Wire) - " or 本报讯."""
    match = _DATELINE.match(text, start, end)
    return match.end() if match and _DAY_WORD.search(match[0]) else start


def bullet_body(text: str, block: Block) -> int:
    """Offset of the first character behind the mark of a bullet."""
    match = _BULLET.match(text, block.start, block.end)
    return block.start if match is None else match.end()
