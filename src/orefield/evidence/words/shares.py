"""Shares in words: "share of domestic demand covered by mines" is mine output over use."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orefield.evidence.statement import Quantity
from orefield.evidence.vocabulary import Basis, Stage
from orefield.evidence.words.attributes import mass_quantity, stage_of
from orefield.evidence.words.commodities import ORES, commodity_of


@dataclass(frozen=True, slots=True)
class Side:
    """The part or the whole of a share.

    Attributes
    ----------
    quantity : Quantity
    stage : Stage
    commodity : str
        Empty where the words name none.
    scope : str
        ``nation``, ``world``, ``subject``, or a name as written.
    """

    quantity: Quantity
    stage: Stage = Stage.NONE
    commodity: str = ""
    scope: str = "subject"


_SUFFICIENCY = re.compile(r"self[- ]?sufficien|自给率", re.IGNORECASE)
_DEPENDENCE = re.compile(r"dependen|relian|对外依存", re.IGNORECASE)
_OF = re.compile(
    r"(?:share|percentage|proportion|per ?cent|portion|contribution|fraction|part|%|accounts? for|accounting for|占)\s*(?:\(%\)\s*)?(?:of|in|for|to)?\s*"
    r"(?P<whole>.+?)(?:\s+(?:that is |which is )?(?:(?:cover(?:ed)?|met|supplied|satisfied|from|accounted(?: for)?)\s*(?:by|from|in|of)?"
    r"|(?:provided|made|contributed|produced|mined|held|represented)(?=\s*$|\s+(?:by|from|in|of)\b)\s*(?:by|from|in|of)?)"
    r"\s*(?P<part>.*))?$",
    re.IGNORECASE,
)
_SCOPED = re.compile(
    r"(?P<scope>world|global|national) (?:market )?share of (?P<what>.+)", re.IGNORECASE
)
_COVERS = re.compile(
    r"cover(?:s|ed|age|ing)?\s+(?:of\s+)?(?P<whole>.*(?:demand|consumption|need|use)\w*)",
    re.IGNORECASE,
)
_NATION = re.compile(
    r"national|nation(?:'s|’s)|nationwide|country|domestic|the nation|全国|国内|我国", re.IGNORECASE
)
_WORLD = re.compile(r"\bworld|global|worldwide|全球|世界", re.IGNORECASE)


_OF_PLACE = re.compile(r"^(?:the )?[A-Z][\w-]+(?: [A-Z][\w-]+)?['’]s? ")
_QUOTA = re.compile(r"\bquotas?\b|配额|总量控制|指标", re.IGNORECASE)
_GOODS = re.compile(
    r"\b(?:ores?|quotas?|tonnage|supply|concentrates?|metal|total|mining|refining|smelting)\b"
    r"|矿石|精矿|配额|指标|供应",
    re.IGNORECASE,
)


def share_sides(phrase: str, default_stage: Stage = Stage.NONE) -> tuple[Side, Side] | None:
    """Part and whole of a share; None where the words do not tell both.

    A part that is not named is the same quantity of the subject: "share of national output".
    """
    words = " ".join(phrase.split())
    if _SUFFICIENCY.search(words):
        return Side(Quantity.PRODUCTION, _stage(words, default_stage)), Side(
            Quantity.USE, Stage.NONE
        )
    if _DEPENDENCE.search(words):
        return Side(Quantity.IMPORTS, stage_of(words)), Side(Quantity.USE, Stage.NONE)
    if scoped := _SCOPED.search(words):
        words = f"share of {scoped['scope']} {scoped['what']}"
    match = _OF.search(words) or _COVERS.search(words)
    if match is None:
        return None
    whole_words = match["whole"]
    part_words = (match.groupdict().get("part") or "").strip()
    whole = _side(whole_words, default_stage)
    if whole is None:
        return None
    if not part_words and whole.quantity is Quantity.USE:
        part_words = words.replace(whole_words, " ")
        named = mass_quantity(part_words, "t/y", Basis.NONE)
        part = (
            Side(Quantity.IMPORTS)
            if named is Quantity.IMPORTS
            else Side(Quantity.PRODUCTION, _stage(part_words, default_stage), whole.commodity)
        )
        return part, whole
    if not part_words:
        return Side(whole.quantity, whole.stage, whole.commodity, "subject"), whole
    named_part = _side(part_words, default_stage)
    if named_part is None:
        stage = stage_of(part_words)
        quantity = Quantity.PRODUCTION if whole.quantity is Quantity.USE else whole.quantity
        return Side(quantity, stage, commodity_of(part_words) or whole.commodity, part_words), whole
    commodity = named_part.commodity or whole.commodity
    return Side(named_part.quantity, named_part.stage, commodity), whole


def _stage(words: str, default: Stage) -> Stage:
    found = stage_of(words)
    return default if found is Stage.NONE else found


def _side(words: str, default_stage: Stage) -> Side | None:
    quantity = mass_quantity(words, "t/y", Basis.NONE)
    if quantity is Quantity.OTHER:
        if re.search(r"resource|reserve|储量|资源", words, re.IGNORECASE):
            quantity = Quantity.RESOURCE
        elif re.search(r"import|进口", words, re.IGNORECASE):
            quantity = Quantity.IMPORTS
        elif (
            _NATION.search(words) or _WORLD.search(words) or _OF_PLACE.search(words)
        ) and commodity_of(words):
            quantity = Quantity.PRODUCTION  # "the country's zinc"
        elif _GOODS.search(words) and (commodity_of(words) or _QUOTA.search(words)):
            quantity = Quantity.PRODUCTION  # "share of national nickel ore": of what is mined
        else:
            return None
    if quantity is Quantity.THROUGHPUT and commodity_of(words) in ORES:
        quantity = Quantity.PRODUCTION  # of what is sold as ore, the ore is the product
    stage = stage_of(words)
    if quantity is Quantity.PRODUCTION and stage is Stage.NONE:
        stage = default_stage
    if quantity is Quantity.USE:
        stage = Stage.NONE
    nation = _NATION.search(words) or _QUOTA.search(words)
    scope = "world" if _WORLD.search(words) else "nation" if nation else words
    return Side(quantity, stage, commodity_of(words), scope)
