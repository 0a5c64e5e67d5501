"""Whether a number is of what an operation uses, emits or throws away, and no product of it."""

from __future__ import annotations

import re

from orefield.evidence.statement import Quantity
from orefield.evidence.words.attributes import fraction_quantity
from orefield.evidence.words.matters import is_per_tonne, is_used, matter_of, waste_of
from orefield.evidence.words.units_written import UnitWritten

_I = re.IGNORECASE

_SOLIDS = frozenset(
    {
        "co2", "ammonium sulphate", "oxalic acid", "hydrochloric acid", "acid", "cyanide", "lime",
        "soda ash", "caustic soda", "limestone", "explosives", "grinding media", "collector",
        "sulphur", "reagents", "diesel", "fuel",
    }
)  # fmt: skip
"""What is used or emitted by the tonne, and is no commodity of this package."""

_OUTPUT = re.compile(r"\bproduc|\boutput|\bgenerat|\bcapacit|\bsold\b|\bsales\b|发电|产量|产能", _I)
# "use in power grids", "demand for water pipes": the matter is what something else is used for
_FOR = re.compile(
    r"\b(?:in|for|by|into|to)\b(?! (?:the |this )?(?:year|month|quarter)s?\b)|用于", _I
)
_STRIP = re.compile(r"\bstrip|\bwaste[- :/]*(?:to[- ]*)?ore\b|剥采比", _I)


def spent(attribute: str, paraphrase: str, unit: UnitWritten) -> Quantity | None:
    """What a number is of, where it is a specific use, a use or emission, or a waste; else None.

    Parameters
    ----------
    attribute, paraphrase : str
        In words.
    unit : UnitWritten
        As written beside the number.
    """
    base = unit.base
    if base in {"kWh/t", "m3/t"}:
        return Quantity.SPECIFIC
    if base in {"kWh", "m3"}:
        return _volume_or_energy(attribute, paraphrase)
    if base == "g/L":
        graded = fraction_quantity(attribute, "1") is Quantity.GRADE
        return Quantity.GRADE if graded else Quantity.OTHER
    if base == "1":
        return _per_tonne(attribute, unit)
    return _mass(attribute, unit.matter) if base in {"t", "t/y", "t/d"} else None


def _per_tonne(attribute: str, unit: UnitWritten) -> Quantity | None:
    if not unit.per or _STRIP.search(attribute):
        return None
    told = matter_of(attribute) and (is_used(attribute) or is_per_tonne(attribute))
    return Quantity.SPECIFIC if unit.matter or told else None


def _mass(attribute: str, matter: str) -> Quantity | None:
    if matter:
        return Quantity.EXPENDED
    named = matter_of(attribute)
    if named in _SOLIDS and is_used(attribute) and not _leads_to(attribute):
        return Quantity.EXPENDED
    return Quantity.WASTE if waste_of(attribute) else None


def _volume_or_energy(attribute: str, paraphrase: str) -> Quantity | None:
    text = attribute if matter_of(attribute) else f"{attribute} {paraphrase}"
    if not matter_of(text) or (_OUTPUT.search(attribute) and not is_used(attribute)):
        return None
    return Quantity.EXPENDED if is_used(text) else None


def _leads_to(attribute: str) -> bool:
    """Whether the matter is what another thing is used for: "copper use in acid plants"."""
    found = _FOR.search(attribute)
    return found is not None and not matter_of(attribute[: found.start()])
