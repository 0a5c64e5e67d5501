"""Which language a text is in: by scripts, and among Latin ones by their commonest words."""

from __future__ import annotations

import re

_SAMPLE = 40_000
_SCRIPTS = {
    "han": re.compile(r"[\u3400-\u9fff]"),
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "ko": re.compile(r"[\uac00-\ud7af]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "bo": re.compile(r"[\u0f00-\u0fff]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
    "mn": re.compile(r"[\u1800-\u18af]"),
    "latin": re.compile(r"[A-Za-zÀ-ɏ]{2,}"),
}
_COMMON = {
    "en": frozenset(
        [
            "the",
            "of",
            "and",
            "to",
            "in",
            "is",
            "was",
            "for",
            "by",
            "from",
            "with",
            "that",
            "has",
            "are",
            "its",
            "at",
            "on",
        ]
    ),
    "es": frozenset(
        ["el", "la", "los", "las", "de", "y", "en", "del", "por", "una", "que", "con", "para", "es"]
    ),
    "pt": frozenset(
        [
            "o",
            "os",
            "as",
            "de",
            "e",
            "em",
            "do",
            "da",
            "dos",
            "das",
            "por",
            "uma",
            "que",
            "com",
            "para",
            "é",
            "não",
        ]
    ),
    "fr": frozenset(
        [
            "le",
            "la",
            "les",
            "des",
            "et",
            "en",
            "du",
            "par",
            "une",
            "que",
            "avec",
            "pour",
            "est",
            "dans",
        ]
    ),
    "de": frozenset(
        [
            "der",
            "die",
            "das",
            "und",
            "in",
            "den",
            "von",
            "mit",
            "für",
            "ist",
            "im",
            "auf",
            "ein",
            "eine",
        ]
    ),
    "id": frozenset(
        ["yang", "dan", "di", "dari", "untuk", "pada", "dengan", "ini", "akan", "tambang"]
    ),
}


def language_of(text: str) -> str:
    """ISO 639-1 code, ``mixed`` for English beside Chinese, or empty where not known."""
    sample = text[:_SAMPLE]
    counts = {name: len(script.findall(sample)) for name, script in _SCRIPTS.items()}
    total = sum(counts.values())
    if total == 0:
        return ""
    words = [w.lower() for w in _SCRIPTS["latin"].findall(sample)]
    if counts["han"] and counts["ja"] * 5 > counts["han"]:
        return "ja"
    if counts["han"] * 10 >= total:
        # A word of Latin letters weighs as much as two characters.
        latin = 2 * len(words)
        share = counts["han"] / (counts["han"] + latin)
        return "zh" if share > 0.75 else "mixed" if share > 0.1 else _latin(words)
    for name in ("ja", "ko", "ru", "ar", "bo", "th", "mn"):
        if counts[name] * 2 > total:
            return name
    return _latin(words) if words else ""


def _latin(words: list[str]) -> str:
    scores = {name: sum(w in common for w in words) for name, common in _COMMON.items()}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] * 20 >= len(words):
        return best
    # Tables and headlines have few small words; English letters alone do not make it English.
    return ""
