"""An expansion that was in place before there was anything to expand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.rules._life import RELIED, STARTS, STATUS, Happening, time_of
from orefield.evidence.rules.pairing import bounds, is_planned
from orefield.evidence.rules.reading import lexeme, text_of, told
from orefield.evidence.statement import Quantity, Statement

_MORE = (
    r"(?:second|third|fourth|additional|another|extra|new|2nd|3rd) "
    r"(?:\w+ )?(?:lines?|mills?|trains?|furnaces?|concentrators?|modules?|kilns?|shafts?|"
    r"phases?|stages?|units?|potlines?|autoclaves?|plants?|streams?|circuits?)|"
    r"(?:line|mill|train|phase|stage|module|unit) (?:2|3|4|ii|iii|iv|two|three|four)|"
    r"enlarge\w*|debottleneck\w*|brownfield|doubl\w+|capacity (?:increase|raised|uplift)|"
    r"extension (?:of the (?:plant|mill|smelter|concentrator)|completed|commissioned)"
)
_GROWS = lexeme(_MORE, "扩建|扩产|二期|三期|第二条|技改扩能")
_FIRST_OF_ALL = lexeme(
    r"first|opened|start(?: of|ed)?(?: \w+)? (?:production|operations?|mining|output)|"
    r"production (?:start|began)|mine start|start-?up|founded",
    "投产|首批|首次|开业|建成",
)
_LATER_PHASE = lexeme(
    r"phases?|stages?|second|third|expan\w*|restart\w*|re-?open\w*|re-?commission\w*|"
    r"underground|new|trial|pilot|commercial|redevelop\w*|current|modern",
    "二期|三期|扩建|复产|商业化|试生产|地下",
)
_SEASON_D = 31
"""Two tellings this close, in days, may be one opening told in round words."""


def grows(s: Statement) -> bool:
    """Whether an event is of a further line, mill or phase of what runs already."""
    return bool(_GROWS.search(s.attribute.casefold().replace("_", " ")))


def growth_first(
    corpus: Corpus, entity: str, done: Sequence[Happening], grown: Sequence[Happening]
) -> Iterator[Finding]:
    """Expansions done before the first output of the site.

    Parameters
    ----------
    corpus : Corpus
        Its figures tell of an earlier life, where there was one.
    entity : str
        The site.
    done, grown : sequence of Happening
        Events of the site itself, and of its expansion; no plans.
    """
    starts = [
        e for e in done if e.event in STARTS and not _LATER_PHASE.search(text_of(e.statement))
    ]
    finished = [e for e in grown if e.event in (*STARTS, "expanded")]
    finished += [e for e in done if e.event == "expanded"]
    finished += [e for e in done if e.event in STARTS and e.phase and grows(e.statement)]
    if not starts or not finished:
        return
    start = min(starts, key=lambda e: e.when)
    for e in finished:
        late = (start.when[0] - e.when[1]).days
        if late <= 0 or e.statement.id == start.statement.id:
            continue
        text = f"{e.told} is of something that began with {start.told}, {late:,} days later"
        verdict, why = Verdict.TIE, ""
        if _ran_before(corpus, entity, e) or any(
            x.event in ("closed", "suspended", "resumed") and x.when[0] < start.when[0]
            for x in done
        ):
            verdict, why = Verdict.INSUFFICIENT, ", unless it had an earlier life"
        elif late <= _SEASON_D or not _FIRST_OF_ALL.search(text_of(start.statement)):
            verdict, why = Verdict.INSUFFICIENT, ", unless the start is of full output"
        elif e.source == start.source:
            verdict = Verdict.VIOLATE
        yield from told(
            STATUS, verdict, [start.statement, e.statement], f"{text}{why}.",
            residual=float(late), unit="d", relied=RELIED,
        )  # fmt: skip


def _ran_before(corpus: Corpus, entity: str, grown: Happening) -> bool:
    """Whether a figure tells of output in a time before the expansion was done."""
    for s in corpus.of_entity(entity):
        time, most = time_of(s), bounds(s)
        if s.topic.quantity not in (Quantity.PRODUCTION, Quantity.THROUGHPUT) or is_planned(s):
            continue
        if time and most and most.low > 0.0 and time[1] < grown.when[0]:
            return True
    return False
