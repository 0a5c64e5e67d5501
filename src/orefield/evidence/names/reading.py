"""Names as written, taken apart: parentheses, quotes, compounds, the place a name stands with."""

from __future__ import annotations

import re
from dataclasses import dataclass

_INSIDE = re.compile(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]")
_QUOTED = re.compile(r"(?:^|(?<=[\s(（]))['\"‘“「]([^'\"‘’“”「」]{2,}?)['\"’”」](?=$|[\s,.;)）])")
_COMPOUND = re.compile(r"\s*(?:/|／|\+|＋|、|;|；|&)\s*|\s+(?:and|und|et|y|e)\s+|\s*[和与及]\s*")
_ALSO = re.compile(r"\s*(?:,\s*)?\b(?:also known as|a\.?k\.?a\.?|formerly|or)\b\s*", re.IGNORECASE)
_AFTER = re.compile(r"\s*[,，]\s*|\s+(?:in|of|at|from)\s+(?:the\s+)?", re.IGNORECASE)
_POSSESSIVE = re.compile(r"(?<=\w\w)['’]s\b")
_TONES = re.compile(r"\b([A-Za-zÜü:]{1,6})[1-5]\b")
_TONED = re.compile(r"(?:[A-Za-zÜü:]{1,6}[1-5][\s-]*)+")


@dataclass(frozen=True, slots=True)
class Written:
    """A name with what stood in its parentheses and quotes apart.

    Attributes
    ----------
    outer : str
        The name without them.
    inner : tuple of str
    """

    outer: str
    inner: tuple[str, ...]


def tidy(name: str) -> str:
    """A name without possessives, tone numbers and needless space."""
    name = _POSSESSIVE.sub("", name)
    if _TONED.fullmatch(name.strip()):
        name = _TONES.sub(r"\1", re.sub(r"(?<=[1-5])(?=[A-Za-z])", " ", name))
    return " ".join(name.split())


def written(name: str) -> Written:
    """Part a name from its parentheses; quotes inside them fall away."""
    inner = tuple(part.strip(" '\"‘’“”「」") for part in _INSIDE.findall(name))
    return Written(" ".join(_INSIDE.sub(" ", name).split()), tuple(part for part in inner if part))


def quoted(name: str) -> tuple[str, str]:
    """The first quoted part of a name, and the rest; empty where nothing is quoted."""
    found = _QUOTED.search(name)
    if found is None:
        return "", name
    return found.group(1), " ".join((name[: found.start()] + " " + name[found.end() :]).split())


def compound(name: str) -> tuple[str, ...]:
    """Names that one text joins with a slash, plus, comma of lists or *and*; one where none."""
    parts = tuple(part for part in (p.strip() for p in _COMPOUND.split(name)) if part)
    return parts if len(parts) > 1 else (name,)


def hyphened(name: str) -> tuple[str, ...]:
    """Names that hyphens join, where each is long enough to be one."""
    parts = tuple(part.strip() for part in re.split(r"\s*[-–—]\s*", name))
    return parts if len(parts) > 1 and all(len(part) >= 4 for part in parts) else (name,)


def synonyms(name: str) -> tuple[str, ...]:
    """Names of one thing that a text gives side by side (*also known as*)."""
    parts = tuple(part for part in _ALSO.split(name) if part.strip())
    return parts if len(parts) > 1 else (name,)


def placed(name: str) -> tuple[tuple[str, str], ...]:
    """Ways to part a name from a place after it: ``Escondida, Chile``; ``mine in Chile``."""
    return tuple(
        (name[: found.start()].strip(), name[found.end() :].strip())
        for found in _AFTER.finditer(name)
        if name[: found.start()].strip() and name[found.end() :].strip()
    )
