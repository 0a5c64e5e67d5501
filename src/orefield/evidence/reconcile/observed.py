"""From statements of a corpus to observations of a national system; what is left out, and why."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orefield.core.errors import EvidenceError
from orefield.evidence.corpus import Corpus
from orefield.evidence.reconcile._topics import variable_of
from orefield.evidence.reconcile.national import NationalSystem, at
from orefield.evidence.reconcile.sigma import outside_scale, sigma_of
from orefield.evidence.reconcile.system import (
    Identity,
    Observation,
    Sense,
    System,
    Variable,
    growth,
    product,
)
from orefield.evidence.statement import Quantity, Statement, Topic
from orefield.evidence.vocabulary import Qualifier, ResourceClass, SigmaClass

_SIZE = {Quantity.SHARE: 0.5, Quantity.GROWTH: 0.2, Quantity.GRADE: 0.25, Quantity.RECOVERY: 1.0}
"""Sizes of fractions where nothing else tells them (assumption): only their order matters."""

_OUTCOME = (ResourceClass.ACTUAL, ResourceClass.NONE)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A statement on the country and metal that is no observation of the system."""

    claim: str
    why: str


@dataclass(frozen=True)
class Observed:
    """A national system with its observations.

    Attributes
    ----------
    system : System
        With a variable and an identity more for every share and growth that was stated.
    left_out : tuple of LeftOut
    background : frozenset of str
        Observations that come from the reference evidence.
    """

    system: System
    left_out: tuple[LeftOut, ...]
    background: frozenset[str]

    @property
    def observations(self) -> tuple[Observation, ...]:
        """What was observed, assumptions of the study last."""
        return self.system.observations


@dataclass(frozen=True, slots=True)
class _Matched:
    statement: Statement
    name: str
    variable: str


def observations(
    corpus: Corpus,
    national: NationalSystem,
    *,
    magnitudes: Mapping[str, float] | None = None,
    relative: dict[SigmaClass, float] | None = None,
) -> Observed:
    """Map the statements of a corpus to the variables of a national system.

    Statements on other countries, metals and quantities are no part of it; those that
    are and cannot be used are left out and told why. The sigma of a statement comes from its
    class and from what *other* releases say of the same quantity in any year; failing that
    from ``magnitudes``, and failing that from the size of the other flows.

    Parameters
    ----------
    corpus : Corpus
        Background statements too; the result names them.
    national : NationalSystem
        The template to fill.
    magnitudes : mapping of name (without year) to size, optional
        Sizes known from outside, such as ``{"refined_exports_t": 3e5}``.
    relative : mapping, optional
        Relative sigma by class; see :data:`~.sigma.RELATIVE_SIGMA`.
    """
    replaced = {old for s in corpus.statements for old in s.supersedes}
    variables, identities = list(national.system.variables), list(national.system.identities)
    index = set(national.system.index)
    matched: list[_Matched] = []
    left_out: list[LeftOut] = []
    for s in corpus.statements:
        name, why = _match(s, national)
        if not name and not why:
            continue
        why = why or _unusable(s, national, replaced)
        if why:
            left_out.append(LeftOut(s.id, why))
            continue
        if s.topic.quantity in {Quantity.SHARE, Quantity.GROWTH}:
            try:
                variable, identity = _link(s, national)
            except _UnlinkedError as fault:
                left_out.append(LeftOut(s.id, fault.what))
                continue
            if variable.name not in index:
                variables.append(variable)
                identities.append(identity)
                index.add(variable.name)
            matched.append(_Matched(s, name, variable.name))
            continue
        assert s.first_year is not None
        shared = name in national.system.index
        matched.append(_Matched(s, name, name if shared else at(name, s.first_year)))
    made: list[Observation] = []
    for m in matched:
        size = _size(m, matched, magnitudes or {})
        if size is None:
            why = "nothing else tells the size of the quantity, and a sigma is never from the value"
            left_out.append(LeftOut(m.statement.id, why))
        else:
            made.append(_observation(m, size, relative))
    made += _assumptions(national, matched, magnitudes or {})
    return Observed(
        System(tuple(variables), tuple(identities), tuple(made)),
        tuple(left_out),
        frozenset(m.statement.id for m in matched if m.statement.background),
    )


def _match(s: Statement, national: NationalSystem) -> tuple[str, str]:
    """Variable without year that a statement speaks of, or why none; both empty if foreign."""
    if s.topic.quantity in {Quantity.SHARE, Quantity.GROWTH}:
        topics = [t for t in (s.part, s.whole) if t is not None]
        ours = [t for t in topics if variable_of(t, s.basis, national)[0]]
        if not ours:
            return "", ""
        named = "-".join(variable_of(t, s.basis, national)[0] or t.entity for t in topics)
        return f"{s.topic.quantity}:{named}", ""
    return variable_of(s.topic, s.basis, national)


def _unusable(s: Statement, national: NationalSystem, replaced: set[str]) -> str:
    """The first reason why a statement cannot be used; empty for none."""
    return next(_faults(s, national, replaced), "")


