"""Lists of figures that belong to lists of things: "gold and copper, increases of 17% and 10%"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from orefield.evidence.extract.figures import Figure

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
