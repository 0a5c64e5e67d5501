"""A system to reconcile: variables, the identities that bind them, and what was said of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from orefield.core.errors import EvidenceError


@dataclass(frozen=True, slots=True)
class Variable:
    """An unknown quantity.

    Parameters
    ----------
    name : str
    unit : str
    low, high : float
        Physical bounds that hold for certain, such as 0 for a flow; infinite where none.
    scale : float or None
        Order of magnitude from outside the observations; it conditions the arithmetic and is
        where the linearisation of a product starts when nothing else is known. Not a prior.

    Raises
    ------
    EvidenceError
        For no name, bounds upside down or not numbers, a scale that is not above 0.
    """

    name: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    scale: float | None = None

    def __post_init__(self) -> None:
        if not self.name:
            raise EvidenceError("a variable has no name")
        if math.isnan(self.low) or math.isnan(self.high) or self.low > self.high:
            raise EvidenceError(
                f"bounds of '{self.name}' run from {self.low} to {self.high}",
                fix="give the smaller bound as 'low'",
            )
        if self.scale is not None and not (math.isfinite(self.scale) and self.scale > 0.0):
            raise EvidenceError(f"scale of '{self.name}' is {self.scale}", fix="above 0")


@dataclass(frozen=True, slots=True)
class Product:
    """``factor * left * right``: one bilinear term of an identity."""

    left: str
    right: str
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Identity:
    """``sum(terms[v] * v) + sum(products) = constant``, true by definition.

    Parameters
    ----------
    name : str
    terms : mapping of variable name to coefficient
    constant : float
    products : tuple of Product
    words : str
        The identity as a person says it.

    Raises
    ------
    EvidenceError
        For no name, no terms at all, or a coefficient that is not finite.
    """

    name: str
    terms: Mapping[str, float]
    constant: float = 0.0
    products: tuple[Product, ...] = ()
    words: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            raise EvidenceError("an identity has no name")
        terms = {v: float(c) for v, c in self.terms.items() if c != 0.0}
        numbers = (*terms.values(), self.constant, *(p.factor for p in self.products))
        if not all(map(math.isfinite, numbers)):
            raise EvidenceError(f"identity '{self.name}' has a coefficient that is not finite")
        if not terms and not self.products:
            raise EvidenceError(f"identity '{self.name}' binds no variable")
        object.__setattr__(self, "terms", MappingProxyType(terms))

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables it binds."""
        factors = (v for p in self.products for v in (p.left, p.right))
        return tuple(dict.fromkeys((*self.terms, *factors)))


def total(name: str, whole: str, parts: Sequence[str], words: str = "") -> Identity:
    """``whole = sum of parts``; a part that stands twice counts twice."""
    terms = {whole: 1.0}
    for part in parts:
        terms[part] = terms.get(part, 0.0) - 1.0
    return Identity(name, terms, words=words or f"{whole} = {' + '.join(parts)}")


def product(name: str, part: str, share: str, whole: str, words: str = "") -> Identity:
    """``part = share * whole``: a share, gross tonnes by grade, a yield."""
    return Identity(
        name, {part: 1.0}, products=(Product(share, whole, -1.0),),
        words=words or f"{part} = {share} x {whole}",
    )  # fmt: skip


def growth(name: str, level: str, before: str, rate: str, words: str = "") -> Identity:
    """``level = before * (1 + rate)``."""
    return Identity(
        name, {level: 1.0, before: -1.0}, products=(Product(before, rate, -1.0),),
        words=words or f"{level} = {before} x (1 + {rate})",
    )  # fmt: skip


class Sense(StrEnum):
    """Whether an observation says how much, or only at least or at most how much."""

    EQUAL = "="
    AT_LEAST = ">="
    AT_MOST = "<="


@dataclass(frozen=True, slots=True)
class Observation:
    """What one claim says of a variable, or of a linear combination of variables.

    Parameters
    ----------
    id : str
        Of the claim.
    of : str or mapping of variable name to coefficient
    value : float
    sigma : float
        Standard error, above 0, from the class of the source and never from the value.
    cluster : str
        Release that it goes back to: observations of one thing in one cluster count once.
    sense : Sense
        A one-sided claim pulls only when it is broken, and then with its sigma.
    hops : int
        Steps from the one who knows; in a cluster the nearest to the origin speaks.
    label : str
        What a person is shown.
    assumed : bool
        An assumption of the study, not a claim of a source: labelled wherever it shows.

    Raises
    ------
    EvidenceError
        For no id, no variable, a value or coefficient not finite, a sigma not above 0.
    """

    id: str
    of: str | Mapping[str, float]
    value: float
    sigma: float
    cluster: str = ""
    sense: Sense = Sense.EQUAL
    hops: int = 0
    label: str = ""
    assumed: bool = False
    terms: Mapping[str, float] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.id:
            raise EvidenceError("an observation has no id")
        if not math.isfinite(self.value):
            raise EvidenceError(f"observation '{self.id}' has the value {self.value}")
        if not (math.isfinite(self.sigma) and self.sigma > 0.0):
            raise EvidenceError(
                f"observation '{self.id}' has the sigma {self.sigma}",
                fix="above 0; what is exact is a bound or an identity, not an observation",
            )
        given = {self.of: 1.0} if isinstance(self.of, str) else dict(self.of)
        terms = {v: float(c) for v, c in given.items() if c != 0.0}
        if not terms or "" in terms:
            raise EvidenceError(f"observation '{self.id}' is of no variable")
        if not all(map(math.isfinite, terms.values())):
            raise EvidenceError(f"observation '{self.id}' has a coefficient that is not finite")
        object.__setattr__(self, "terms", MappingProxyType(terms))


_N = TypeVar("_N", Variable, Identity, Observation)


@dataclass(frozen=True)
class System:
    """Variables, identities and observations, checked against each other.

    Raises
    ------
    EvidenceError
        For a name or id that stands twice, or a variable that is not declared.
    """

    variables: tuple[Variable, ...]
    identities: tuple[Identity, ...] = ()
    observations: tuple[Observation, ...] = ()
    index: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.variables:
            raise EvidenceError("a system has no variables")
        _unique("variable", [v.name for v in self.variables])
        _unique("identity", [i.name for i in self.identities])
        _unique("observation", [o.id for o in self.observations])
        index = {v.name: k for k, v in enumerate(self.variables)}
        for kind, name, used in (
            *(("identity", i.name, i.variables) for i in self.identities),
            *(("observation", o.id, tuple(o.terms)) for o in self.observations),
        ):
            for variable in used:
                if variable not in index:
                    raise EvidenceError(
                        f"{kind} '{name}' speaks of '{variable}', which is no variable",
                        fix="declare it, or mend the name",
                    )
        object.__setattr__(self, "index", MappingProxyType(index))

    def with_observations(self, observations: Sequence[Observation]) -> System:
        """The same system with other observations."""
        return System(self.variables, self.identities, tuple(observations))


def _unique(kind: str, names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise EvidenceError(f"{kind} '{name}' stands twice", fix="names are unique")
        seen.add(name)
