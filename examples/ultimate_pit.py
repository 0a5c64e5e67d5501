"""The exact ultimate pit of a MineLib problem, beside the published optimum.

    python examples/ultimate_pit.py [minelib-newman1 | minelib-zuck-small | minelib-kd]

The files are found under ``OREFIELD_DATA`` or in the cache, or fetched by SHA-256.
"""

from __future__ import annotations

import sys

from orefield.datasets import fetch
from orefield.pit import maximum_closure, read_upit, whole_units

PUBLISHED = {
    "minelib-newman1": 26_086_899,
    "minelib-zuck-small": 1_422_726_898,
    "minelib-kd": 652_195_037,
}
"""Optima of Espinoza, Goycoolea, Moreno and Newman (2013), MineLib."""


def main(name: str = "minelib-newman1") -> None:
    """Fetch, solve, compare."""
    first = fetch(name)[0]
    problem = read_upit(first.parent, first.stem)
    value = whole_units(problem.value, 10_000)
    pit = maximum_closure(value, problem.precedence_start, problem.precedence)
    found = float(problem.value[pit].sum())
    print(f"{name}: {len(value):,} blocks, {int(pit.sum()):,} in the pit")
    print(f"value {found:,.0f}, published {PUBLISHED[name]:,}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
