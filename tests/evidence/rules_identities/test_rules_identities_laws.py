"""Laws over all rules on identities: consistent worlds are silent, odd ones break nothing."""

from __future__ import annotations

import math
import random
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from orefield.evidence.finding import Verdict
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Basis, Qualifier, ResourceClass, Stage

from .builders import MODULES, corpus, growth, rank, run, say, share, topic, violations

PROVINCES = [f"p{i}" for i in range(6)]


def rounded(value: float, digits: int = 3) -> tuple[float, float]:
    """A number to so many digits, and half the place of its last one."""
    place = 10.0 ** (math.floor(math.log10(abs(value))) + 1 - digits)
    return round(value / place) * place, 0.5 * place


def consistent(seed: int, commodity: str = "zn") -> list[Statement]:
    """What several texts would say, rounded, of one world in which all identities hold."""
    dice = random.Random(seed)
    out: list[Statement] = []

    def tell(name: str, entity: str, value: float, **more) -> None:
        digits = dice.choice((2, 3, 4))
        low, half = rounded(value, digits)
        if dice.random() < 0.3:
            spread = dice.uniform(0.02, 0.2) * value
            out.append(
                say(name, entity, value - spread, value + spread, commodity=commodity, **more)
            )
        else:
            hedge = dice.choice((0.0, 0.05))
            out.append(
                say(name, entity, low, rounding=half, hedge=hedge, commodity=commodity, **more)
            )

    output = {p: [dice.lognormvariate(12, 1)] for p in PROVINCES}
    for levels in output.values():
        for _ in range(3):
            levels.append(levels[-1] * dice.uniform(0.7, 1.6))
    for offset, year in enumerate((2020, 2021, 2022, 2023)):
        text = {"source": f"text {dice.choice('ab')}", "year": year}
        whole = sum(levels[offset] for levels in output.values())
        tell(f"n{year}", "arland", whole, **text)
        tell(f"w{year}", "world", whole * dice.uniform(1.3, 9), **text)
        best = max(PROVINCES, key=lambda p: output[p][offset])
        for p in dice.sample(PROVINCES, 4):
            tell(f"{p}-{year}", p, output[p][offset], **text)
            exact = output[p][offset] / whole
            fraction, half = round(exact, 3), 0.0005
            if fraction > 0:
                out.append(share(f"s{p}-{year}", fraction, topic(p, commodity=commodity),
                                 topic("arland", commodity=commodity), rounding=half,
                                 commodity=commodity, **text))  # fmt: skip
        tell(f"m0-{year}", "m0", output["p0"][offset] * dice.uniform(0.1, 0.9), **text)
        out.append(rank(f"r{year}", topic(best, commodity=commodity), "arland",
                        commodity=commodity, **text))  # fmt: skip
        if offset:
            last = sum(levels[offset - 1] for levels in output.values())
            out.append(growth(f"g{year}", round(whole / last - 1, 3),
                              topic("arland", commodity=commodity), year, year - 1,
                              source=text["source"], rounding=0.0005,
                              commodity=commodity))  # fmt: skip
    return out


@given(st.integers(0, 10_000))
@settings(max_examples=150)
def test_a_consistent_world_is_silent(seed: int) -> None:
    found = violations(corpus(*consistent(seed)))
    assert not found, [f.explanation for f in found]


@given(st.integers(0, 10_000), st.sampled_from([10.0, 1000.0]))
@settings(max_examples=80)
def test_a_unit_slip_in_a_national_figure_is_found(seed: int, factor: float) -> None:
    rows = consistent(seed)
    place = next(i for i, s in enumerate(rows) if s.id == "n2022")
    s = rows[place]
    assert s.low is not None
    assert s.high is not None
    values = {"low": s.low / factor, "high": s.high / factor, "rounding": s.rounding / factor}
    rows[place] = Statement(**{f: getattr(s, f) for f in s.__slots__} | values)
    found = violations(corpus(*rows))
    assert any("n2022" in f.claims for f in found)
    assert all("n2022" in f.claims for f in found)


