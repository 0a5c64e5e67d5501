"""Basis, stage, class and rate of a row: as its columns state them, else by its words."""

from __future__ import annotations

import re

from orefield.evidence.meaning.row import LooseRow
from orefield.evidence.statement import Quantity
from orefield.evidence.vocabulary import Basis, RateType, ResourceClass, Stage
from orefield.evidence.words import attributes as words_of
from orefield.evidence.words.commodities import ORES
from orefield.evidence.words.qualifiers import Hedge
from orefield.evidence.words.units_written import UnitWritten

MASSES = frozenset({"t", "t/y", "t/d"})
"""Base units of masses and of masses a time."""

IN_GROUND = frozenset({Quantity.RESOURCE, Quantity.RESOURCE_ADDED})
"""What lies in the ground."""

CLASSES_IN_GROUND = frozenset(
    {"potential", "inferred", "indicated", "measured", "resource", "reserve"}
)
"""Classes that only something in the ground has."""

PLANNABLE = frozenset(
    {
        Quantity.PRODUCTION, Quantity.THROUGHPUT, Quantity.USE, Quantity.GROWTH, Quantity.SHARE,
        Quantity.IMPORTS, Quantity.EXPORTS, Quantity.NET_IMPORTS, Quantity.RATE, Quantity.EVENT,
        Quantity.SPECIFIC, Quantity.EXPENDED, Quantity.WASTE,
    }
)  # fmt: skip
"""What can be an outcome or a plan."""


def basis_of(
    row: LooseRow,
    attribute: str,
    unit: UnitWritten,
    quantity: Quantity,
    commodity: str,
    inferred: list[str],
) -> Basis:
    """What a mass is of: as stated, by the unit, by the words; metal where nothing is said."""
    if quantity in _BESIDE and not row.cells.get("basis", ""):
        return Basis.NONE
    found = _basis(row, attribute, unit, quantity, commodity, inferred)
    if found is Basis.GROSS and commodity not in ORES and _CONCENTRATE.search(attribute):
        return Basis.CONCENTRATE_GROSS
    if found is Basis.ORE and commodity in ORES and quantity is not Quantity.THROUGHPUT:
        return Basis.GROSS  # of what is sold as ore, the ore is the product
    return found


_BESIDE = frozenset({Quantity.SPECIFIC, Quantity.EXPENDED, Quantity.WASTE})
"""What is used, emitted or thrown away: no mass of a product on any basis."""

_SHORT = 4
"""Words of a remark that tells the stage, such as "region's mined copper"."""

_REMARK = 3
"""Words of a remark such as "contained" or "dry ore"; longer ones may speak of other things."""

_CONCENTRATE = re.compile(r"concentrate|精矿", re.IGNORECASE)


def _basis(  # noqa: PLR0911 -- in order
    row: LooseRow,
    attribute: str,
    unit: UnitWritten,
    quantity: Quantity,
    commodity: str,
    inferred: list[str],
) -> Basis:
    stated = row.cells.get("basis", "")
    if stated:
        known = stated.strip().replace(" ", "_").casefold()
        if known in set(Basis):
            return Basis(known)
        found = words_of.basis_of(stated)
        return found if found is not Basis.NONE else Basis.UNSTATED
    if unit.base not in MASSES or unit.basis is not Basis.NONE:
        return unit.basis
    if quantity is Quantity.THROUGHPUT:
        return Basis.ORE
    # a qualifier that is only "contained" or "gross" says it of the number itself
    remark = re.split(r"[,;(]", row.qualifier)[0]
    found = words_of.basis_of(remark) if len(remark.split()) <= _REMARK else Basis.NONE
    if found is Basis.NONE:
        found = words_of.basis_of(attribute)
    if found is Basis.NONE and len(row.paraphrase.split()) <= _REMARK:
        found = words_of.basis_of(row.paraphrase)
    in_ground = quantity in {Quantity.RESOURCE, Quantity.RESOURCE_ADDED}
    if found is Basis.ORE and in_ground and not _ORE_TONNAGE.search(attribute):
        found = Basis.NONE
    if found is Basis.NONE and in_ground and not commodity and _MINERAL.search(attribute):
        inferred.append("basis")
        return Basis.ORE  # "mineral resources, 22 Mt" of no metal are of ore
    if found is not Basis.NONE or commodity in ORES:
        return Basis.GROSS if found is Basis.NONE else found
    inferred.append("basis")
    return Basis.CONTAINED


