"""All rules here together: silent on what is consistent, never at a loss, quick."""

from __future__ import annotations

import csv
import dataclasses
import math
import random
import time
from importlib.resources import files
from pathlib import Path

import pytest

from orefield.evidence.corpus import EVENTS, Ownership, StatusEvent
from orefield.evidence.interval import Interval
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Basis, Mark, Qualifier, RateType, ResourceClass, Stage

from .words_corpora import ENTITIES, MODULES, alarms, corpus, rules, said, source

Q, C, B = Quantity, ResourceClass, Basis

METALS = ("cu", "li", "ni", "fe", "au", "ree", "co")
PHRASES = (
    "", "potential reserves", "not inferred", "self-sufficient", "wholly owned", "Monday", "major",
    "推断储量", "全年库存", "铜 95 % recycled", "\0\ud800", "((", "stockpiles projected" * 9,
)  # fmt: skip
NUMBERS = (None, 0.0, -1.0, 0.5, 1.0, 1e6, 1e308, -math.inf, math.inf, math.nan, 5e-324)
YEARS = (None, -5, 0, 1990, 2024, 12000)
DATES = ("", "2024", "2024-02-30", "2024-05", "2024-05-06", "soon", "0000", "2", "９９９９")
NAMES = (*(e.id for e in ENTITIES), "?x", "?others", "", "nobody")
UNITS = ("", "1", "t", "t/y", "t/d", "d", "deg", "count", "flag")
FLAGS = ("", "odd", "net_importer", "meets_own_needs", "no_stock", "operating")


def odd_statements(rng: random.Random) -> list[Statement]:
    """Anything that a statement's types allow, sense or not."""
    one = rng.choice
    ids = [f"c{i}" for i in range(rng.randrange(1, 7))]

    def some(of):
        return tuple(rng.choices(of, k=rng.randrange(3)))

    def a_topic():
        return Topic(one(NAMES), one(list(Q)), one(["", *METALS]), one(list(Stage)))

    return [
        Statement(
            id=name,
            source=one(["s1", "s2", "", "gone"]),
            subject=one(PHRASES),
            attribute=one(PHRASES),
            topic=a_topic(),
            low=one(NUMBERS),
            high=one(NUMBERS),
            unit=one(UNITS),
            rounding=one([0.0, 0.5, -1.0, math.nan, math.inf]),
            hedge=one([0.0, 0.05, math.nan, -2.0]),
            basis=one(list(B)),
            resource_class=one(list(C)),
            rate_type=one(list(RateType)),
            qualifier=one(list(Qualifier)),
            first_year=one(YEARS),
            last_year=one(YEARS),
            date=one(DATES),
            reported=one(DATES),
            vintage=one(DATES),
            part=one([None, a_topic()]),
            whole=one([None, a_topic()]),
            counterpart=one(NAMES),
            event=one(["", "opened", *EVENTS]),
            flag=one(FLAGS),
            supersedes=some([*ids, "gone"]),
            derived_from=some([*ids, "gone"]),
            hops=rng.randrange(-2, 4),
            words=one(PHRASES),
            listed=some(PHRASES),
            inferred=some(["basis", "commodity", "resource_class", "rate_type"]),
            background=one([True, False]),
        )
        for name in ids
    ]


@pytest.mark.parametrize("block", range(8))
def test_odd_statements_never_raise(block):
    for seed in range(100 * block, 100 * block + 100):
        rng = random.Random(seed)
        share = rng.choice([None, Interval(0.2, 0.4), Interval(0, math.inf)])
        owner, owned, day = rng.choice(NAMES), rng.choice(NAMES), rng.choice(DATES)
        made = corpus(
            *odd_statements(rng),
            sources={"s1": source("s1", hops=2), "s2": source("s2", published="2024")},
            ownership=(Ownership(owner, owned, share, valid_from=day, claim="c0"),
                       Ownership(owned, owner, share, reported=day)),
            events=(StatusEvent(owner, rng.choice(["", *EVENTS]), day, claim="c0"),
                    StatusEvent(owned, "production", "2020")),
            relays={"s1": ("s2", "s1"), "s2": ("", "s1"), "gone": ("gone",)},
        )  # fmt: skip
        for rule in rules(*MODULES):
            for finding in rule.run(made):
                assert finding.claims
                assert finding.explanation.strip()
                assert not any(i in made and made[i].background for i in finding.claims)
                assert finding.residual is None or math.isfinite(finding.residual)
                assert set(finding.blamed) <= {*finding.claims, *finding.background}


