"""What a parameter's numbers can be, whoever gives them: claim, assumption, user, scenario."""

from __future__ import annotations

import math
from collections.abc import Mapping

from orefield.core import units
from orefield.core.errors import EvidenceError
from orefield.study import distributions
from orefield.study.parameters import Parameter

_SIGNED_DIMENSIONS = frozenset({"growth", "angle"})
# what a key says when its quantity may fall below zero: changes, balances, positions
_SIGNED_WORDS = ("change", "growth", "net_", "elevation", "north", "east")


def check(row: Parameter, where: str) -> None:
    """Refuse numbers that cannot be.

    Raises
    ------
    EvidenceError
        For a number or range that is not finite or upside down, below zero where the
        quantity has no sign, or a ``_pct`` above 100.
    """
    if isinstance(row.value, Mapping):
        for year, value in row.value.items():
            if not math.isfinite(value):
                raise EvidenceError(
                    f"the value of {year} is {value}", where=where, fix="give plain numbers"
                )
        distributions.check(row.dist, 1.0, row.low, row.high, where)
        smallest, largest = min(row.value.values()), max(row.value.values())
        if row.low < 0:
            raise EvidenceError(
                f"the range reaches the factor {row.low:g}",
                where=where,
                fix="factors of a series are not negative",
            )
    elif isinstance(row.value, int | float):
        distributions.check(row.dist, row.value, row.low, row.high, where)
        smallest, largest = row.low, row.high
    else:
        return
    if smallest < 0 and not _signed(row):
        raise EvidenceError(
            f"value or range reaches {smallest:g} {row.unit}".rstrip(),
            where=where,
            fix="such a quantity is not negative; mend the value or its range",
        )
    if largest > 100 and row.key.endswith("_pct") and units.normalise(row.unit) == "%":
        raise EvidenceError(
            f"value or range reaches {largest:g} %",
            where=where,
            fix="a share is at most 100 %; is the unit right?",
        )


def _signed(row: Parameter) -> bool:
    name = row.key.rpartition(".")[2]
    return units.dimension(row.unit) in _SIGNED_DIMENSIONS or any(w in name for w in _SIGNED_WORDS)
