"""Lists of figures that belong to lists of things: "gold and copper, increases of 17% and 10%"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from orefield.evidence.extract.figure import Figure
from orefield.evidence.extract.function_words_zh import phrases

_JOIN = re.compile(r"\s?(?:,|、|and|,\s?and|和|及|以及|与)\s?(?:约)?|，", re.IGNORECASE)
_WITHIN = re.compile(r"[^.;。；]{0,44}?(?:,|\band\b|、|和|及)[^.;。；0-9]{0,24}", re.IGNORECASE)


def groups_of(text: str, figures: Sequence[Figure]) -> list[list[int]]:
    """Runs of figures of one kind that only commas, "and" or 、 join, by their numbers."""
    runs: list[list[int]] = []
    for index, figure in enumerate(figures):
        if runs:
            last = figures[runs[-1][-1]]
            gap = text[last.end : figure.start]
            if last.kind == figure.kind and (_JOIN.fullmatch(gap) or _tailed(gap)):
                runs[-1].append(index)
                continue
        runs.append([index])
    return [run for run in runs if len(run) > 1]


def _tailed(gap: str) -> bool:
    """A gap of few words that holds a join and no verb of its own: " tonnes of mined gold and "."""
    english = re.fullmatch(r"(?: of)?(?: [a-z]+){0,4}(?:,| and|, and) (?:[a-z]+ ){0,2}", gap)
    return bool(english or re.fullmatch(r"、[^，。；0-9]{1,14}", gap))


def paired(runs: list[list[int]], figures: Sequence[Figure]) -> dict[int, int]:
    """Percentages that change a list of quantities named before, in order: number to number."""
    out: dict[int, int] = {}
    for run in runs:
        if figures[run[0]].kind not in {"fraction", "points"}:
            continue
        for other in runs:
            same = len(other) == len(run) and other[-1] < run[0]
            if same and figures[other[0]].kind not in {"fraction", "points", "count"}:
                out.update(zip(run, other, strict=True))
    return out


def distributed(names: Sequence[tuple[int, int]], text: str, before: int, count: int) -> list[int]:
    """The last ``count`` of named spans before an offset that are joined to one list, by number."""
    usable = [i for i, (_, end) in enumerate(names) if end <= before]
    if len(usable) < count:
        return []
    for stop in range(len(usable), count - 1, -1):
        chosen = usable[stop - count : stop]
        gaps = [text[names[a][1] : names[b][0]] for a, b in pairwise(chosen)]
        if all(_JOIN.fullmatch(gap.strip(" ") or gap) or _JOIN.fullmatch(gap) for gap in gaps):
            return chosen
    return []


_MEASURES = re.compile(
    r"收入|利润|产量|销量|产能|成本|现金|品位|回收率|金属量|矿石量|储量|价|资产|负债|税|费用"
)
"""A list of what is measured is no list of those of whom it is measured."""
_ITEM = r"[\u4e00-\u9fffA-Za-z0-9]{1,12}"


def plain_items(text: str, start: int, before: int, count: int) -> list[tuple[int, int]]:
    """The last list of ``count`` Chinese noun phrases before an offset, as characters.

    "以锂辉石、云母、盐湖为原料的占比分别为": the words of grammar around the list are cut off.
    """
    lists = re.compile(rf"{_ITEM}(?:(?:、|和|及|以及|与){_ITEM}){{{count - 1}}}(?![、])")
    found = [m for m in lists.finditer(text, start, before) if "、" in m[0] or "和" in m[0]]
    if not found:
        return []
    spans, at = [], found[-1].start()
    for part in re.split(r"(、|以及|和|及|与)", found[-1][0]):
        if part not in {"、", "以及", "和", "及", "与"}:
            spans.append((at, at + len(part)))
        at += len(part)
    if len(spans) != count or _MEASURES.search(found[-1][0]):
        return []
    first, last = spans[0], spans[-1]
    heads = phrases(text[slice(*first)])
    tails = phrases(text[slice(*last)])
    if not heads or not tails:
        return []
    spans[0] = (first[0] + heads[-1][0], first[1])
    spans[-1] = (last[0] + tails[0][0], last[0] + tails[0][1])
    return spans if len(spans) == 1 or spans[0][0] < spans[0][1] else []
