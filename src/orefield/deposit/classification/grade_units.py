"""What a grade's number means in metal: the mass fraction of one unit."""

from __future__ import annotations

from orefield.core.errors import UnitError
from orefield.core.sections import hint

_FRACTIONS = {
    "fraction": 1.0,
    "%": 1e-2,
    "pct": 1e-2,
    "kg/t": 1e-3,
    "kgt": 1e-3,
    "g/t": 1e-6,
    "gpt": 1e-6,
    "ppm": 1e-6,
    "ppb": 1e-9,
}

_SHOWN = {"pct": "%", "gpt": "g/t", "kgt": "kg/t"}


def mass_fraction(unit: str) -> float:
    """Tonnes of metal in a tonne of rock of grade one.

    Raises
    ------
    UnitError
        For an unknown unit.
    """
    try:
        return _FRACTIONS[unit]
    except KeyError:
        raise UnitError(f"'{unit}' is no unit of grade", fix=hint(unit, _FRACTIONS)) from None


def unit_of(value: str) -> str:
    """The unit that ends a value's name: ``%`` of ``cu_pct``.

    Raises
    ------
    UnitError
        When it ends with none.
    """
    ending = value.rpartition("_")[2].lower()
    if ending not in _FRACTIONS or "_" not in value:
        raise UnitError(
            f"the unit of '{value}' is not known",
            fix="end the name with _pct, _gpt, _ppm or _ppb, or set 'unit'",
        )
    return _SHOWN.get(ending, ending)
