"""Names as keys: without case, accents, punctuation and the variants of Chinese characters."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LETTER = re.compile(r"[^\W_]", re.UNICODE)
# with the backslash that some exports leave before an apostrophe, and the apostrophes of
# Windows-1252 read as Latin-1 (U+0091, U+0092)
_JOINERS = re.compile("\\\\?['`´‘’ʼʻ′.·•・‧\u0091\u0092]")
_BREAKS = re.compile(r"[\s\-‐‑‒–—_/\\,;:()\[\]{}<>«»\"“”„，。；：、（）【】《》「」!?*+&|#]+")
# Not in NFKD: letters of their own that people leave out or write with two letters.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}
)


def has_han(text: str) -> bool:
    """Whether a text holds a Chinese character."""
    return bool(_HAN.search(text))


@lru_cache(maxsize=65536)
def tokens(name: str) -> tuple[str, ...]:
    """The words of a name, folded.

    Latin words lose case, accents and apostrophes (*De'erni*, *Deerni*); hyphens and other
    punctuation part words. Chinese characters become simplified ones and stand together as one
    word. Marks of other scripts (Tibetan vowels, Arabic, Devanagari) stay.
    """
    # before NFKD, which makes an acute accent on its own a space and a mark
    apart = unicodedata.normalize("NFKD", _JOINERS.sub("", name))
    plain = "".join(c for c in apart if not "\u0300" <= c <= "\u036f")
    folded = unicodedata.normalize("NFKC", plain).casefold().translate(_LETTERS)
    folded = folded.translate(simplified())
    folded = folded.replace("\u0f0b", " ").replace("\u0f0c", " ")
    words: list[str] = []
    for word in _BREAKS.split(folded):
        if word and _LETTER.search(word):
            words.extend(part for part in _script_runs(word) if part)
    return tuple(words)


def joined(words: tuple[str, ...]) -> str:
    """Words as one key: spaces and hyphens never tell names apart."""
    return "".join(words)


@lru_cache(maxsize=65536)
def sound_key(key: str) -> str:
    """A key that common slips of transliteration leave unchanged.

    Retroflex and plain initials (zh, z), final n and ng, doubled letters, i and y, u, v and w
    fall together: *Dexin* and *Dexing*, *Bayin* and *Bayan* not yet (a vowel), *Xizhang* and
    *Xizang*. It is a means to find candidates, never identity by itself.
    """
    text = key
    for pattern, by in _SOUNDS:
        text = pattern.sub(by, text)
    return text


_SOUNDS = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"ph", "f"),
        (r"(?<=[zcs])h", ""),
        (r"ng(?![aeiou])", "n"),
        (r"y", "i"),
        (r"[vw]", "u"),
        (r"ck|q|c(?=[aoulrk])", "k"),
        (r"(.)\1+", r"\1"),
    )
)


@cache
def simplified() -> dict[int, str]:
    """Traditional characters and variants to simplified ones, for :meth:`str.translate`.

    The shipped table holds the characters that names of places, metals and companies use; it
    is no general converter.
    """
    text = (files("orefield.evidence.data") / "hanzi_variants.csv").read_text("utf-8")
    return {ord(row["traditional"]): row["simplified"] for row in csv.DictReader(text.splitlines())}


def _script_runs(word: str) -> list[str]:
    """A word parted where Chinese characters and other letters meet."""
    if not has_han(word):
        return [word]
    return [run for run in re.split(r"([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+)", word) if run]
