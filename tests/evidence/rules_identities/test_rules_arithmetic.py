"""Arithmetic that statements show, and amounts in two currencies."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield.core.errors import EvidenceError
from orefield.evidence.finding import Verdict
from orefield.evidence.rules.arithmetic import evaluate
from orefield.evidence.statement import Quantity
from orefield.evidence.vocabulary import Basis

from .builders import corpus, growth, run, say, the_one, topic, violations


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("105/1.17", 105 / 1.17),
        ("1.4+1.0+0.045+0.5", 2.945),
        ("2 + 3 × 4", 14.0),
        ("(2 + 3) x 4", 20.0),
        ("8 - 3 - 2", 3.0),
        ("8 / 4 / 2", 1.0),
        ("30 % * 2.0", 0.6),
        ("1,200 ÷ 4", 300.0),
    ],
)
def test_expressions(text: str, value: float) -> None:
    assert evaluate(text) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    ["", "1/0", "2 +", "(1 + 2", "1 2", "__import__('os')", "2**9", "a + b", "1e9 + 1", "+" * 500],
)
def test_what_is_no_plain_arithmetic(text: str) -> None:
    with pytest.raises(EvidenceError):
        evaluate(text)


@given(st.text(alphabet="0123456789.+-*/()% x×÷", max_size=40))
def test_any_text_is_a_number_or_an_error(text: str) -> None:
    with suppress(EvidenceError):
        assert isinstance(evaluate(text), float)


@pytest.mark.parametrize(
    ("low", "high", "shown", "derivation", "verdict"),
    [
        (89.7, 89.7, "89.7 t", "105/1.17", Verdict.PASS),
        (1.091e6, 1.091e6, "1.091 Mt", "1.2/1.10", Verdict.PASS),
        (6e6, 6.67e6, "6-6.67 Mt/y", "1.8/0.3 .. 2.0/0.3", Verdict.PASS),
        (2.945e6, 2.945e6, "2.945 Mt/y", "1.4+1.0+0.045+0.5", Verdict.PASS),
        (99.7, 99.7, "99.7 t", "105/1.17", Verdict.VIOLATE),
        (6e6, 7.67e6, "6-7.67 Mt/y", "1.8/0.3 .. 2.0/0.3", Verdict.VIOLATE),
        (2.845e6, 2.845e6, "2.845 Mt/y", "1.4+1.0+0.045+0.5", Verdict.VIOLATE),
    ],
)
def test_derived_numbers(
    low: float, high: float, shown: str, derivation: str, verdict: Verdict
) -> None:
    claim = say("a", "arland", low, high, shown=shown, derivation=derivation)
    assert the_one(run(corpus(claim), "arithmetic")).verdict is verdict
    words = say("a", "arland", low, high, shown=shown, words=f"x; derived {derivation}; y")
    assert the_one(run(corpus(words), "arithmetic")).verdict is verdict


@pytest.mark.parametrize("text", ["derived", "2021-2024", "derived 1.8-2.0", "page 3/4 of it", ""])
def test_words_that_show_no_arithmetic(text: str) -> None:
    claim = say("a", "arland", 5e6, shown="5 Mt", words=text)
    assert run(corpus(claim), "arithmetic") == []


def test_equations_in_words() -> None:
    right = say("a", "arland", 17.6e6, words="by metal 3.85 + 9.5 + 2.95 + 1.3 = 17.6 Mt")
    assert the_one(run(corpus(right), "arithmetic")).verdict is Verdict.PASS
    wrong = replace(right, words="by metal 3.85 + 9.5 + 2.95 + 1.3 = 19.6 Mt")
    assert the_one(violations(corpus(wrong), "arithmetic")).residual == pytest.approx(-2.0)


def test_sums_and_ratios_of_named_claims() -> None:
    parts = [say("a", "p0", 2e5), say("b", "p1", 3e5)]
    total = say("t", "arland", 5e5, attribute="sum (derived)", derived_from=("a", "b"))
    found = the_one(run(corpus(*parts, total), "arithmetic"))
    assert found.verdict is Verdict.PASS
    assert found.claims == ("a", "b", "t")
    wrong = replace(total, low=6e5, high=6e5)
    assert the_one(violations(corpus(*parts, wrong), "arithmetic")).blamed == ("t",)
    rate = growth("g", 0.25, topic("p0"), 2024, 2023)
    base = say("c", "p0", 1.6e5, attribute="implied base", derived_from=("a", "g"))
    assert the_one(run(corpus(parts[0], rate, base), "arithmetic")).verdict is Verdict.PASS
    odd = replace(base, low=1.7e5, high=1.7e5)
    assert the_one(run(corpus(parts[0], rate, odd), "arithmetic")).verdict is Verdict.INSUFFICIENT
    for names in (("t", "a"), ("a", "nobody")):
        lost = replace(total, derived_from=names)
        assert the_one(run(corpus(*parts, lost), "arithmetic")).verdict is Verdict.INSUFFICIENT


def money(name: str, low: float, unit: str, **more):
    more = {"attribute": "value", "basis": Basis.NONE, "commodity": "", "year": 2024} | more
    return say(name, "arland", low, quantity=Quantity.MONEY, unit=unit, **more)


def test_one_amount_in_two_currencies() -> None:
    dollars = money("b", 1.41e12, "USD", rounding=5e9)
    found = the_one(run(corpus(money("a", 10.1e12, "CNY"), dollars), "arithmetic"))
    assert found.verdict is Verdict.PASS
    assert "10.1 trillion CNY" in found.explanation
    slip = money("a", 1.01e12, "CNY")
    assert the_one(violations(corpus(slip, dollars), "arithmetic")).rule == "exchange-rate"
    assert not run(corpus(replace(slip, attribute="investment"), dollars), "arithmetic")
    assert not run(corpus(replace(slip, source="another"), dollars), "arithmetic")
    named = replace(slip, attribute="value in yuan"), replace(dollars, attribute="value (USD)")
    assert violations(corpus(*named), "arithmetic")


def test_rates_known_for_the_year_are_tighter() -> None:
    pair = [money("a", 6.3e9, "CNY"), money("b", 1e9, "USD")]
    assert not violations(corpus(*pair), "arithmetic")
    rate = say("r", "arland", 7.19, quantity=Quantity.EXCHANGE, unit="CNY/USD", year=2024,
               background=True, source="bank")  # fmt: skip
    assert the_one(violations(corpus(*pair, rate), "arithmetic")).background == ("r",)


@pytest.mark.parametrize(
    "text",
    ["1" + " " * 50_000 + "+", "derived " + "(" * 50_000, "1+" * 50_000 + "=", "1 " * 50_000],
)
def test_long_words_take_no_time(text: str) -> None:
    claim = say("a", "arland", 5e6, shown="5 Mt", words=f"{text} = 3 + 4")
    started = time.process_time()
    run(corpus(claim), "arithmetic")
    assert time.process_time() - started < 1.0