def consistent(seed: int, sites: int = 6) -> list[Statement]:
    """What honest texts would say of some mines: true numbers, rounded, over some years."""
    rng = random.Random(seed)
    out: list[Statement] = []
    for i in range(sites):
        place, metal, text = f"?m{i}", rng.choice(METALS), f"s{rng.randrange(4)}"
        basis, n = B.CONTAINED, f"{seed}.{i}"
        potential = rng.uniform(1, 50) * 1e6
        resource, year = potential * rng.uniform(0.3, 0.9), rng.randrange(2005, 2020)
        reserve, made = resource * rng.uniform(0.2, 0.8), potential * rng.uniform(0.001, 0.01)

        def tell(name, quantity, value, digits=3, at=year, n=n, text=text, place=place,
                 metal=metal, basis=basis, **more):  # fmt: skip
            half = 0.5 * 10 ** (math.floor(math.log10(value)) - digits + 1)
            unit = more.pop("unit", "t")
            out.append(
                said(f"{n}.{name}", quantity, round(value / half / 2) * 2 * half, of=place,
                     source=text, commodity=metal, unit=unit, rounding=half, basis=basis,
                     first_year=at, last_year=at, reported=f"{at + 1}-03", **more)
            )  # fmt: skip

        tell("potential", Q.RESOURCE, potential, 2, resource_class=C.POTENTIAL,
             attribute="prospective potential")  # fmt: skip
        tell("resource", Q.RESOURCE, resource, resource_class=C.RESOURCE, attribute="resources")
        tell("reserve", Q.RESOURCE, reserve, resource_class=C.RESERVE, attribute="reserves")
        for k, cls in enumerate((C.MEASURED, C.INDICATED, C.INFERRED)):
            tell(cls, Q.RESOURCE, resource * (0.3, 0.5, 0.2)[k], resource_class=cls)
        # a later edition finds less, and does not contradict
        tell("redone", Q.RESOURCE, resource * 0.1, at=year + 4, resource_class=C.RESOURCE)
        life = [("discovered", year - 30), ("approved", year - 9), ("construction", year - 8),
                ("production", year - 5), ("expanded", year + 2), ("suspended", year + 4),
                ("resumed", year + 6), ("closed", year + 9)]  # fmt: skip
        for what, when in life:
            if rng.random() < 0.8 or what == "resumed":
                out.append(said(f"{n}.{what}", Q.EVENT, of=place, event=what, date=str(when),
                                source=f"s{rng.randrange(4)}", reported="2031"))  # fmt: skip
        for when in (year - 5, year, year + 3, year + 7, year + 9):
            tell(f"made{when}", Q.PRODUCTION, made, at=when, unit="t/y", stage=Stage.MINE,
                 resource_class=C.ACTUAL)  # fmt: skip
        owners = [rng.random() for _ in range(rng.randrange(1, 5))]
        for k, part in enumerate(owners):
            out.append(said(f"{n}.o{k}", Q.OWNERSHIP, round(part / sum(owners), 3), unit="1",
                            of=place, counterpart=f"?o{k}", rounding=0.0005, source=text,
                            first_year=year, last_year=year))  # fmt: skip
        for flag in rng.choice([("net_importer", "largest_importer"), ("meets_own_needs",)]):
            out.append(said(f"{n}.{flag}", Q.FLAG, 1.0, 1.0, of=place, flag=flag, unit="flag",
                            attribute=flag, source=text, commodity=metal))  # fmt: skip
    return out


@pytest.mark.parametrize("seed", range(25))
def test_consistent_corpora_are_silent(seed):
    assert [f.explanation for f in alarms(corpus(*consistent(seed)))] == []


def _replace(statements, name, **changes):
    return [dataclasses.replace(s, **changes) if s.id.endswith(name) else s for s in statements]


SLIPS = {
    "reserve above resource": (".reserve", "class-lattice", {"low": 9e8}),
    "potential below resource": (".potential", "class-lattice", {"low": 1e3}),
    "reserve in other words": (".reserve", "class-words", {"attribute": "prospective reserves"}),
    "owner of all beside others": (".o1", "ownership-sum", {"low": 0.99}),
    "discovered after the end": (".discovered", "status-timeline", {"date": "2030"}),
    "closed before the start": (".closed", "status-timeline", {"date": "1990"}),
    "share above all": (".o0", "number-sanity", {"low": 60.0}),
    "impossible day": (".resource", "number-sanity", {"reported": "2015-02-31"}),
    "upside down": (".resource", "number-sanity", {"high": 1.0}),
    "derived from itself": (".reserve", "provenance", None),
}


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("seed", range(4))
def test_planted_slips_are_found(slip, seed):
    ending, rule, changes = SLIPS[slip]
    statements = consistent(seed, sites=3)
    touched = [s for s in statements if s.id.endswith(ending)]
    for s in touched:
        change = changes if changes is not None else {"derived_from": (s.id,)}
        statements = _replace(statements, s.id, **change)
    found = {i for f in alarms(corpus(*statements)) if f.rule == rule for i in f.claims}
    assert {s.id for s in touched} <= found


def test_a_thousand_statements_take_little_time():
    made = corpus(*[s for seed in range(7) for s in consistent(seed)][:1000])
    for rule in rules(*MODULES):
        list(rule.run(made))
    start = time.process_time()
    found = sum(1 for rule in rules(*MODULES) for _ in rule.run(made))
    assert found > 500
    assert time.process_time() - start < 0.6  # 0.15 s when measured; machines differ


def test_many_statements_on_one_thing_stay_cheap():
    same = [
        said(f"r{i}", Q.RESOURCE, 1e6 + i, unit="t", basis=B.CONTAINED,
             resource_class=(C.RESOURCE, C.RESERVE)[i % 2], attribute="reserves")
        for i in range(1000)
    ]  # fmt: skip
    start = time.process_time()
    for rule in rules(*MODULES):
        list(rule.run(corpus(*same)))
    assert time.process_time() - start < 2.0


def test_shipped_figures_name_their_source_and_mark():
    folder = Path(str(files("orefield.evidence"))) / "rules" / "data"
    for name in ("rate_bounds.csv", "class_crosswalk.csv", "grade_limits.csv"):
        with (folder / name).open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert rows
        for row in rows:
            assert row["source"].strip(), row
            assert row["mark"] in set(Mark), row
            if "low" in row:
                assert 0.0 <= float(row["low"]) < float(row["high"]) <= 1.0, row
