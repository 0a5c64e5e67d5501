"""Statements of every entity, sorted by the part of the chain that they give."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property

from orefield.evidence.corpus import Corpus
from orefield.evidence.rules._values import METAL_BASES
from orefield.evidence.rules._world import counted_as_ore
from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis, Stage

# grades of something else than the ore fed to a mill
_NOT_ORE_GRADE = re.compile(
    r"cut.?off|concentrate\b(?!or)|matte|blister|anode|cathode|slag|tail|boundary|hydroxide|\bmhp\b"
    r"|\bnpi\b|pig iron|ferro|carbonate|sulph?ate|sulfate|oxide product|alloy|dor[eé]|bullion|ingot"
    r"|precipitate|product|moisture|purity|边界|精矿|尾矿|粗铜|镍铁|生铁|氢氧化|碳酸|纯度|水分",
    re.I,
)
_NOT_ORE = re.compile(r"material|\bmoved|waste|strip|\brock\b|\bscrap\b|采剥|废料|废杂", re.I)
_OF_ORE = re.compile(r"\bores?\b(?! grade)|\btonnage\b|矿石量", re.I)
_OPEN_PIT = re.compile(r"open.?(?:pit|cut|cast)|露天|surface mine", re.I)
_MASSES = frozenset({"t", "t/y", "t/d"})


def is_ore_rate(s: Statement) -> bool:
    """Whether it is a rate of ore: a throughput, or an output or capacity on an ore basis."""
    quantity = s.topic.quantity
    if quantity is Quantity.THROUGHPUT:
        of_ore = s.basis in {Basis.ORE, Basis.NONE, Basis.UNSTATED, Basis.GROSS}
    else:
        flow = quantity is Quantity.PRODUCTION or quantity is Quantity.CAPACITY
        of_ore = flow and s.basis is Basis.ORE
    return of_ore and s.unit in _MASSES and not _NOT_ORE.search(s.attribute)


def is_metal_output(s: Statement) -> bool:
    """Whether it is metal that a mine gives, or can give, in a year."""
    quantity = s.topic.quantity
    if quantity is Quantity.THROUGHPUT:
        if s.basis is not Basis.CONTAINED:
            return False
    elif quantity is not Quantity.PRODUCTION and quantity is not Quantity.CAPACITY:
        return False
    return (
        s.unit in _MASSES
        and s.basis in METAL_BASES
        and (s.topic.stage is Stage.MINE or s.topic.stage is Stage.NONE)
        and bool(s.topic.commodity)
        and not counted_as_ore(s.topic.commodity)
    )


def is_concentrate_output(s: Statement) -> bool:
    """Whether it is a concentrate, as weighed, that a mine gives or can give in a year."""
    flow = s.topic.quantity is Quantity.PRODUCTION or s.topic.quantity is Quantity.CAPACITY
    return flow and s.basis is Basis.CONCENTRATE_GROSS and s.unit in _MASSES and bool(
        s.topic.commodity
    )  # fmt: skip


def is_ore_grade(s: Statement) -> bool:
    """Whether it is the average grade of an ore."""
    if s.topic.quantity is not Quantity.GRADE or s.unit != "1":
        return False
    if s.basis in {Basis.CONCENTRATE_GROSS, Basis.GROSS}:
        return False
    return not _NOT_ORE_GRADE.search(f"{s.attribute} {s.words}")


def is_ore_in_place(s: Statement) -> bool:
    """Whether it is a mass of ore in the ground."""
    if s.topic.quantity is not Quantity.RESOURCE or s.unit != "t":
        return False
    if "basis" in s.inferred and _OF_ORE.search(s.attribute):
        return True
    return s.basis is Basis.ORE or (s.topic.commodity == "ore" and s.basis is not Basis.CONTAINED)


def is_metal_in_place(s: Statement) -> bool:
    """Whether it is a mass of metal in the ground."""
    if s.topic.quantity is not Quantity.RESOURCE or s.unit != "t" or is_ore_in_place(s):
        return False
    metal = bool(s.topic.commodity) and not counted_as_ore(s.topic.commodity)
    return metal and s.basis in {Basis.CONTAINED, Basis.NONE, Basis.UNSTATED}


class Sites:
    """Statements of a corpus by entity and by part of the chain.

    Parameters
    ----------
    corpus : Corpus
    """

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.ore_rates: dict[str, list[Statement]] = defaultdict(list)
        self.metal_outputs: dict[str, list[Statement]] = defaultdict(list)
        self.concentrates: dict[str, list[Statement]] = defaultdict(list)
        of = corpus.of_quantity
        for quantity in (Quantity.PRODUCTION, Quantity.CAPACITY, Quantity.THROUGHPUT):
            for s in of(quantity):
                if is_ore_rate(s):
                    self.ore_rates[s.entity].append(s)
                elif is_metal_output(s):
                    self.metal_outputs[s.entity].append(s)
                elif is_concentrate_output(s):
                    self.concentrates[s.entity].append(s)
        self.days = _by_entity(of(Quantity.OPERATING_DAYS))
        self.recoveries = _by_entity(of(Quantity.RECOVERY))
        self.grades = _by_entity([s for s in of(Quantity.GRADE) if is_ore_grade(s)])
        in_ground = of(Quantity.RESOURCE)
        self.ore_in_place = _by_entity([s for s in in_ground if is_ore_in_place(s)])
        self.metal_in_place = _by_entity([s for s in in_ground if is_metal_in_place(s)])

    @cached_property
    def open_pits(self) -> frozenset[str]:
        """Entities of which some statement says that they are open pits."""
        return frozenset(
            s.entity
            for s in self.corpus.statements
            if _OPEN_PIT.search(s.attribute) or _OPEN_PIT.search(s.words)
        )


def _by_entity(statements: tuple[Statement, ...] | list[Statement]) -> dict[str, list[Statement]]:
    out: dict[str, list[Statement]] = defaultdict(list)
    for s in statements:
        out[s.entity].append(s)
    return out