def _faults(s: Statement, national: NationalSystem, replaced: set[str]) -> Iterator[str]:
    if s.id in replaced:
        yield "superseded by a later edition"
    if s.is_derived:
        yield f"derived from {', '.join(s.derived_from)}: it says nothing new"
    if s.qualifier is Qualifier.TARGET or s.resource_class not in _OUTCOME:
        what = "target" if s.qualifier is Qualifier.TARGET else str(s.resource_class)
        yield f"a {what}, not an outcome"
    if s.counterpart:
        yield f"of one counterpart only ({s.counterpart})"
    if s.stated is None or s.value is None or not math.isfinite(s.value):
        yield "it states no number"
    if s.first_year is None:
        yield "undated"
    elif s.last_year not in {None, s.first_year}:
        yield f"of several years, {s.first_year}-{s.last_year}"
    elif s.first_year not in national.years:
        yield f"of {s.first_year}, outside the years of the system"
    if not math.isfinite(s.rounding) or s.rounding < 0.0 or s.hedge < 0.0:
        yield "its rounding or hedge is no half-width"
    allowed = {"t/y", "t"} if s.topic.quantity not in _SIZE else {"1"}
    if s.unit not in allowed:
        yield f"in '{s.unit}', not in {' or '.join(sorted(allowed))}"


class _UnlinkedError(EvidenceError):
    """A share or growth that fits no identity of the system."""


def _link(s: Statement, national: NationalSystem) -> tuple[Variable, Identity]:
    """Variable and identity of a share or growth.

    Raises
    ------
    _UnlinkedError
        With the reason why there is none.
    """
    assert s.first_year is not None
    year = s.first_year
    part = _yearly(s.part, "part", s, national)
    if s.topic.quantity is Quantity.GROWTH:
        base = s.base_year if s.base_year is not None else year - 1
        if base not in national.years:
            raise _UnlinkedError(f"a growth from {base}, outside the years of the system")
        if base == year:
            raise _UnlinkedError("a growth from a year to itself")
        name = f"growth:{part}@{base}-{year}"
        words = f"{part} of {year} = {part} of {base} x (1 + growth)"
        identity = growth(name, at(part, year), at(part, base), name, words)
        return Variable(name, "1", -1.0), identity
    whole = _yearly(s.whole, "whole", s, national)
    if part == whole:
        raise _UnlinkedError("its part and whole are one variable")
    name = f"share:{part}/{whole}@{year}"
    words = f"{part} = share x {whole} in {year}"
    return Variable(name, "1", 0.0), product(name, at(part, year), name, at(whole, year), words)


def _yearly(topic: Topic | None, role: str, s: Statement, national: NationalSystem) -> str:
    if topic is None:
        raise _UnlinkedError(f"it does not say what its {role} is")
    name, why = variable_of(topic, s.basis, national)
    if not name:
        raise _UnlinkedError(why or f"its {role}, {topic.entity} {topic.quantity}, is no variable")
    if name in national.system.index:
        raise _UnlinkedError(f"its {role} is a fraction itself")
    return name


def _size(m: _Matched, matched: list[_Matched], magnitudes: Mapping[str, float]) -> float | None:
    """Size of the quantity, from outside the statement and its release."""
    others = [o for o in matched if o is not m and not _one_release(o.statement, m.statement)]
    known = outside_scale(_middle(o.statement) for o in others if o.name == m.name)
    if known is None:
        known = magnitudes.get(m.name) or _SIZE.get(m.statement.topic.quantity)
    if known is None:
        flows = [o for o in others if o.statement.topic.quantity not in _SIZE]
        known = outside_scale(_middle(o.statement) for o in flows)
    return known


def _one_release(one: Statement, other: Statement) -> bool:
    return bool(one.release) and one.release == other.release


def _middle(s: Statement) -> float:
    return math.nan if s.value is None else s.value


def _observation(m: _Matched, size: float, relative: dict[SigmaClass, float] | None) -> Observation:
    s = m.statement
    stated = s.stated
    assert stated is not None
    assert s.value is not None
    sense, value, half = Sense.EQUAL, s.value, 0.0
    if s.qualifier is Qualifier.AT_LEAST or math.isinf(stated.high):
        sense, value = Sense.AT_LEAST, stated.low
    elif s.qualifier is Qualifier.AT_MOST or math.isinf(stated.low):
        sense, value = Sense.AT_MOST, stated.high
    else:
        half = 0.5 * stated.width
    sigma = sigma_of(
        s.sigma_class, size, rounding=s.rounding, half_range=half + s.hedge * size,
        relative=relative,
    )  # fmt: skip
    return Observation(
        s.id, m.variable, value, sigma, cluster=s.release, sense=sense, hops=s.hops, label=s.label
    )


def _assumptions(
    national: NationalSystem, matched: list[_Matched], magnitudes: Mapping[str, float]
) -> list[Observation]:
    made = []
    for name, (value, sigma) in national.assumed.items():
        keys = [name] if name in national.system.index else [at(name, y) for y in national.years]
        made += [
            Observation(f"assumed:{k}", k, value, sigma, label=f"assumption on {k}", assumed=True)
            for k in keys
        ]
    said = [_middle(m.statement) for m in matched if m.name == "refined_production_t"]
    size = outside_scale(said) or magnitudes.get("refined_production_t")
    if size is not None and "unexplained_feed_t" not in national.assumed:
        for year in national.years:
            key = at("unexplained_feed_t", year)
            made.append(
                Observation(
                    f"assumed:{key}", key, 0.0, national.unexplained_relative * size,
                    label=f"assumption on {key}", assumed=True,
                )
            )  # fmt: skip
    return made
