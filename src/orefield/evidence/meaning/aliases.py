"""Second names that a corpus itself gives: "also written 'X'", "formerly X", 又称X.

Names that merely look alike are never joined: a text has to say that two are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_QUOTE = r"['‘’\"“”「」《》]"
_NAME = (
    rf"(?:{_QUOTE}(?P<q>[^'‘’\"“”「」《》]{{2,40}}){_QUOTE}"
    r"|(?P<n>[A-ZÀ-Þ][\w’'-]*(?:[ -](?:[A-ZÀ-Þ][\w’'-]*|de|del|la|el|of)){0,3})"
    r"|(?P<z>[\u4e00-\u9fff]{2,10}))"
)
_SECOND = (
    r"also (?:known|written|spel(?:led|t)|called|named|transliterated|listed|referred to|given)"
    r"(?: as| under)?",
    r"a\.?k\.?a\.?|alias",
    r"(?:formerly|previously)(?: known as| called| named)?|once (?:called|named)",
    r"renamed(?: from| as| to)?",
    r"(?:old|former|other|new|second|local|alternative|english|chinese|spanish|trade) "
    r"(?:name|spelling)(?: is| was)?",
    r"another (?:name|spelling) (?:of|for)",
    r"(?:same|identical) (?:mine|site|project|operation|deposit|place|plant|hub)? ?(?:as|with)",
    r"translat(?:ed|es|ion) (?:as|to|of|is)|spel(?:led|ling|t)(?: of| as)?|in English|"
    r"is English for|meaning",
)
_SECOND_ZH = r"又称|又名|亦称|也称|别名|原名|曾用名|旧称|俗称|前称|简称|英文名|译名"
_NAME_ZH = _NAME.replace("?P<q>", "?P<q2>").replace("?P<n>", "?P<n2>").replace("?P<z>", "?P<z2>")
_ALSO = re.compile(
    rf"\b(?i:{'|'.join(_SECOND)})[\s:,]*(?:the )?{_NAME}"
    rf"|(?:{_SECOND_ZH})(?:为|是)?[:：]?\s*{_NAME_ZH}"
)
_IN_LANGUAGE = re.compile(
    _NAME + r"(?: is the| is its|,? the)?(?: name)? "
    r"(?i:in (?:English|Chinese|Spanish|translation))"
)  # fmt: skip
_NAMES_IT = re.compile(
    r"^(?:(?:other|second|former|old|new|alternat(?:iv)?e|local|english|chinese|trade|previous) "
    r"(?:names?|spellings?)|alias(?:es)?|a\.?k\.?a\.?|also (?:known|called|written|named)(?: as)?|"
    r"formerly|spellings?|translations?|name (?:in|of|used)[\w ]*"
    r"|same (?:site|mine|project|place) as)$"
    r"|^(?:又称|又名|别名|原名|曾用名|旧称|英文名|译名|其他名称)$",
    re.IGNORECASE,
)
_FIRST_NAME = re.compile(_NAME)
_DENIED = re.compile(
    r"\bnot (?:to be confused|the same|identical|related)|\bunlike\b|\bdistinct from|\bno relation|"
    r"不同于|并非",
    re.IGNORECASE,
)
_NO_NAMES = frozenset(
    (
        "english", "chinese", "spanish", "the", "one", "two", "both", "a", "listed", "same", "it",
        "its", "this", "mine", "project", "january", "february", "march", "april", "may", "june",
        "july", "august", "september", "october", "november", "december", "not", "no", "in", "as",
        "copper", "gold", "zinc", "tin", "nickel", "lithium", "cobalt", "lead", "silver",
    )
)  # fmt: skip


def said_aliases(rows: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    """Pairs of a subject and a second name that the words of its row give it.

    Parameters
    ----------
    rows : iterable of tuple of str
        Subject, attribute, and all further words of a row.

    Yields
    ------
    tuple of str
        Subject as written, second name as written.
    """
    for subject, attribute, words in rows:
        text = f"{attribute}; {words}"
        if not _worth(text) or _DENIED.search(text):
            continue
        found = [*_ALSO.finditer(text), *_IN_LANGUAGE.finditer(text)]
        names = [next((g for g in m.groupdict().values() if g), "") for m in found]
        if not any(names) and _NAMES_IT.match(attribute.replace("_", " ").strip()):
            first = _FIRST_NAME.search(words)
            quoted = re.search(rf"{_QUOTE}([^'‘’\"“”]{{2,40}}){_QUOTE}", words)
            names.append(quoted[1] if quoted else first[0] if first else "")
        for name in dict.fromkeys(n.strip(" .,;'") for n in names):
            if len(name) > 1 and name.casefold() not in _NO_NAMES and _other(subject, name):
                yield subject, name


def _other(subject: str, name: str) -> bool:
    return name.casefold() not in subject.casefold()


def _worth(text: str) -> bool:
    """Whether any of the words stands in a text: most rows hold none and need no search."""
    plain = text.casefold()
    return any(hint in plain for hint in _HINTS)


_HINTS = (
    "also ", "a.k.a", "aka", "alias", "former", "previous", "once ", "renamed", "name", "spel",
    "same ", "identical", "translat", "english", "meaning", "another ", "又", "称", "名",
)  # fmt: skip
