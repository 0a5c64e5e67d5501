"""Names in pinyin: from characters, into syllables, and whether two can be one name.

Syllables are those of Hanyu Pinyin (GB/T 16159-2012, ISO 7098:2015), without tones.
"""

from __future__ import annotations

import re
from functools import lru_cache

_INITIALS = (
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r",
    "z", "c", "s", "y", "w", "",
)  # fmt: skip
_FINALS = (
    "iang", "iong", "uang", "ang", "eng", "ing", "ong", "ian", "iao", "uai", "uan", "ai", "an",
    "ao", "ei", "en", "er", "ia", "ie", "in", "iu", "ou", "ua", "ue", "ui", "un", "uo", "ve",
    "vn", "a", "e", "i", "o", "u", "v",
)  # fmt: skip
_SYLLABLE = re.compile(f"({'|'.join(_INITIALS)})({'|'.join(_FINALS)})")
_AFTER_PALATAL = frozenset(
    "i ia ie iao iu ian in iang ing iong u ue uan un v ve vn".split()  # noqa: SIM905
)
_ALONE = frozenset("a o e ai ei ao ou an en ang eng er".split())  # noqa: SIM905
_NOT_AFTER_RETROFLEX = frozenset("ia ie iao iu ian in iang ing iong v ve vn ue".split())  # noqa: SIM905

_SLIPS = {"zh": "z", "ch": "c", "sh": "s"}
_NASAL = re.compile(r"ng$")


def pinyin(text: str) -> str:
    """Chinese characters as pinyin without tones or spaces; other characters stay.

    The usual reading of each word is taken (pypinyin's dictionary of phrases); a place may be
    read otherwise.
    """
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(text, style=Style.NORMAL, v_to_u=False))


@lru_cache(maxsize=65536)
def syllables(key: str) -> tuple[tuple[str, str], ...] | None:
    """A key in syllables of pinyin, each an initial and a final; None where it is no pinyin.

    Of several ways to part it the one with fewest syllables is taken.
    """
    return _parted(key) if key.isascii() and key.isalpha() and len(key) <= 40 else None


@lru_cache(maxsize=65536)
def _parted(key: str) -> tuple[tuple[str, str], ...] | None:
    if not key:
        return ()
    best: tuple[tuple[str, str], ...] | None = None
    for initial in _INITIALS:
        if not key.startswith(initial):
            continue
        rest = key[len(initial) :]
        for final in _FINALS:
            if rest.startswith(final) and _is_syllable(initial, final):
                tail = _parted(rest[len(final) :])
                if tail is not None and (best is None or len(tail) + 1 < len(best)):
                    best = ((initial, final), *tail)
    return best


def same_sound(left: str, right: str) -> bool:
    """Whether two syllables' parts differ by no more than a usual slip (zh/z, n/ng, v/u)."""
    return _plain(left) == _plain(right)


@lru_cache(maxsize=1024)
def _plain(part: str) -> str:
    return _NASAL.sub("n", _SLIPS.get(part, part)).replace("v", "u")


def _is_syllable(initial: str, final: str) -> bool:
    if initial in ("j", "q", "x"):
        return final in _AFTER_PALATAL
    if initial == "":
        return final in _ALONE
    if initial in ("zh", "ch", "sh", "r", "z", "c", "s", "g", "k", "h"):
        return final not in _NOT_AFTER_RETROFLEX
    return True
