"""Proper names in English text, by capitals and by the words that stand beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orefield.evidence.extract.common_words import COMMON_WORDS
from orefield.evidence.extract.numerals import SPELLED
from orefield.evidence.extract.place_words import DEMONYMS, PLACES

SITE_NOUN = (
    r"mines?|deposits?|projects?|pits?|operations?|complex|orebody|prospects?|concession|"
    r"open[- ]pit|brine operation|"
    r"district|mining district|field|belt|salar|discovery|property"
)
PLANT_NOUN = (
    r"smelters?|refinery|refineries|concentrators?|mill|plant|facility|works|steelworks|park|"
    r"industrial park"
)
PLACE_NOUN = (
    r"province|region|county|prefecture|city|state|plateau|basin|island|islands|area|"
    r"district|municipality|valley|"
    r"peninsula|republic|territory|bay|river|lake|village"
)
COMPANY_NOUN = (
    r"group|corp|corporation|company|inc|ltd|limited|plc|mining|resources|minerals|"
    r"metals|copper|gold|lithium|nickel|"
    r"holdings|industries|industry|alumina|steel|aluminium|aluminum|cobalt|zinc|energy|"
    r"ag|sa|nv|co|ventures|explorations?|"
    r"materials|silver|uranium|rare earths"
)
ORG_NOUN = (
    r"ministry|survey|agency|bureau|association|institute|university|academy|commission|"
    r"administration|exchange|council|"
    r"department|office|times|news|television|review|daily|journal|post|wire|bank|"
    r"securities|analysts?|group of|union|"
    r"newswire|network|press|reuters|bloomberg|xinhua|usgs|icsg|iea|newsline|programme|program"
)
_COMMODITY = (
    r"copper|gold|silver|zinc|lead|nickel|cobalt|lithium|iron ore|iron|bauxite|alumina|"
    r"tin|tungsten|molybdenum|coal|"
    r"uranium|manganese|graphite|rare earths?|phosphate|potash|spodumene|polymetallic|"
    r"chromite|diamond|antimony|"
    r"copper-gold|copper-cobalt|copper-molybdenum|lithium brine|nickel-cobalt|lead-zinc|"
    r"zinc-lead|gold-copper"
)
_TYPE = re.compile(
    rf"\s(?P<middle>(?:(?:{_COMMODITY}|open[- ]pit|underground|porphyry|hard[- ]rock|"
    rf"processing|separation|flotation)\s){{0,3}})"
    rf"(?P<noun>{SITE_NOUN}|{PLANT_NOUN}|{PLACE_NOUN}|group|company|expansion)\b",
)
_LETTER = "A-Za-z0-9À-ÿŠŽČšžčŁł"
_TOKEN = (
    rf"(?:(?:Mt|St|Ste)\.(?=\s[A-Z])|[A-ZÀ-ÞŠŽČŁ][{_LETTER}'.&/-]*[{_LETTER}]|"
    rf"[A-ZÀ-ÞŠŽČŁ](?![{_LETTER}]))"
)
_NAME = re.compile(
    rf"(?<![{_LETTER}$]){_TOKEN}(?:(?:\s(?:of|de|del|dos|do|da|la|las|los|el|al|du|des|y|"
    rf"&|and)(?:\s(?:la|los|the))?)?[ ]{_TOKEN})*"
)

_FORMULA = re.compile(
    r"(?:Li2O|Al2O3|Fe2O3|P2O5|U3O8|WO3|TiO2|V2O5|Nb2O5|Ta2O5|Cr2O3|K2O|KCl|SiO2|CO2e?|"
    r"SO2|NOx|TREO|REO|NdPr|CuEq|AuEq|LCE|NPI|"
    r"PGMs?|PGE|[34]E|MnO|NiEq|ZnEq|EVs?|ESS|MRE|ESG|SO4)"
)
_PERIOD_NAME = re.compile(
    r"\b(?:Five-Year|Plan|Quarter|Half|Year|Q[1-4]|H[12]|FY)\b", re.IGNORECASE
)
_LEADS_ON = re.compile(
    r"\s(?:to|of|for|in|at|on|by|with|than|as|from|that|the|a|an|are|were|have)\b"
)
_MONTHS = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Monday|Tuesday|Wednesday|Thursday|"
    r"Friday|Saturday|Sunday)"
)
_DATED = re.compile(rf"{_MONTHS}(?:[ /-]{_MONTHS})*")
_NOMINAL = re.compile(
    r"[\w-]*(?:tion|sation|ment|ness|ity|ance|ence|ing|ings|ly|ed|ers|als|ical|ics|ure|ures|ism|"
    r"age|ive|ary|ory|ous|ful|able|ible|less|ward|wards|-product|[^aious]s)"
)
_ACTS = re.compile(
    r"\s(?:(?:no longer|also|now|still|currently|already|later|itself|alone|itself|[a-z]+ly)\s)*"
    r"(?:is|was|has|had|will|would|said|says|can|could|may|should|did|does|made|makes|holds?|"
    r"held|owns?|plans?|expects?|aims?|wants?|produces|mines|operates|employs|exports|imports|"
    r"buys|bought|sells|sold|rose|fell|lies|sits|hosts|contains|runs|ran|shut|began|begins|cut|"
    r"cuts|paid|pays|lost|took|takes|gets|got|gave|gives|became|becomes|remains|came|comes|"
    r"needs|processes|treats|supplies|accounts|covers|uses|ships|went|goes|hit|hits|put|puts|"
    r"saw|sees|set|sets|spent|won|kept|keeps|built|left|leaves|stood|stands|grew|met|meets|"
    r"sent|draws|drew|overtook|[a-z]{2,}ed)\b"
)
_BESIDE_NAME = re.compile(
    r"'|\s\(|\s(?:and|or|&)\s[A-Z]|,\s[A-Z]|"
    r",\s(?:which|who|whose|where|the|an?|one|its|on|in)\b"
)
_OF_LAND = re.compile(r"(?:Lake|Mount|River|Cape|Gulf|Bay|Lago|Laguna)\s[A-Z]")
WHOSE = re.compile(r"\s(?:[a-z]+\s)?(?:miner|company|producer|firm|group|giant|trader|smelter)\b")
_HOLE = re.compile(r"(?:Hole|Drillhole|Drill Hole|DDH)\b")
_TITLE_BEFORE = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|Sir|President|Minister|Chairman|CEO|Professor|director|"
    r"chief|manager|analyst|[Ss]ecretary|geologist|engineer|economist|officer|governor|mayor|"
    r"spokes\w+|researcher|trader|campaigner|lawyer|executive|head)\.?,?\s$"
)
_PERSON_AFTER = re.compile(
    r"\stold\s(?:reporters|journalists|[A-Z])|"
    r",\s(?:an? |the |its |their |[a-z]+ )?(?:academician|chief|manager|analyst|director|"
    r"minister|president|chairman|professor|"
    r"spokes\w+|researcher|head|CEO|executive|engineer|geologist|governor|farmer|"
    r"fisherman|resident|villager|lawyer|activist|campaigner)\b"
)


@dataclass(frozen=True, slots=True)
class ProperName:
    """A name in a text: its characters, how it reads and what kind of thing the words make it."""

    start: int
    end: int
    name: str
    kind: str
    demonym: bool = False


class NameFinder:
    """Finds proper names in the sentences of one English text.

    Parameters
    ----------
    text : str
        The whole folded text: a word that it also writes small is no name.
    """

    def __init__(self, text: str) -> None:
        self._small = frozenset(re.findall(r"(?<![A-Za-z'])[a-z]{3,}(?![A-Za-z])", text))
        self._inner = frozenset(
            word
            for line in text.splitlines()
            if not _all_capital(line)
            for word in re.findall(r"(?<=[a-z,] )[A-ZÀ-Þ][\w'-]+", line)
        )

    def find(self, text: str, start: int, end: int, titlecase: bool = False) -> list[ProperName]:
        """Names between two offsets; in a headline with all words capital, stricter."""
        found: list[ProperName] = []
        for match in _NAME.finditer(text, start, end):
            for piece_start, piece_end in self._pieces(match, start, titlecase):
                name = self._named(text, piece_start, piece_end, end, piece_start <= start + 1)
                if name is not None:
                    found.append(name)
        return found

    def _pieces(self, match: re.Match[str], start: int, titlecase: bool) -> list[tuple[int, int]]:
        """Runs of name words, with common words cut off the front and the back."""
        words = [
            (m.group(), match.start() + m.start(), match.start() + m.end())
            for m in re.finditer(r"\S+", match[0])
        ]
        runs: list[list[tuple[str, int, int]]] = [[]]
        for word, a, b in words:
            if word.endswith("'s"):  # a possessive ends a name: "China's Heilongjiang"
                runs[-1].append((word[:-2], a, b - 2))
                runs.append([])
            elif word == "and" or (word == "of" and runs[-1] and runs[-1][-1][0] in {"Group"}):
                runs[-1].append((word, a, b))
            else:
                runs[-1].append((word, a, b))
        out = []
        for run in runs:
            for part in _split_and(run):
                kept = list(part)
                while kept and self._common(
                    kept[0][0], kept[0][1] == start, titlecase, len(kept) > 1
                ):
                    kept.pop(0)
                while kept and kept[-1][0] in {
                    "of",
                    "de",
                    "and",
                    "&",
                    "the",
                    "la",
                    "y",
                    "In",
                    "The",
                }:
                    kept.pop()
                if kept and any(len(w) > 1 for w, _, _ in kept):
                    out.append((kept[0][1], kept[-1][2]))
        return out

    def _common(self, word: str, initial: bool, titlecase: bool, more: bool) -> bool:
        bare = word.strip(".,'").lower()
        if word in {"of", "and", "the", "de", "la"} or not bare:
            return True
        if more and not initial and not titlecase:
            return bare in {"the", "in", "at", "on", "of", "mr", "ms", "dr", "a"}
        if bare in COMMON_WORDS:
            return True
        return (initial or titlecase) and bare in self._small

    def _named(  # noqa: PLR0911, PLR0912 -- in order
        self, text: str, start: int, end: int, limit: int, opening: bool
    ) -> ProperName | None:
        while end > start and text[end - 1] in ".,-/":
            end -= 1
        name = text[start:end]
        if (
            len(name) < 2
            or _PERIOD_NAME.search(name)
            or re.fullmatch(r"[A-Z]{1,2}[0-9]*|[A-Za-z]?[0-9.,/-]+", name)
        ):
            return None
        if _FORMULA.fullmatch(name) or re.match(SPELLED + r"\b", name, re.IGNORECASE):
            return None
        if _DATED.fullmatch(name):
            return None
        if name.lower() in COMMON_WORDS or all(
            w.lower().strip(".") in COMMON_WORDS for w in name.split()
        ):
            return None
        if _HOLE.match(name):
            return ProperName(start, end, name, "hole")
        if name in DEMONYMS and WHOSE.match(text, end):
            return None  # "the Brazilian miner": who it is, is said elsewhere
        if name in DEMONYMS:
            return ProperName(start, end, DEMONYMS[name], "place", True)
        person = _TITLE_BEFORE.search(text[max(0, start - 12) : start]) or _PERSON_AFTER.match(
            text, end
        )
        if person:
            return ProperName(start, end, name, "person")
        if name in PLACES or _OF_LAND.match(name):
            return ProperName(start, end, name, "place")
        lone = opening and " " not in name and name not in self._inner
        if lone and not self._opens_as_name(text, name, end):
            return None  # "Due to", "Spot charges", "Samples": a sentence begins, and no name
        noun = _TYPE.match(text, end, limit)
        if noun and noun["noun"] != "expansion":
            return ProperName(
                start, noun.end(), text[start : noun.end()], kind_of_noun(noun["noun"])
            )
        beside = _beside(text, start, end)
        if beside:
            return ProperName(start, end, name, beside)
        last = re.split(r"[ -]", name)[-1].lower().strip(".")
        return ProperName(
            start, end, name, kind_of_noun(last) if " " in name else kind_of_org(last)
        )

    @staticmethod
    def _opens_as_name(text: str, name: str, end: int) -> bool:
        """Whether a word that only opens a sentence, capital for that reason, is a name.

        A word that is written like a name alone (``BHP``, ``McKay``) is; any other needs a kind
        of thing, an apposition or a verb behind it, and must not be built like a noun.
        """
        if re.search(r"[a-z][A-Z]|^[A-Z]{3,}$|[0-9]", name):
            return True
        if _LEADS_ON.match(text, end):
            return False
        if _NOMINAL.fullmatch(name):
            return bool(re.match(r"'s\s|\s\([A-Z]", text[end : end + 4]))
        behind = _TYPE.match(text, end)
        return bool(behind or _BESIDE_NAME.match(text, end) or _ACTS.match(text, end)) or not (
            re.match(r"\s[a-z]", text[end : end + 2])
        )


def _all_capital(line: str) -> bool:
    words = re.findall(r"[A-Za-z]{4,}", line)
    return bool(words) and sum(w[0].isupper() for w in words) > 0.65 * len(words)


_CALLED = re.compile(
    r"\b(?:miner|producer|company|giant|firm|developer|explorer|maker|trader|operator)\s$"
)
_APPOSED = re.compile(
    r",\s(?:the|an?|its|one of)\s[^,.;]{0,45}?\b(?P<noun>mine|deposit|project|pit|smelter|"
    r"refinery|miner|producer|company|firm|province|region)s?\b"
)


def _beside(text: str, start: int, end: int) -> str:
    """Kind that the words beside a name give it: "miner X", "X, the country's largest mine"."""
    if _CALLED.search(text[max(0, start - 12) : start]):
        return "company"
    match = _APPOSED.match(text, end)
    if match is None:
        return ""
    return (
        "company" if match["noun"] in {"miner", "producer", "firm"} else kind_of_noun(match["noun"])
    )


def kind_of_org(word: str) -> str:
    """``org`` for the short name of an agency or a paper; else unknown."""
    return "org" if re.fullmatch(ORG_NOUN, word, re.IGNORECASE) else ""


def kind_of_noun(word: str) -> str:
    """Kind that the last word of a name makes it: site, plant, place, company, org or unknown."""
    low = word.lower()
    for kind, words in (("site", SITE_NOUN), ("plant", PLANT_NOUN), ("place", PLACE_NOUN),
                        ("company", COMPANY_NOUN), ("org", ORG_NOUN)):  # fmt: skip
        if re.fullmatch(words, low):
            return kind
    return ""


def _split_and(run: list[tuple[str, int, int]]) -> list[list[tuple[str, int, int]]]:
    """Two names that "and" joins are two."""
    out: list[list[tuple[str, int, int]]] = [[]]
    for item in run:
        if item[0] == "and":
            out.append([])
        else:
            out[-1].append(item)
    return [part for part in out if part]
