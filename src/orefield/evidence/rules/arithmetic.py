"""Arithmetic that a statement shows: expressions are worked out again, and compared."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from orefield.core.errors import EvidenceError
from orefield.evidence.corpus import Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval, total
from orefield.evidence.rules._exchange import RULE as EXCHANGE_RULE
from orefield.evidence.rules.pairing import apart, conclude, exact
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount, listing, number
from orefield.evidence.statement import Quantity, Statement

DERIVED = "derived-arithmetic"

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_OPERAND = rf"\(*\s*{_NUMBER}(?:\s*%)?(?:\s*\))*"
# a minus between two plain numbers is a range or a date: it counts only with spaces around it
_OPERATOR = r"(?:\s*[+*/×÷]\s*|\s+[-−x]\s+|\s*(?<=\d)x(?=\d)\s*)"
_EXPRESSION = rf"{_OPERAND}(?:{_OPERATOR}{_OPERAND}){{1,30}}"
_SHOWN = re.compile(rf"({_NUMBER})")
_DERIVED = re.compile(
    rf"(?:\bderived|\bimplied|\bcomputed|\bcalculated|\bsum of|推算|计算|合计)"
    rf"(?:\s+(?:as|from|by))?\s*[:=：]?\s*(?P<first>{_EXPRESSION})"
    rf"(?:\s*(?:\.\.+|\bto\b|–|—|…)\s*(?P<second>{_EXPRESSION}))?",
    re.IGNORECASE,
)
_EQUATION = re.compile(
    rf"(?P<left>{_EXPRESSION})\s*(?P<sign>[=≈])\s*(?P<right>{_NUMBER})\s*(?P<pct>%)?"
)
_TOKEN = re.compile(rf"\s*({_NUMBER}|[-+*/()%])", re.ASCII)
_SUM = re.compile(r"\b(sum|total|combined|altogether)\b|合计|总计|之和", re.IGNORECASE)
_LONGEST = 400
_THOUSANDS = 2e-3
"""How far a ratio may be from a power of a thousand, in logarithms of it: half a per cent or so."""

_SIGNS = frozenset("+-−*/x×÷")


def evaluate(expression: str) -> float:
    """The value of an expression of numbers, ``+ - * / x × ÷``, ``%`` and parentheses.

    Raises
    ------
    EvidenceError
        For anything else, a division by zero, or more than 400 characters.
    """
    plain = expression.translate(str.maketrans("×÷−xX", "*/-**"))
    if len(plain) > _LONGEST:
        raise EvidenceError("an expression is longer than 400 characters")
    tokens: list[str] = []
    at = 0
    while at < len(plain.rstrip()):
        match = _TOKEN.match(plain, at)
        if match is None:
            raise EvidenceError(f"'{expression}' is no plain arithmetic")
        tokens.append(match[1])
        at = match.end()
    value, rest = _sum(tokens, 0)
    if rest != len(tokens) or not math.isfinite(value):
        raise EvidenceError(f"'{expression}' is no plain arithmetic")
    return value


def _sum(tokens: list[str], at: int) -> tuple[float, int]:
    value, at = _product(tokens, at)
    while at < len(tokens) and tokens[at] in "+-":
        right, after = _product(tokens, at + 1)
        value = value + right if tokens[at] == "+" else value - right
        at = after
    return value, at


def _product(tokens: list[str], at: int) -> tuple[float, int]:
    value, at = _operand(tokens, at)
    while at < len(tokens) and tokens[at] in "*/":
        right, after = _operand(tokens, at + 1)
        if tokens[at] == "/" and right == 0.0:
            raise EvidenceError("an expression divides by zero")
        value = value * right if tokens[at] == "*" else value / right
        at = after
    return value, at


def _operand(tokens: list[str], at: int) -> tuple[float, int]:
    if at >= len(tokens):
        raise EvidenceError("an expression ends too early")
    if tokens[at] == "(":
        value, at = _sum(tokens, at + 1)
        if at >= len(tokens) or tokens[at] != ")":
            raise EvidenceError("an expression leaves a parenthesis open")
    elif tokens[at][0].isdigit():
        value = float(tokens[at].replace(",", ""))
    else:
        raise EvidenceError(f"an expression has '{tokens[at]}' where a number belongs")
    at += 1
    if at < len(tokens) and tokens[at] == "%":
        return value / 100.0, at + 1
    return value, at


def _run(corpus: Corpus) -> Iterator[Finding]:
    for s in corpus.checked:
        yield from (f for f in (*_own_numbers(s), *_equations(s)) if f is not None)
        if s.derived_from:
            found = _from_claims(corpus, s)
            if found is not None:
                yield found


@dataclass(frozen=True, slots=True)
class _Printed:
    """A number as printed: how many base units one of its units is, and half its last digit."""

    scale: float
    half_digit: float


def _printed(s: Statement) -> _Printed | None:
    """How the numbers of an expression beside a statement relate to its base unit."""
    match = _SHOWN.search(s.shown)
    if match is None or s.low is None or not math.isfinite(s.low):
        return None
    text = match[1].replace(",", "")
    shown = float(text)
    if shown == 0.0 or s.low == 0.0:
        return None
    scale = s.low / shown
    decimals = len(text.partition(".")[2])
    return _Printed(scale, 0.5 * 10.0**-decimals * abs(scale))


def _derivations(s: Statement) -> Iterator[str]:
    """Texts that may show how the statement was worked out."""
    told = (f"derived {s.derivation.removeprefix('derived')}", s.words, s.attribute)
    yield from (_plain(text) for text in told if not _SIGNS.isdisjoint(text))


def _plain(text: str) -> str:
    """Single spaces, and no more than a page: words are untrusted, and searched by patterns."""
    return " ".join(text[: 10 * _LONGEST].split())


def _own_numbers(s: Statement) -> Iterator[Finding | None]:
    """``derived 1.8/0.3 .. 2.0/0.3`` against the ends of the statement itself."""
    stated, printed = exact(s), _printed(s)
    for source in _derivations(s):
        match = _DERIVED.search(source)
        if match is None or stated is None or printed is None:
            continue
        try:
            ends = [evaluate(match[name]) for name in ("first", "second") if match[name]]
        except EvidenceError:
            continue
        scaled = sorted(end * printed.scale for end in ends)
        if not all(map(math.isfinite, scaled)):
            continue
        made = Interval(scaled[0], scaled[-1])
        slack = max(printed.half_digit, s.rounding if math.isfinite(s.rounding) else 0.0)
        low, high = made.low - stated.low, made.high - stated.high
        if len(ends) == 1 and stated.width > 0.0:
            # one expression for a range: it must lie in it
            low = high = apart(stated, made)
        worst = max((x for x in (low, high) if math.isfinite(x)), key=abs, default=0.0)
        shown = " .. ".join(match[name].strip() for name in ("first", "second") if match[name])
        result = amount(made, s.unit)
        head = f"{s.subject}: {shown} gives {result}, and {amount(stated, s.unit)} is stated"
        if abs(worst) <= slack * (1.0 + 1e-9):
            words = f"{head}: the same after rounding."
            yield conclude(DERIVED, Verdict.PASS, [s], words, 0.0, s.unit)
        else:
            words = f"{head}: apart by {amount(abs(worst), s.unit)}."
            verdict, blamed = Verdict.VIOLATE, [s.id]
            if len(ends) == 1 and _by_thousands(made.low, stated.low):
                # operands in Mt and a result in kt are written with the same digits
                words = f"{head}: the same digits, in units that are not said."
                verdict, blamed = Verdict.INSUFFICIENT, []
            yield conclude(DERIVED, verdict, [s], words, worst, s.unit, blamed)
        return


def _by_thousands(made: float, stated: float) -> bool:
    """Whether two numbers differ by a power of a thousand, and rounding."""
    if made <= 0.0 or stated <= 0.0:
        return False
    power = math.log10(stated / made) / 3.0
    return round(power) != 0 and abs(power - round(power)) < _THOUSANDS


def _equations(s: Statement) -> Iterator[Finding | None]:
    """``3.85 + 9.5 = 13.35`` written out in the words: both sides as written."""
    if "=" not in s.words and "≈" not in s.words:
        return
    for match in _EQUATION.finditer(_plain(s.words)):
        try:
            left = evaluate(match["left"])
        except EvidenceError:
            continue
        right_text = match["right"].replace(",", "")
        half = 0.5 * 10.0 ** -len(right_text.partition(".")[2])
        right = float(right_text)
        if match["pct"]:
            right, half = right / 100.0, half / 100.0
        if match["sign"] == "≈":
            half = max(half, 0.05 * abs(right))
        off = left - right
        head = f"{s.subject}: {match['left'].strip()} is {number(left)}, written as {number(right)}"
        if abs(off) <= half * (1.0 + 1e-9):
            yield conclude(DERIVED, Verdict.PASS, [s], f"{head}.", 0.0, "ratio")
        else:
            yield conclude(DERIVED, Verdict.VIOLATE, [s], f"{head}.", off, "ratio", [s.id])


def _from_claims(corpus: Corpus, s: Statement) -> Finding | None:
    """A number said to come from other claims, without the expression."""
    if any(_DERIVED.search(text) for text in _derivations(s)):
        return None
    known = [corpus[x] for x in dict.fromkeys(s.derived_from) if x in corpus and x != s.id]
    missing = [x for x in dict.fromkeys(s.derived_from) if x not in corpus]
    if s.id in s.derived_from or missing:
        fault = "itself" if s.id in s.derived_from else listing(missing)
        text = f"{s.label} is derived from {fault}, which cannot be looked up."
        return conclude(DERIVED, Verdict.INSUFFICIENT, [*known, s], text)
    stated, operands = exact(s), [x for x in map(exact, known) if x is not None]
    if stated is None or len(operands) != len(known) or len(known) < 2:
        return None
    return _by_usual_ways(s, stated, known, operands) if math.isfinite(stated.low) else None


def _by_usual_ways(
    s: Statement, stated: Interval, known: list[Statement], operands: list[Interval]
) -> Finding | None:
    slack = max(s.rounding, 0.0) + 1e-9 * max(abs(stated.low), 1e-12)
    says_sum = bool(_SUM.search(f"{s.attribute} {s.words} {s.subject}"))
    if says_sum and all(x.unit == s.unit for x in known):
        return _stated_sum(s, known, slack)
    for words, made in _candidates(known, operands):
        if _agrees(stated, made, slack):
            text = f"{words} gives {amount(made, s.unit)}: {s.subject} as stated."
            return conclude(DERIVED, Verdict.PASS, [*known, s], text, 0.0, s.unit)
    text = f"{s.label} is derived from {listing([x.id for x in known])}, not said how."
    return conclude(DERIVED, Verdict.INSUFFICIENT, [*known, s], text)


def _stated_sum(s: Statement, known: list[Statement], slack: float) -> Finding | None:
    stated = exact(s)
    parts = [x for x in map(exact, known) if x is not None]
    assert stated is not None
    made = total(parts)
    plus = " + ".join(amount(x, s.unit) for x in parts)
    text = f"{plus} = {amount(made, s.unit)}, and {amount(stated, s.unit)} is stated"
    # each printed part may be off by half its last digit
    slack += sum(x.rounding for x in known if 0.0 < x.rounding < math.inf)
    if _agrees(stated, made, slack):
        return conclude(DERIVED, Verdict.PASS, [*known, s], f"{text}.", 0.0, s.unit)
    gap = _off(stated, made)
    blamed = [s.id] if len(known) > 1 else []
    text += f": apart by {amount(abs(gap), s.unit)}."
    return conclude(DERIVED, Verdict.VIOLATE, [*known, s], text, gap, s.unit, blamed)


def _off(stated: Interval, made: Interval) -> float:
    ends = [made.low - stated.low]
    if math.isfinite(made.high) and math.isfinite(stated.high):
        ends.append(made.high - stated.high)
    return max((x for x in ends if math.isfinite(x)), key=abs, default=0.0)


def _agrees(stated: Interval, made: Interval, slack: float) -> bool:
    return abs(_off(stated, made)) <= slack


def _candidates(known: list[Statement], operands: list[Interval]) -> Iterator[tuple[str, Interval]]:
    """Usual ways to derive a number: sum, product, and of two also difference, ratio, growth."""
    names = [s.id for s in known]
    yield " + ".join(names), total(operands)
    product = Interval(1.0, 1.0)
    for x in operands:
        product = product * x
    yield " x ".join(names), product
    if len(operands) != 2:
        return
    for i, j in ((0, 1), (1, 0)):
        a, b = operands[i], operands[j]
        yield f"{names[i]} - {names[j]}", a - b
        if not b.low <= 0.0 <= b.high:
            yield f"{names[i]} / {names[j]}", a / b
        if known[j].topic.quantity is Quantity.GROWTH and b.low > -1.0:
            yield f"{names[i]} / (1 + {names[j]})", a / (b + 1.0)
            yield f"{names[i]} x (1 + {names[j]})", a * (b + 1.0)


RULES: tuple[Rule, ...] = (
    Rule(DERIVED, "Numbers worked out from others are what the arithmetic gives.", _run),
    EXCHANGE_RULE,
)
