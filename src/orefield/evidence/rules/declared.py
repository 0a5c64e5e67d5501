"""Constraints that an analyst declares, each held against the claims that it names."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

from orefield.evidence.corpus import CONSTRAINT_KINDS, Constraint, Corpus
from orefield.evidence.finding import Finding, Verdict
from orefield.evidence.interval import Interval, total
from orefield.evidence.rules.pairing import apart, bounds, conclude, containers, exact, one_time
from orefield.evidence.rules.rule import Rule
from orefield.evidence.rules.wording import amount, listing
from orefield.evidence.statement import Statement

NAME = "declared"
_LEAST_PARTS = {"equal": 2, "disjoint": 2, "same": 2, "share": 2}


def _run(corpus: Corpus) -> Iterator[Finding]:
    for constraint in corpus.constraints:
        yield from (f for f in _judge(corpus, constraint) if f is not None)
    yield from (f for f in _contradictory(corpus) if f is not None)
    yield from (f for f in _circles(corpus) if f is not None)


def _judge(corpus: Corpus, c: Constraint) -> Iterator[Finding | None]:
    named = [x for x in (c.whole, *c.parts) if x]
    known = [corpus[x] for x in named if x in corpus]
    fault = _fault(corpus, c, named, known)
    if fault:
        yield _refused(c, named, known, fault)
    elif c.kind == "disjoint":
        yield _disjoint(corpus, c, known)
    elif c.kind in {"equal", "same"}:
        yield from _equal(c, known)
    elif c.kind == "at_most":
        yield from _at_most(c, corpus[c.whole], [corpus[x] for x in c.parts])
    else:
        yield _identity(c, corpus[c.whole], [corpus[x] for x in c.parts])


def _refused(
    c: Constraint, named: list[str], known: Sequence[Statement], fault: str
) -> Finding | None:
    """A constraint that cannot be evaluated as declared."""
    if all(s.background for s in known) and len(known) == len(named) and named:
        return None
    claims = tuple(dict.fromkeys(x for x in named)) or (c.id or "(no id)",)
    where = f" ({c.where})" if c.where else ""
    text = f"Constraint '{c.id}'{where} cannot be checked: {fault}."
    return Finding(NAME, Verdict.INSUFFICIENT, claims, text)


def _fault(
    corpus: Corpus, c: Constraint, named: list[str], known: Sequence[Statement]
) -> str | None:
    """What keeps a constraint from being evaluated; None for nothing."""
    unknown = [x for x in named if x not in corpus]
    needs_whole = c.kind in {"sum", "share", "product", "at_most"}
    checks = (
        (c.kind not in CONSTRAINT_KINDS, f"its kind '{c.kind}' is none of {CONSTRAINT_KINDS}"),
        (bool(unknown), f"no claim has the id {listing([repr(x) for x in unknown])}"),
        (needs_whole and not c.whole, "it names no whole"),
        (not c.parts, "it names no parts"),
        (c.whole in c.parts and bool(c.whole), "it names its whole among its parts"),
        (len(set(c.parts)) < len(c.parts), "it names a part twice"),
        (len(named) < _LEAST_PARTS.get(c.kind, 2), "it names too few claims"),
        (math.isnan(c.remainder.low), "its remainder is no number"),
    )
    fault = next((text for failed, text in checks if failed), None)
    return fault or _fault_of_claims(c, known)


def _fault_of_claims(c: Constraint, known: Sequence[Statement]) -> str | None:
    if c.kind in {"disjoint", "same"}:
        return None
    numberless = [s.id for s in known if bounds(s) is None]
    if numberless:
        return f"{listing(numberless)} gives no number"
    if c.year is not None:
        other = [s.id for s in known if s.first_year is not None and not s.covers(c.year)]
        if other:
            return f"{listing(other)} does not speak of {c.year}"
    return _fault_of_units(c, known)


def _fault_of_units(c: Constraint, known: Sequence[Statement]) -> str | None:
    units = sorted({s.unit for s in known})
    if c.kind in {"sum", "equal", "at_most"} and len(units) > 1:
        return f"its claims are in different units: {listing(units)}"
    fractions = [s for s in known if s.id != c.whole and s.unit == "1"]
    if c.kind == "share" and (len(c.parts) != 2 or not fractions):
        return "a share needs two parts, the part and its fraction of the whole"
    if c.kind == "product" and not _product_fits(c, known):
        return f"its units do not multiply to that of the whole: {listing(units)}"
    return None


def _product_fits(c: Constraint, known: Sequence[Statement]) -> bool:
    # days turn a daily rate into a year's, and fractions and counts change no unit
    factors = sorted(
        s.unit for s in known if s.id != c.whole and s.unit not in {"1", "count", "ratio", ""}
    )
    whole = next(s.unit for s in known if s.id == c.whole)
    allowed = {
        "t/y": (["d", "t/d"], ["t/y"], ["t"]),
        "t": (["t"], ["d", "t/d"], ["t/y"]),
        "USD": (["USD"], ["USD/t", "t"], ["USD/t", "t/y"]),
        "CNY": (["CNY"], ["CNY/USD", "USD"]),
    }
    if whole in {"1", "count", "ratio", ""}:
        return not factors
    return factors in allowed.get(whole, ([whole],))


def _identity(c: Constraint, whole: Statement, parts: list[Statement]) -> Finding | None:
    """Sum, share and product: both sides as intervals."""
    if c.kind == "sum":
        stated, wide = total(_stated(s) for s in parts), total(_wide(s) for s in parts)
        rest = c.remainder * _wide(whole) if c.relative else c.remainder
        made, members = wide + rest, [*parts, whole]
        sides = f"{' + '.join(amount(_stated(s), s.unit) for s in parts)} = "
        sides += amount(stated, whole.unit)
        if rest.high > 0.0 or rest.low < 0.0:
            sides += f", with a remainder of {amount(rest, whole.unit)}"
    elif c.kind == "share":
        fraction = next(s for s in reversed(parts) if s.unit == "1")
        part = next(s for s in parts if s is not fraction)
        made, members = _wide(fraction) * _wide(whole), [fraction, whole, part]
        sides = f"{amount(_stated(fraction), '1')} of {amount(_stated(whole), whole.unit)} is "
        sides += amount(_stated(fraction) * _stated(whole), whole.unit)
        whole = part
    else:
        made, members = Interval(1.0, 1.0), [*parts, whole]
        for s in parts:
            made = made * _wide(s)
        sides = f"{' x '.join(amount(_stated(s), s.unit) for s in parts)} = "
        sides += amount(made, whole.unit)
    gap = apart(made, _wide(whole))
    against = amount(_stated(whole), whole.unit)
    text = f"Declared '{c.id}': {sides}, against {against} for {whole.subject}"
    if gap == 0.0:
        return conclude(NAME, Verdict.PASS, members, f"{text}: agreed.", 0.0, whole.unit)
    text += f": apart by {amount(abs(gap), whole.unit)}."
    return conclude(NAME, Verdict.VIOLATE, members, text, gap, whole.unit)


def _at_most(c: Constraint, whole: Statement, parts: list[Statement]) -> Iterator[Finding | None]:
    for part in parts:
        excess = _wide(part).low - _wide(whole).high
        over = apart(_wide(whole), _wide(part)) > 0.0
        words = "above" if over else "within"
        text = (
            f"Declared '{c.id}': {part.subject} at {amount(_stated(part), part.unit)} is {words} "
            f"{whole.subject} at {amount(_stated(whole), whole.unit)}."
        )
        verdict = Verdict.VIOLATE if over else Verdict.PASS
        yield conclude(NAME, verdict, [part, whole], text, excess if over else 0.0, part.unit)


def _equal(c: Constraint, known: list[Statement]) -> Iterator[Finding | None]:
    """Pairwise: intervals of a line share a point when every two of them do (Helly 1923)."""
    numbers = [s for s in known if bounds(s) is not None]
    for a, b in itertools.combinations(numbers, 2):
        alike = a.topic.quantity is b.topic.quantity and a.topic.commodity == b.topic.commodity
        comparable = alike and a.basis is b.basis and one_time(a, b)
        if c.kind == "same" and not (comparable and a.unit == b.unit):
            continue
        gap = apart(_wide(a), _wide(b))
        text = (
            f"Declared '{c.id}': {a.subject} at {amount(_stated(a), a.unit)} and {b.subject} at "
            f"{amount(_stated(b), b.unit)} are one"
        )
        if gap == 0.0:
            yield conclude(NAME, Verdict.PASS, [a, b], f"{text}, and agree.", 0.0, a.unit)
        else:
            text += f", and are apart by {amount(abs(gap), a.unit)}."
            yield conclude(NAME, Verdict.VIOLATE, [a, b], text, gap, a.unit)


def _disjoint(corpus: Corpus, c: Constraint, known: list[Statement]) -> Finding | None:
    above = {s.id: set(containers(corpus, s.entity)) for s in known}
    for a, b in itertools.combinations(known, 2):
        one = a.entity == b.entity and a.topic == b.topic
        if one or a.entity in above[b.id] or b.entity in above[a.id]:
            how = "are one thing" if one else "lie one in the other"
            text = f"Declared '{c.id}': {a.subject} and {b.subject} are said to share nothing"
            return conclude(NAME, Verdict.VIOLATE, [a, b], f"{text}, yet {how}.")
    text = f"Declared '{c.id}': {listing([s.subject for s in known])} share nothing."
    return conclude(NAME, Verdict.PASS, known, text)


def _contradictory(corpus: Corpus) -> Iterator[Finding | None]:
    """Pairs of claims declared one thing, and added or kept apart elsewhere."""
    one: dict[frozenset[str], str] = {}
    for c in corpus.constraints:
        if c.kind == "same":
            for pair in itertools.combinations(sorted({x for x in (c.whole, *c.parts) if x}), 2):
                one[frozenset(pair)] = c.id
    if not one:
        return
    for c in corpus.constraints:
        if c.kind not in {"disjoint", "sum"}:
            continue
        for pair in itertools.combinations(dict.fromkeys(c.parts), 2):
            other = one.get(frozenset(pair))
            if other is None or any(x not in corpus for x in pair):
                continue
            a, b = corpus[pair[0]], corpus[pair[1]]
            how = "kept apart" if c.kind == "disjoint" else "added"
            text = (
                f"Constraint '{other}' says that {a.subject} and {b.subject} are one thing; "
                f"constraint '{c.id}' has them {how}."
            )
            yield conclude(NAME, Verdict.VIOLATE, [a, b], text)


def _circles(corpus: Corpus) -> Iterator[Finding | None]:
    """Sums that make a claim a part of itself."""
    below: dict[str, set[str]] = {}
    for c in corpus.constraints:
        if c.kind == "sum" and c.whole and c.whole not in c.parts:
            below.setdefault(c.whole, set()).update(c.parts)
    done: set[str] = set()
    for start in below:
        path: list[str] = []
        stack = [(start, False)]
        while stack:
            node, leaving = stack.pop()
            if leaving:
                path.pop()
                done.add(node)
                continue
            if node in path:
                circle = path[path.index(node) :]
                text = f"Declared sums run in a circle: {' > '.join([*circle, node])}."
                members = [corpus[x] for x in circle if x in corpus]
                if members:
                    yield conclude(NAME, Verdict.INSUFFICIENT, members, text)
                continue
            if node in done or node not in below:
                continue
            path.append(node)
            stack.append((node, True))
            stack.extend((child, False) for child in sorted(below[node]))


def _stated(s: Statement) -> Interval:
    found = exact(s)
    assert found is not None
    return found


def _wide(s: Statement) -> Interval:
    found = bounds(s)
    assert found is not None
    return found


RULES: tuple[Rule, ...] = (
    Rule(NAME, "What an analyst declares of claims holds, and the declarations agree.", _run),
)
