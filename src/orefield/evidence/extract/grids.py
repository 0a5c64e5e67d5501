"""Rows of a table: each number with what its row, its column and the caption say of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from orefield.evidence.extract.attributes import attribute_of
from orefield.evidence.extract.candidate import Candidate, Locator
from orefield.evidence.extract.canonical import canonical
from orefield.evidence.extract.figure import Figure
from orefield.evidence.extract.figures import find_figures
from orefield.evidence.extract.goods import Goods, spoken_name
from orefield.evidence.extract.layout import Block
from orefield.evidence.extract.memory import Memory

_CELL = re.compile(r"[^|\t]+")
_NUMBER = re.compile(
    r"(?P<sign>[~<>≥≤]|c\.|约|超过)?\s*(?P<currency>US\$|A\$|C\$|\$|€|£|"
    r"¥)?\s*(?P<n>\(?-?[0-9][0-9,.]*(?:\s?-\s?[0-9][0-9,.]*)?\)?)"
    r"\s*(?P<unit>%|g/t|[kMG]?t(?:/[a-z]+)?|[Mk]?oz|million|billion|万吨|亿吨|"
    r"吨)?\s*(?P<mark>[a-zA-Z*†‡]|\[[0-9]\])?"
)
_YEAR = re.compile(
    r"(?<![0-9])(?P<y>(?:19|20)[0-9]{2})(?:/[0-9]{2})?(?P<f>[eEfFpP])?(?![0-9])|"
    r"(?P<q>[QH][1-4]|FY)\s?(?P<y2>(?:19|20)?[0-9]{2})"
)
_BRACKET = re.compile(
    r"[(（\[](?P<unit>[^()（）\[\]]{1,24})[)）\]]|,\s(?P<tail>[kMG]?t(?:/[a-z]+)?|%|g/t|"
    r"[kM]?oz|tonnes|万吨|吨)$"
)
_UNIT_NAMED = re.compile(
    r"(?<![A-Za-z])(?:%|g/t|kt/y|Mt/y|t/y|ktpa|Mtpa|kt|Mt|tonnes|tons|万吨|亿吨|吨|koz|Moz|oz|"
    r"km|ha)(?![A-Za-z])"
)
_UNIT_COLUMN = re.compile(r"\s*(?:units?|单位)\s*", re.IGNORECASE)
_MEASURED = re.compile(
    r"\b(?:production|output|capacity|reserves?|resources?|exports?|imports?|demand|"
    r"consumption|grade|recovery|throughput|sales|price|cost|share|"
    r"change|growth|mined|milled|refined)\b|产量|产能|储量|资源量|进口|出口|消费|品位|"
    r"回收率|价格|同比|销量",
    re.IGNORECASE,
)
_MONEY = re.compile(r"(?P<c>US\$|A\$|C\$|\$|€|£|¥|USD|CNY|RMB)\s?(?P<rest>.*)")


@dataclass(frozen=True, slots=True)
class _Cell:
    start: int
    end: int
    text: str


def read_grid(text: str, rows: list[Block], goods: Goods, memory: Memory) -> list[Candidate]:
    """Candidates of the rows of one table of a folded text.

    The unit is looked for in the cell, the column's head, the row's label, a column of units and
    the caption, in this order; a number without any is left out. A row that is labelled with
    what is measured is of whom the caption speaks; any other label is the subject.
    """
    grid = [_cells(text, row) for row in rows]
    head = grid[0] if grid and not any(_is_value(c.text) for c in grid[0][1:]) else []
    caption_start, caption = _caption(text, rows[0].start)
    out: list[Candidate] = []
    for cells in grid[1:] if head else grid:
        if len(cells) < 2 or all(re.fullmatch(r"[\s:-]*", c.text) for c in cells):
            continue
        label = cells[0]
        units = [
            c.text for c, h in zip(cells, head, strict=False) if _UNIT_COLUMN.fullmatch(h.text)
        ]
        for column, cell in enumerate(cells[1:], 1):
            title = head[column] if column < len(head) else None
            if title is not None and _UNIT_COLUMN.fullmatch(title.text):
                continue
            places = (title.text if title else "", label.text, *units, caption)
            figure = _figure(cell, places)
            if figure is None:
                continue
            measured = _MEASURED.search(label.text) is not None
            subject = (
                memory.subject.name
                if measured and memory.subject is not None
                else ""
                if measured
                else _name(label.text)
            )
            words = " ; ".join(
                (caption, label.text if measured else "", title.text if title else "")
            )
            attribute = _attribute(words, figure)
            commodity = _commodity(goods, (title, label), caption_start, rows[0].start) or ""
            told = caption.rstrip().endswith((".", "。"))  # a paragraph, and no caption
            period, year = _period(places[:-1] if told else places)
            low, high, unit = canonical(figure)
            out.append(
                Candidate(
                    low,
                    high,
                    unit,
                    cell.text.strip(),
                    figure.hedge,
                    subject,
                    f"{spoken_name(commodity)} {attribute}".strip()
                    if figure.kind == "mass"
                    else attribute,
                    Locator(cell.start, cell.end, cells[0].start, cells[-1].end),
                    figure.multiplier,
                    "projected"
                    if re.search(
                        r"20[0-9]{2}[fFpP]|forecast|guidance|预测", title.text if title else ""
                    )
                    else "",
                    period,
                    year,
                    year,
                    memory.subject.entities if measured and memory.subject is not None else (),
                    commodity,
                    "missing" if figure.kind == "mass" else "",
                    "mine"
                    if re.search(r"\bmine\b|矿产", caption)
                    else "missing"
                    if figure.kind == "mass"
                    else "",
                    confidence=0.8,
                    reasons=("cell of a table: row and column name it",),
                )
            )
    return out


def _cells(text: str, row: Block) -> list[_Cell]:
    body = text[row.start : row.end].strip("|\r\n ")
    offset = row.start + text[row.start : row.end].index(body) if body else row.start
    out = []
    for match in _CELL.finditer(body):
        inner = match[0].strip()
        if not inner:
            out.append(_Cell(offset + match.start(), offset + match.end(), ""))
            continue
        at = offset + match.start() + match[0].index(inner)
        out.append(_Cell(at, at + len(inner), inner))
    return out


def _is_value(cell: str) -> bool:
    match = _NUMBER.fullmatch(cell.strip())
    return match is not None and not _YEAR.fullmatch(cell.strip())


def _figure(cell: _Cell, places: tuple[str, ...]) -> Figure | None:
    match = _NUMBER.fullmatch(cell.text.strip())
    if match is None:
        return None
    number = match["n"]
    if number.startswith("(") and number.endswith(")"):
        number = "-" + number[1:-1]  # accountants' brackets
    number = number.strip("()")
    unit = match["unit"] or next((u for p in places if (u := _unit_in(p))), "")
    if match["currency"]:
        unit = f"{match['currency']}{unit}"
    if not unit:
        return None
    money = _MONEY.match(unit)
    sign = f"{match['sign']} " if match["sign"] else ""
    probe = f" {sign}{money['c']}{number} {money['rest']}" if money else f" {sign}{number} {unit}"
    found = find_figures(probe)
    if len(found) != 1:
        return None
    return replace(found[0], start=cell.start, end=cell.end)


def _unit_in(words: str) -> str:
    for match in _BRACKET.finditer(words):
        unit = match["unit"] or match["tail"]
        probe = find_figures(f" 123 {unit}") or find_figures(f" {unit}123") if unit else ()
        money = _MONEY.match(unit or "")
        if probe or money:
            return unit
        thousand = re.fullmatch(
            r"(?:'000|000s?|thousand)\s?(?:of )?(?P<u>tonnes|tons|t|oz)", unit or ""
        )
        if thousand:
            return f"thousand {thousand['u']}"
    named = _UNIT_NAMED.search(words) if len(words) < 40 else None
    return named[0] if named else ""


def _caption(text: str, before: int) -> tuple[int, str]:
    """What stands above a table: the line before it, and the title of the text."""
    near = max(0, before - 600)
    lines = [m for m in re.finditer(r"[^\n]+", text[:600]) if m[0].strip() and m.end() <= before]
    lines = lines[:1]
    nearest = [m for m in re.compile(r"[^\n]+").finditer(text, near, before) if m[0].strip()]
    lines += [m for m in nearest if not lines or m.start() > lines[0].start()]
    if not lines:
        return before, ""
    last = lines[-1]
    if _MEASURED.search(last[0]) or len(lines) == 1:
        return last.start(), last[0]
    return lines[0].start(), f"{lines[0][0]} ; {last[0]}"


def _attribute(words: str, figure: Figure) -> str:
    if figure.kind == "fraction" and re.search(
        r"change|growth|yoy|y-o-y|同比|%\s*chg", words, re.IGNORECASE
    ):
        return "growth"
    probe = replace(figure, start=len(words) + 1, end=len(words) + 1)
    return attribute_of(words, probe, (0, len(words)), (0, len(words)), 0)[0]


def _commodity(goods: Goods, cells: tuple[_Cell | None, _Cell], caption: int, end: int) -> str:
    for cell in cells:
        if cell is not None:
            named = goods.between(cell.start, cell.end)
            if named:
                return named[0].symbol
    above = goods.between(caption, end)
    return above[0].symbol if above else goods.main()


def _period(places: tuple[str, ...]) -> tuple[str, int | None]:
    for words in places:
        match = _YEAR.search(words)
        if match:
            digits = match["y"] or match["y2"]
            return match[0], int(digits) if len(digits) == 4 else 2000 + int(digits)
    return "", None


def _name(label: str) -> str:
    """A row's label without its footnote mark and what brackets add."""
    return re.sub(r"\s*[(（\[][^()（）]*[)）\]]|[*†‡]+$", "", label).strip()