_MINERAL = re.compile(r"\b(?:mineral|ore) (?:resource|reserve)", re.IGNORECASE)
_ORE_TONNAGE = re.compile(
    r"\bore (?:resource|reserve|tonn|body)|(?:reserve|resource)s?,? (?:ore|tonn)|^ore\b|ores$|"
    r"矿石量",
    re.IGNORECASE,
)


def stage_of(
    row: LooseRow, attribute: str, commodity: str, quantity: Quantity, inferred: list[str]
) -> Stage:
    """Where in the chain a figure is taken; NONE where nothing says so."""
    found = _stage(row, attribute, commodity, inferred)
    if found is Stage.USE and quantity in {Quantity.IMPORTS, Quantity.EXPORTS}:
        return Stage.SEMIS
    if found is Stage.USE or quantity is Quantity.USE or quantity in _BESIDE:
        return Stage.NONE
    if found is Stage.SMELTER and commodity == "al":
        return Stage.REFINED  # what an aluminium smelter makes is the metal
    if found is Stage.NONE and quantity in {*IN_GROUND, Quantity.GRADE}:
        return Stage.MINE
    return found


def _stage(row: LooseRow, attribute: str, commodity: str, inferred: list[str]) -> Stage:
    stated = row.cells.get("stage", "").strip().casefold()
    if stated:
        return Stage(stated) if stated in set(Stage) else words_of.stage_of(stated)
    found = words_of.stage_of(attribute)
    if found is Stage.NONE:
        found = words_of.stage_of(row.unit)
    if found is Stage.NONE and commodity == "recycled":
        return Stage.SCRAP
    if found is Stage.NONE and commodity in ORES:
        inferred.append("stage")
        return Stage.MINE
    if found is Stage.NONE and len(row.paraphrase.split()) <= _SHORT:
        found = words_of.stage_of(row.paraphrase)
        if found is not Stage.MINE:
            return Stage.NONE  # "copper cathode" may be what a mine sells
        inferred.append("stage")
    return found


def class_of(
    row: LooseRow, attribute: str, hedge: Hedge, quantity: Quantity, inferred: list[str]
) -> ResourceClass:
    stated = row.cells.get("class", "").casefold()
    if stated:
        known = stated in set(ResourceClass)
        return ResourceClass(stated) if known else words_of.class_of(stated)
    if quantity in IN_GROUND:
        found = words_of.class_of(attribute)
        if found is ResourceClass.NONE:
            inferred.append("resource_class")
            found = words_of.class_of(row.paraphrase)
        if found is ResourceClass.NONE:
            found = ResourceClass.POTENTIAL if hedge.planned else ResourceClass.RESOURCE
        return found
    if hedge.planned and quantity in PLANNABLE:
        return ResourceClass.PLAN
    if quantity is Quantity.CAPACITY or (
        quantity is Quantity.THROUGHPUT and re.search(r"(?i)capacit|规模|能力", attribute)
    ):
        return ResourceClass.CAPACITY
    if quantity not in PLANNABLE:
        return ResourceClass.NONE
    inferred.append("resource_class")
    return ResourceClass.ACTUAL


def rate_of(row: LooseRow, attribute: str, quantity: Quantity) -> RateType:
    stated = row.cells.get("rate_type", "")
    if stated:
        try:
            return RateType(stated)
        except ValueError:
            return words_of.rate_of(stated)
    if quantity is not Quantity.RATE:
        return RateType.NONE
    return words_of.rate_of(f"{attribute}; {row.paraphrase}")