@given(st.integers(0, 1000))
@settings(max_examples=30)
def test_the_order_of_statements_changes_no_verdict(seed: int) -> None:
    rows = consistent(seed)
    turned = rows[::-1]

    def verdicts(told: list[Statement]) -> set[tuple[object, ...]]:
        found = run(corpus(*told), "shares", "growth")
        return {(f.rule, f.verdict, frozenset(f.claims)) for f in found}

    assert verdicts(rows) == verdicts(turned)


numbers = st.none() | st.floats(allow_nan=True, allow_infinity=True)
entities = st.sampled_from(
    ["arland", "p0", "p1", "m0", "m1", "digco", "world", "high_plain", "?x", "?y group", "?", ""]
)
topics = st.builds(
    Topic,
    entities,
    st.sampled_from(list(Quantity)),
    st.sampled_from(["cu", "recycled", ""]),
    st.sampled_from([Stage.MINE, Stage.REFINED, Stage.NONE, Stage.SCRAP, Stage.USE]),
)
odd_years = st.none() | st.sampled_from([2019, 2020, 2021, -5, 99999])
words = st.sampled_from(
    ["", "derived", "derived 1/0", "derived 1+2 .. 3+4", "1 + 1 = 3", "largest", "sum (derived)",
     "total", "doubled", "average annual"]
)  # fmt: skip
odd = st.builds(
    Statement,
    id=st.integers(0, 10**9).map(str),
    source=st.sampled_from(["a", "b"]),
    subject=st.sampled_from(["", "X", "Province Amber 'x' mine", "(", "Y Group"]),
    attribute=words,
    topic=topics,
    low=numbers,
    high=numbers,
    unit=st.sampled_from(["t", "t/y", "1", "CNY", "USD", "CNY/USD", "", "furlong"]),
    shown=st.sampled_from(["", "1.5 Mt", "0", "x", "1,2,3.4.5"]),
    rounding=st.floats(),
    hedge=st.floats(),
    basis=st.sampled_from(list(Basis)),
    resource_class=st.sampled_from(list(ResourceClass)),
    qualifier=st.sampled_from(list(Qualifier)),
    first_year=odd_years,
    last_year=odd_years,
    base_year=odd_years,
    reported=st.sampled_from(["", "2021", "soon"]),
    part=st.none() | topics,
    whole=st.none() | topics,
    counterpart=st.sampled_from(["", "arland", "world", "?z"]),
    supersedes=st.sampled_from([(), ("1",)]),
    derived_from=st.sampled_from([(), ("1",), ("1", "2")]),
    derivation=st.sampled_from(["", "derived", "1/0", "1+2"]),
    words=words,
    listed=st.sampled_from([(), ("X", "")]),
    inferred=st.sampled_from([(), ("basis", "unit")]),
    background=st.booleans(),
)


@given(st.lists(odd, max_size=14, unique_by=lambda s: s.id))
@settings(max_examples=60)
def test_odd_statements_break_no_rule(statements: list[Statement]) -> None:
    told = corpus(*statements)
    background = {s.id for s in statements if s.background}
    for found in run(told):
        assert background.isdisjoint(found.claims)
        assert set(found.background) <= background
        assert found.residual is None or not math.isnan(found.residual)
        assert "nan" not in found.explanation.split()


def test_a_thousand_statements_take_a_third_of_a_second() -> None:
    rows = [
        Statement(**{f: getattr(s, f) for f in s.__slots__} | {"id": f"{k}-{s.id}",
                  "source": f"{k % 7}-{s.source}", "topic": s.topic})
        for k in range(21)
        for s in consistent(k, f"m{k}")
    ]  # fmt: skip
    told = corpus(*rows)
    assert len(rows) >= 1000
    started = time.process_time()
    for name in MODULES:
        run(told, name)
    # generous: machines are shared
    assert time.process_time() - started < 1.5


def test_background_alone_says_nothing() -> None:
    rows = [
        Statement(**{f: getattr(s, f) for f in s.__slots__} | {"background": True})
        for s in consistent(3)
    ]
    assert run(corpus(*rows)) == []


def test_passes_are_told() -> None:
    verdicts = {f.verdict for f in run(corpus(*consistent(1)))}
    assert Verdict.PASS in verdicts
