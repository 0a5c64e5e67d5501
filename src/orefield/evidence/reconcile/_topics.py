"""Which variable of a national system a topic speaks of."""

from __future__ import annotations

from types import MappingProxyType

from orefield.evidence.reconcile.national import NationalSystem, asset
from orefield.evidence.statement import Quantity, Topic
from orefield.evidence.vocabulary import Basis, Stage

_METAL = frozenset({Basis.CONTAINED, Basis.RECOVERABLE, Basis.PAYABLE})
_GROSS = frozenset({Basis.CONCENTRATE_GROSS, Basis.GROSS})
_PURE = frozenset({*_METAL, Basis.GROSS, Basis.NONE})
"""Refined metal weighs what it contains, near enough."""

_Q, _S = Quantity, Stage

_VARIABLES = MappingProxyType(
    {
        (_Q.PRODUCTION, _S.MINE): (("mine_production_t", _METAL),),
        (_Q.PRODUCTION, _S.SMELTER): (("smelter_production_t", _PURE),),
        (_Q.PRODUCTION, _S.REFINED): (("refined_production_t", _PURE),),
        (_Q.PRODUCTION, _S.SCRAP): (("recycled_t", _PURE),),
        (_Q.IMPORTS, _S.MINE): (
            ("concentrate_imports_gross_t", _GROSS), ("concentrate_imports_t", _METAL),
        ),
        (_Q.IMPORTS, _S.SMELTER): (("anode_imports_t", _PURE),),
        (_Q.IMPORTS, _S.SCRAP): (
            ("scrap_imports_gross_t", frozenset({Basis.GROSS})), ("scrap_imports_t", _METAL),
        ),
        (_Q.IMPORTS, _S.REFINED): (("refined_imports_t", _PURE),),
        (_Q.EXPORTS, _S.MINE): (("concentrate_exports_t", _METAL),),
        (_Q.EXPORTS, _S.REFINED): (("refined_exports_t", _PURE),),
        (_Q.USE, _S.REFINED): (("refined_use_t", _PURE),),
        (_Q.USE, _S.USE): (("total_use_t", _PURE),),
        (_Q.USE, _S.NONE): (("total_use_t", _PURE),),
        (_Q.STOCK_CHANGE, _S.REFINED): (("refined_stock_change_t", _PURE),),
        (_Q.GRADE, _S.MINE): (("concentrate_grade", frozenset({Basis.CONCENTRATE_GROSS})),),
        (_Q.GRADE, _S.SCRAP): (("scrap_grade", frozenset(Basis)),),
        (_Q.RECOVERY, _S.SMELTER): (("smelter_recovery", frozenset(Basis)),),
        (_Q.RECOVERY, _S.REFINED): (("refinery_recovery", frozenset(Basis)),),
    }
)  # fmt: skip

_QUANTITIES = frozenset(q for q, _ in _VARIABLES)


def variable_of(topic: Topic, basis: Basis, national: NationalSystem) -> tuple[str, str]:
    """Name, without year, of the variable that a topic speaks of.

    Returns
    -------
    name : str
        Empty where there is none.
    why : str
        Why there is none, though the topic is of this country or its assets and metal and of a
        quantity that the system holds; empty otherwise.
    """
    if topic.commodity != national.commodity or topic.quantity not in _QUANTITIES:
        return "", ""
    if topic.entity in national.assets:
        return _of_asset(topic, basis)
    if topic.entity == national.country:
        return _of_country(topic, basis, national)
    return "", ""


def _of_asset(topic: Topic, basis: Basis) -> tuple[str, str]:
    if topic.quantity is not Quantity.PRODUCTION or topic.stage is not Stage.MINE:
        return "", ""
    if basis not in _METAL:
        return "", f"its basis is {basis}, and mines are counted in contained metal"
    return asset(topic.entity), ""


def _of_country(topic: Topic, basis: Basis, national: NationalSystem) -> tuple[str, str]:
    choices = _VARIABLES.get((topic.quantity, topic.stage))
    if choices is None:
        return "", f"{topic.quantity} at the stage '{topic.stage}' is no variable of the system"
    name = next((name for name, bases in choices if basis in bases), "")
    if not name:
        return "", f"its basis is {basis}, which does not say how much metal it is"
    if name == "concentrate_exports_t" and not _has(national, name):
        return "", "the system was built without exports of concentrate"
    return name, ""


def _has(national: NationalSystem, name: str) -> bool:
    return f"{name}@{national.years[0]}" in national.system.index
