"""Events and yes-or-no statements of a row: what its status is, when, and what else it says."""

from __future__ import annotations

import re
from dataclasses import replace

from orefield.evidence.meaning.row import LooseRow
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.words import attributes as words_of
from orefield.evidence.words.commodities import spoken


def told_status(row: LooseRow, attribute: str) -> str:
    """The words of an event; those of "status" stand in the qualifier."""
    bare = re.fullmatch(r"\s*(?:current |present )?(?:status|state)\s*", attribute, re.IGNORECASE)
    return f"{attribute}: {row.qualifier}" if bare else attribute


def event_date(statement: Statement, row: LooseRow) -> str:
    """ISO date or year of an event: the row's number where it is a year, else its period."""
    several = row.high is not None and row.high != row.low
    if row.low is not None and not several and 1000 <= row.low <= 2999 and row.low % 1 == 0:
        return f"{int(row.low):04d}"
    first, last = statement.first_year, statement.last_year
    return f"{first:04d}" if first is not None and first == last else ""


def flags_beside(statement: Statement, row: LooseRow) -> tuple[Statement, ...]:
    """The yes-or-no statements that a row's words make beside its number, as ``id#flag``."""
    flags = words_of.flags_of(f"{spoken(row.attribute)} {row.paraphrase}")
    if statement.topic.quantity is Quantity.FLAG:
        flags = flags[1:]
    if statement.topic.quantity in {Quantity.EVENT, Quantity.SHARE}:
        flags = ()
    topic = replace(statement.topic, quantity=Quantity.FLAG)
    plain = replace(statement, topic=topic, low=1.0, high=1.0, unit="flag", rounding=0.0, hedge=0.0,
                    part=None, whole=None, listed=(), derivation="")  # fmt: skip
    return tuple(replace(plain, id=f"{statement.id}#{flag}", flag=flag) for flag in flags)
