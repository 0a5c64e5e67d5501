"""How close two spellings are, and when they are two names."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import OSA

from orefield.evidence.names.fold import sound_key
from orefield.evidence.names.pinyin import same_sound, syllables

SHORTEST = 5
"""Names with fewer letters must be exact: among them one letter parts two places."""

SAME_SOUND = 0.92
"""Score of two spellings that differ by usual slips of transliteration only."""


@lru_cache(maxsize=65536)
def closeness(name: str, known: str) -> float:
    """Score from 0 (two names) to below 1 (one name misspelt) for keys that are not equal.

    Parameters
    ----------
    name, known : str
        Folded and joined.

    Notes
    -----
    The distance is that of optimal string alignment (Damerau 1964; doi:10.1145/363958.363994):
    insertions, deletions, substitutions and swaps of neighbours. One is allowed from
    :data:`SHORTEST` letters on, two from ten on. Both names in pinyin with as many syllables
    are held against each other syllable by syllable, since there another initial or vowel is
    another character: *Tongshan* and *Dongshan*, *Henan* and *Hunan* are two names, while
    *Dexin* is a slip for *Dexing*.
    """
    shorter = min(len(name), len(known))
    if shorter < SHORTEST or not _same_start(name, known):
        return 0.0
    left, right = syllables(name), syllables(known)
    if left is not None and right is not None:
        return _by_syllables(left, right)
    if sound_key(name) == sound_key(known):
        return SAME_SOUND
    allowed = 1 if shorter < 10 else 2
    if shorter == SHORTEST and len(name) == len(known):
        return 0.0
    distance = OSA.distance(name, known, score_cutoff=allowed)
    if distance > allowed:
        return 0.0
    return 0.91 - 0.4 * distance / max(len(name), len(known))


def closeness_of_words(name: tuple[str, ...], known: tuple[str, ...]) -> float:
    """As :func:`closeness`, word by word where both have as many.

    The words that differ must each be close, so that *Tibet Yulong* and *Tibet Julong* stay two
    names. A short word may differ by a letter, not its first, in a name of eight letters or more.
    """
    if len(name) != len(known) or len(name) == 1:
        return closeness("".join(name), "".join(known))
    scores = []
    for left, right in zip(name, known, strict=True):
        if left == right:
            continue
        score = closeness(left, right)
        short = min(len(left), len(right)) < SHORTEST and sum(map(len, known)) >= 8
        if not score and short and left[0] == right[0] and syllables(right) is None:
            score = 0.85 if OSA.distance(left, right) <= 1 else 0.0
        scores.append(score)
    return min(scores, default=0.0) if len(scores) <= 2 else 0.0


def _same_start(name: str, known: str) -> bool:
    if name[0] == known[0]:
        return True
    return sound_key(name)[:1] == sound_key(known)[:1] or name[:2] == known[1::-1]


def _by_syllables(left: tuple[tuple[str, str], ...], right: tuple[tuple[str, str], ...]) -> float:
    if len(left) != len(right) or len(left) < 2:
        return 0.0
    slips = swaps = 0
    for (initial, final), (other_initial, other_final) in zip(left, right, strict=True):
        if not same_sound(initial, other_initial):
            return 0.0
        if not same_sound(final, other_final):
            if OSA.distance(final, other_final) > 1:
                return 0.0
            swaps += 1
        slips += (initial, final) != (other_initial, other_final)
    if swaps > (1 if len(left) >= 3 else 0) or slips > (1 if len(left) == 2 else 2):
        return 0.0
    return SAME_SOUND - 0.02 * (slips - 1) if not swaps else 0.86
