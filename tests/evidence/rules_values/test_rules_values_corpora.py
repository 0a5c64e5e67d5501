"""Whole corpora: consistent ones stay silent under every rule, planted slips do not."""

from __future__ import annotations

import dataclasses
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from values_corpora import alarms, check, say

from orefield.evidence.statement import Quantity, Statement
from orefield.evidence.vocabulary import Basis, Qualifier, ResourceClass, SigmaClass, Stage

# commodity, usual grade, mined by a country (t/y)
METALS = [
    ("cu", 0.006, 1.5e6),
    ("au", 1.5e-6, 100.0),
    ("ni", 0.015, 3e5),
    ("li", 0.006, 4e4),
    ("zn", 0.06, 8e5),
    ("co", 0.003, 5e4),
]
SIGMAS = {"A": 0.02, "B": 0.04, "C": 0.06, "D": 0.10}


def world(chance: random.Random, metal: tuple[str, float, float]) -> list[Statement]:
    """A mine and a country, told by several sources, each within a sigma of the truth."""
    commodity, rich, mined = metal
    out: list[Statement] = []

    def tell(
        entity: str, quantity: Quantity, value: float, unit: str, year: int | None, **more: object
    ):
        for source in chance.sample(["S1", "S2", "S3", "S4"], chance.randint(1, 3)):
            cls = chance.choice(list(SIGMAS))
            off = 1.0 + 0.7 * SIGMAS[cls] * chance.uniform(-1.0, 1.0)
            hedged = chance.random() < 0.2
            one = say(
                f"c{len(out)}",
                entity,
                quantity,
                value * off,
                unit,
                commodity=commodity,
                source=source,
                first_year=year,
                last_year=year,
                sigma_class=SigmaClass(cls),
                **more,
            )
            if hedged:
                one = dataclasses.replace(one, qualifier=Qualifier.ABOUT, hedge=0.05)
            out.append(one)

    ore_day, days, kept = 10 ** chance.uniform(3, 4.2), 330.0, chance.uniform(0.7, 0.93)
    grade = rich * chance.uniform(0.5, 1.5)
    metal_year = ore_day * days * grade * kept
    mine: dict[str, object] = {"stage": Stage.MINE, "basis": Basis.CONTAINED}
    for year in range(2018, 2024):
        tell(
            "hill", Quantity.PRODUCTION, metal_year * chance.uniform(0.6, 0.9), "t/y", year, **mine
        )
        growing = 1.06 ** (year - 2020)
        tell("norland", Quantity.PRODUCTION, mined * growing, "t/y", year, **mine)
        refined = {"stage": Stage.REFINED, "basis": Basis.CONTAINED}
        tell("norland", Quantity.PRODUCTION, 2.3 * mined * growing, "t/y", year, **refined)
        tell("norland", Quantity.USE, 2.9 * mined * growing, "t/y", year)
        gross = {"basis": Basis.CONCENTRATE_GROSS}
        tell("norland", Quantity.IMPORTS, 6.0 * mined * growing, "t/y", year, **gross)
    tell("hill", Quantity.THROUGHPUT, ore_day, "t/d", 2023, basis=Basis.ORE)
    tell("hill", Quantity.GRADE, grade, "1", 2023)
    tell("hill", Quantity.RECOVERY, kept, "1", 2023)
    ore = ore_day * days * 25.0
    for share, cls in ((1.0, ResourceClass.RESERVE), (2.2, ResourceClass.RESOURCE)):
        tell("hill", Quantity.RESOURCE, ore * share, "t", 2023, basis=Basis.ORE, resource_class=cls)
        metal_there = ore * share * grade
        fields = {"basis": Basis.CONTAINED, "resource_class": cls}
        tell("hill", Quantity.RESOURCE, metal_there, "t", 2023, **fields)
    tell(
        "hill",
        Quantity.PRODUCTION,
        1.2 * metal_year,
        "t/y",
        2028,
        **mine,
        qualifier=Qualifier.TARGET,
    )
    return out


@given(st.integers(0, 10**6), st.sampled_from(METALS))
@settings(max_examples=20)
def test_a_consistent_corpus_is_silent(seed: int, metal: tuple[str, float, float]) -> None:
    # one text does not contradict itself: a source says each thing once
    found = alarms(check(*world(random.Random(seed), metal)))
    assert [f"{f.rule}: {f.explanation}" for f in found] == []


@pytest.mark.parametrize("slip", [1e3, 1e4, 1e-3, 365.0])
@given(seed=st.integers(0, 10**6), metal=st.sampled_from(METALS))
@settings(max_examples=5)
def test_a_planted_slip_is_found(slip: float, seed: int, metal: tuple[str, float, float]) -> None:
    chance = random.Random(seed)
    told = world(chance, metal)
    at = chance.choice(
        [
            i
            for i, s in enumerate(told)
            if s.topic.quantity is Quantity.PRODUCTION and s.last_year == 2023
        ]
    )
    if len([s for s in told if s.topic == told[at].topic and s.last_year == 2023]) < 2:
        return
    told[at] = dataclasses.replace(told[at], low=(told[at].low or 0.0) * slip)
    found = alarms(check(*told))
    assert any(told[at].id in f.claims for f in found)
    assert all(told[at].id in f.claims for f in found)
