"""The national system of a metal: the identities that its published figures must meet.

By year, in t of contained metal, with the names and rules of the national balance:

- mine production = sum of assets + remainder;
- concentrate supply = mine production + imports (gross x grade) (- exports);
- smelter production = concentrate supply x recovery + scrap smelted;
- refinery feed = primary anode + scrap (smelted or charged) + anode imports + unexplained feed;
- refined production = refinery feed x recovery = primary + secondary (from scrap);
- refined net imports = imports - exports;
- refined use = refined production + imports - exports - change of stock;
- recycled = secondary refined + scrap melted directly; total use = refined use + melted directly.

The unexplained feed is an unknown like any other, around zero by an assumption of its own: a
published refined output that visible feed cannot close moves it, and is not forced shut.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from orefield.core.errors import EvidenceError
from orefield.evidence.reconcile.result import Reconciled, Status
from orefield.evidence.reconcile.system import Identity, System, Variable, product, total

FLOWS = (
    "mine_production_t", "mine_remainder_t", "concentrate_imports_gross_t",
    "concentrate_imports_t", "concentrate_supply_t", "primary_anode_t", "scrap_smelted_t",
    "smelter_production_t", "scrap_charged_t", "scrap_feed_t", "anode_imports_t",
    "scrap_imports_gross_t", "scrap_imports_t", "refinery_feed_t", "refined_primary_t",
    "refined_secondary_t", "refined_production_t", "refined_imports_t", "refined_exports_t",
    "refined_use_t", "direct_melt_t", "recycled_t", "total_use_t",
)  # fmt: skip
"""Yearly variables that cannot be negative."""

SIGNED = ("unexplained_feed_t", "refined_stock_change_t", "refined_net_imports_t")
"""Yearly variables of either sign."""

SHARED = ("concentrate_grade", "scrap_grade", "smelter_recovery", "refinery_recovery")
"""Fractions taken as one for all years."""

BALANCE_INPUTS = (
    "mine_production_t", "concentrate_imports_gross_t", "anode_imports_t",
    "scrap_imports_gross_t", "refined_production_t", "refined_imports_t", "refined_exports_t",
    "refined_stock_change_t",
)  # fmt: skip
"""What the national balance starts from."""


def at(name: str, year: int) -> str:
    """Name of a yearly variable."""
    return f"{name}@{year}"


def asset(entity: str) -> str:
    """Name, without year, of the mine production of one asset."""
    return f"asset_t:{entity}"


@dataclass(frozen=True)
class NationalSystem:
    """A country's system of one metal.

    Attributes
    ----------
    country, commodity : str
        Entity id and commodity of the topics that speak of it.
    years : tuple of int
    assets : tuple of str
        Entity ids of the mines counted one by one; they must share nothing.
    system : System
        Without observations.
    assumed : mapping of name to (value, sigma)
        Assumptions of the study, by name of a shared fraction or of a yearly variable (then for
        every year): they enter as observations marked so.
    unexplained_relative : float
        Standard deviation of the unexplained feed over the size of refined production.
    """

    country: str
    commodity: str
    years: tuple[int, ...]
    assets: tuple[str, ...]
    system: System
    assumed: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    unexplained_relative: float = 0.10


def national_system(
    country: str,
    commodity: str,
    years: Iterable[int],
    assets: Sequence[str] = (),
    *,
    assumed: Mapping[str, tuple[float, float]] | None = None,
    unexplained_relative: float = 0.10,
    concentrate_exports: bool = False,
) -> NationalSystem:
    """The system of a country and a metal.

    Parameters
    ----------
    country : str
        Entity id.
    commodity : str
        As in the topics.
    years : iterable of int
        In any order; each once.
    assets : sequence of str
        Entity ids of mines that share nothing.
    assumed : mapping, optional
        See :class:`NationalSystem`. Without a grade or a recovery, what needs it stays
        unobservable, and is reported so.
    unexplained_relative : float
        See :class:`NationalSystem`. The default is an assumption.
    concentrate_exports : bool
        Whether concentrate leaves the country. Where it does and nobody says how much, the supply
        of its smelters is unobservable.

    Raises
    ------
    EvidenceError
        For no years, a year or asset that stands twice, an assumption of an unknown name or
        without a sigma above 0.
    """
    ordered = tuple(sorted(years))
    if not ordered:
        raise EvidenceError("a national system needs a year")
    for kind, given in (("year", ordered), ("asset", tuple(assets))):
        if len(set(given)) < len(given):
            raise EvidenceError(f"a {kind} of the national system stands twice", fix="each once")
    if not unexplained_relative > 0.0:
        raise EvidenceError(f"unexplained_relative is {unexplained_relative}", fix="above 0")
    flows = (*FLOWS, *(("concentrate_exports_t",) if concentrate_exports else ()))
    assumptions = dict(assumed or {})
    for name, (_, sigma) in assumptions.items():
        if name not in (*flows, *SIGNED, *SHARED):
            raise EvidenceError(
                f"'{name}' is assumed, and is no variable of the national system",
                fix=f"one of {', '.join((*SHARED, *SIGNED, *flows))}",
            )
        if not sigma > 0.0:
            raise EvidenceError(f"the assumed '{name}' has the sigma {sigma}", fix="above 0")
    variables = [Variable(name, "1", 0.0, 1.0) for name in SHARED]
    identities: list[Identity] = []
    for year in ordered:
        variables += [Variable(at(name, year), "t", 0.0) for name in flows]
        variables += [Variable(at(name, year), "t") for name in SIGNED]
        variables += [Variable(at(asset(a), year), "t", 0.0) for a in assets]
        identities += _identities(year, assets, concentrate_exports)
    return NationalSystem(
        country, commodity, ordered, tuple(assets), System(tuple(variables), tuple(identities)),
        MappingProxyType(assumptions), unexplained_relative,
    )  # fmt: skip


def _identities(year: int, assets: Sequence[str], exports: bool) -> list[Identity]:
    def y(name: str) -> str:
        return name if name in SHARED else at(name, year)

    def of(name: str, whole: str, parts: Sequence[str], minus: Sequence[str] = ()) -> Identity:
        signed = {y(whole): 1.0} | {y(p): -1.0 for p in parts} | {y(m): 1.0 for m in minus}
        right = " + ".join(_spoken(p) for p in parts)
        right += "".join(f" - {_spoken(m)}" for m in minus)
        return Identity(at(name, year), signed, words=f"{year}: {_spoken(whole)} = {right}")

    def times(name: str, part: str, share: str, whole: str) -> Identity:
        words = f"{year}: {_spoken(part)} = {_spoken(share)} x {_spoken(whole)}"
        return product(at(name, year), y(part), y(share), y(whole), words)

    rest = "mine_remainder_t"
    mines = total(
        at("mines", year), y("mine_production_t"), [*(y(asset(a)) for a in assets), y(rest)],
        f"{year}: mine production = sum of {len(assets)} mines + remainder",
    )  # fmt: skip
    return [
        mines,
        times("concentrate_contained", "concentrate_imports_t", "concentrate_grade",
              "concentrate_imports_gross_t"),
        of("concentrate", "concentrate_supply_t", ("mine_production_t", "concentrate_imports_t"),
           ("concentrate_exports_t",) if exports else ()),
        times("smelting", "primary_anode_t", "smelter_recovery", "concentrate_supply_t"),
        of("smelters", "smelter_production_t", ("primary_anode_t", "scrap_smelted_t")),
        times("scrap_contained", "scrap_imports_t", "scrap_grade", "scrap_imports_gross_t"),
        of("scrap", "scrap_feed_t", ("scrap_smelted_t", "scrap_charged_t")),
        of("feed", "refinery_feed_t",
           ("primary_anode_t", "scrap_feed_t", "anode_imports_t", "unexplained_feed_t")),
        times("refining", "refined_production_t", "refinery_recovery", "refinery_feed_t"),
        times("secondary", "refined_secondary_t", "refinery_recovery", "scrap_feed_t"),
        of("refined", "refined_production_t", ("refined_primary_t", "refined_secondary_t")),
        of("net_imports", "refined_net_imports_t", ("refined_imports_t",),
           ("refined_exports_t",)),
        of("refined_market", "refined_use_t", ("refined_production_t", "refined_imports_t"),
           ("refined_exports_t", "refined_stock_change_t")),
        of("recycling", "recycled_t", ("refined_secondary_t", "direct_melt_t")),
        of("use", "total_use_t", ("refined_use_t", "direct_melt_t")),
    ]  # fmt: skip


def _spoken(name: str) -> str:
    return name.removesuffix("_t").replace("_", " ")


@dataclass(frozen=True, slots=True)
class NationalFigure:
    """One reconciled figure of one year.

    Attributes
    ----------
    name : str
        Such as ``mine_production_t``.
    year : int
    status : Status
    value, standard_error : float or None
        None where unobservable.
    claims : tuple of str
        What was said of it directly, blamed or not.
    adjustment_sigmas : float or None
        Of those, the largest in size; None where nothing was said.
    blamed : tuple of str
    """

    name: str
    year: int
    status: Status
    value: float | None
    standard_error: float | None
    claims: tuple[str, ...]
    adjustment_sigmas: float | None
    blamed: tuple[str, ...]


def national_figures(
    result: Reconciled, national: NationalSystem, names: Sequence[str] = BALANCE_INPUTS
) -> tuple[NationalFigure, ...]:
    """Reconciled figures by name and year, in that order.

    Raises
    ------
    EvidenceError
        For a name that is no yearly variable of the system.
    """
    wrong = {i for b in result.blamed for i in b.ids}
    direct: dict[str, list[str]] = {}
    for claim, a in result.adjustments.items():
        if len(a.observation.terms) == 1 and not a.observation.assumed:
            direct.setdefault(next(iter(a.observation.terms)), []).append(claim)
    out = []
    for name in names:
        for year in national.years:
            key = at(name, year)
            if key not in result.values:
                raise EvidenceError(f"'{name}' is no yearly variable of the national system")
            v = result.values[key]
            claims = tuple(direct.get(key, ()))
            moved = [s for c in claims if (s := result.adjustments[c].sigmas) is not None]
            out.append(
                NationalFigure(
                    name, year, v.status, v.value, v.standard_error, claims,
                    max(moved, key=abs, default=None), tuple(c for c in claims if c in wrong),
                )
            )  # fmt: skip
    return tuple(out)
