"""Clauses of a sentence, roughly: where one statement ends and the next begins."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

_BOUNDARY = re.compile(
    r"[;；:：]\s*"
    r"|,\s+(?=(?:while|whereas|but|and|with|which|where|when|compared|up from|down from|"
    r"of which|in which|at which|who|whose|after|as|or|"
    r"an? (?:increase|decrease|decline|rise|drop|fall|gain|jump)|"
    r"increas\w+|accounting|leaving|resulting|marking|covering|up|down|representing|compensating|making|bringing|"
    r"producing|yielding|extracting|providing|around|about|a)\b)"
    r"|\s(?=(?:while|whereas|although|though|but|which|that will|and (?:is|has|was|will|"
    r"plans|carries|accounted|touched|runs|its|the|it))\b)"
    r"|\s-\s|[()（）]|，|、(?=其)"
)


RELATIVE = re.compile(r"\s?(?:(?:in|of|at|from|for) )?(?:which|who|where|whose)\b|that\b")
"""How a clause begins that is about the name before it."""

_CLOSING = re.compile(r",\s+")


def clause_of(text: str, start: int, end: int, at: int) -> tuple[int, int]:
    """Start and end of the clause that holds offset ``at`` of the sentence ``start`` to ``end``."""
    starts, ends = _boundaries(text[start:end])
    place = at - start
    before = bisect_right(ends, place)
    after = bisect_right(starts, place)
    left = start + ends[before - 1] if before else start
    return left, start + starts[after] if after < len(starts) else end


@lru_cache(maxsize=64)
def _boundaries(sentence: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Starts and ends of the boundaries of a sentence; its figures ask for them in turn."""
    found = [(m.start(), m.end()) for m in _BOUNDARY.finditer(sentence)]
    for _, at in list(found):
        closing = RELATIVE.match(sentence, at) and _CLOSING.search(sentence, at)
        if closing and all(closing.end() != b for _, b in found):
            found.append((closing.start(), closing.end()))
    found.sort()
    return tuple(a for a, _ in found), tuple(b for _, b in found)


def bracket_of(text: str, start: int, end: int, at: int) -> tuple[int, int] | None:
    """The innermost brackets of a sentence around an offset; None where there are none."""
    opened: list[int] = []
    for index in range(start, at):
        if text[index] in "(（":
            opened.append(index)
        elif text[index] in ")）" and opened:
            opened.pop()
    if not opened:
        return None
    close = next((i for i in range(at, end) if text[i] in ")）"), end)
    return opened[-1], close
