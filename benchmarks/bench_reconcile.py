"""Level, blame rate and time of the reconciliation, by simulation.

Run: ``python benchmarks/bench_reconcile.py [--draws 10000]``. For each system: the chance that
anyone is blamed, or a tie reported, when nobody is wrong (nominal 5 %); the chance that the right
claim is among those blamed, and that nobody else is, when one redundant claim is off by 4, 5, 6
and 8 sigma, averaged over claims that have no tie; and the time of a whole solve.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np

from orefield.evidence.reconcile import (
    Identity,
    Observation,
    System,
    Variable,
    national_system,
    reconcile,
    total,
)
from orefield.evidence.reconcile.fit import fit
from orefield.evidence.reconcile.gross import GrossError, find_gross_errors
from orefield.evidence.reconcile.national import at

SIGMAS = (4.0, 5.0, 6.0, 8.0)


def repeated(n: int) -> System:
    """One quantity, observed n times."""
    observations = tuple(Observation(f"o{k}", "q", 100.0, 5.0) for k in range(n))
    return System((Variable("q"),), (), observations)


def tree(branches: int, repeats: int) -> System:
    """A total of subtotals of parts, everything observed several times."""
    variables, identities, observations = [Variable("total")], [], []
    subtotals = [f"s{b}" for b in range(branches)]
    sizes = {"total": 30.0 * branches}
    for s in subtotals:
        parts = [f"{s}p{k}" for k in range(3)]
        variables += [Variable(s), *map(Variable, parts)]
        identities.append(total(s, s, parts))
        sizes |= {s: 30.0} | dict.fromkeys(parts, 10.0)
    identities.append(total("total", "total", subtotals))
    for k in range(repeats):
        observations += [Observation(f"{n}.{k}", n, v, 0.05 * v) for n, v in sizes.items()]
    return System(tuple(variables), tuple(identities), tuple(observations))


def national(years: int) -> System:
    """A national system with mine, trade, refined output and use, three sources each."""
    span = range(2000, 2000 + years)
    template = national_system("land", "cu", span)
    given = {
        "mine_production_t": 4e5, "concentrate_imports_gross_t": 2e6, "anode_imports_t": 5e4,
        "refined_secondary_t": 1e5, "refined_imports_t": 2e5, "refined_exports_t": 5e4,
        "refined_stock_change_t": 1e4, "unexplained_feed_t": 0.0,
    }  # fmt: skip
    refined = ((4e5 + 0.25 * 2e6) * 0.97 + 5e4) * 0.99 + 1e5
    given |= {"refined_production_t": refined, "refined_use_t": refined + 2e5 - 5e4 - 1e4}
    observations = [
        Observation("grade", "concentrate_grade", 0.25, 0.01),
        Observation("smelter", "smelter_recovery", 0.97, 0.005),
        Observation("refinery", "refinery_recovery", 0.99, 0.002),
    ]
    for year in span:
        for name, value in given.items():
            for k in range(1 if name in {"unexplained_feed_t"} else 3):
                sigma = 0.04 * max(abs(value), 2e5)
                observations.append(Observation(f"{name}{year}.{k}", at(name, year), value, sigma))
    system = template.system
    # signed: the draws are taken without bounds
    free = tuple(Variable(v.name, v.unit) for v in system.variables)
    return System(free, system.identities, tuple(observations))


def ring(n: int) -> System:
    """Flows around a ring of nodes with an outlet each, twice observed."""
    flows = [f"f{k}" for k in range(n)]
    outlets = [f"d{k}" for k in range(n)]
    nodes = tuple(
        Identity(f"n{k}", {flows[k]: 1.0, flows[(k + 1) % n]: -1.0, outlets[k]: -1.0})
        for k in range(n)
    )
    observations = tuple(
        Observation(f"{f}.{k}", f, 10.0 if f.startswith("f") else 0.0, 1.0)
        for f in (*flows, *outlets) for k in range(2)
    )  # fmt: skip
    return System(tuple(map(Variable, (*flows, *outlets))), nodes, observations)


CASES = {
    "3 of one": lambda: repeated(3),
    "4 of one": lambda: repeated(4),
    "8 of one": lambda: repeated(8),
    "tree 3 x 2": lambda: tree(3, 2),
    "tree 6 x 3": lambda: tree(6, 3),
    "ring 10 x 2": lambda: ring(10),
    "national 1 y": lambda: national(1),
    "national 5 y": lambda: national(5),
}


def draws(
    system_fit: tuple[np.ndarray, np.ndarray], n: int, seed: int, shift: float, who: list[int]
) -> Iterator[tuple[int, tuple[GrossError, ...]]]:
    parity, directions = system_fit
    rng = np.random.default_rng(seed)
    for k in range(n):
        noise = rng.standard_normal(len(directions))
        row = who[k % len(who)]
        noise[row] += shift * rng.choice([-1.0, 1.0])
        yield row, find_gross_errors(parity + directions.T @ noise, directions)


def untied(directions: np.ndarray) -> list[int]:
    """Rows with redundancy that no other row is collinear with."""
    length = np.linalg.norm(directions, axis=1)
    seen = np.flatnonzero(length > 1e-6)
    unit = directions[seen] / length[seen, None]
    cosine = np.abs(unit @ unit.T) - np.eye(len(seen))
    return [int(i) for i, c in zip(seen, cosine.max(axis=1, initial=0.0), strict=True) if c < 0.9]


def bench(name: str, n: int) -> str:
    system = CASES[name]()
    e = fit(system).estimate
    start = time.perf_counter()
    reconcile(system)
    first = time.perf_counter() - start
    start = time.perf_counter()
    reconcile(system)
    again = time.perf_counter() - start
    space, everyone = (e.parity, e.directions), list(range(len(e.directions)))
    false = sum(bool(found) for _, found in draws(space, n, 1, 0.0, everyone)) / n
    line = f"{name:<14}{len(system.observations):>5}{e.dof:>5}{false:>9.2%}"
    who = untied(e.directions)
    for size in SIGMAS:
        right = only = 0
        some = max(n // 5, 1)
        for row, found in draws(space, some, 2, size, who):
            blamed = [g.rows for g in found if not g.is_tie]
            right += (row,) in blamed
            only += blamed == [(row,)]
        line += f"{right / some:>8.1%}{only / some:>7.1%}"
    visible = np.linalg.norm(e.directions[who], axis=1).min()
    return line + f"{visible**2:>7.2f}{first * 1e3:>9.1f}{again * 1e3:>9.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10_000)
    n = parser.parse_args().draws
    heads = "".join(f"{s:>5.0f} sd{'only':>7}" for s in SIGMAS)
    print(
        f"{'system':<14}{'obs':>5}{'dof':>5}{'type I':>9}{heads}{'least':>7}{'ms':>9}{'again':>9}"
    )
    for name in CASES:
        print(bench(name, n), flush=True)
    print("least: smallest local redundancy among the claims shifted (0 unseen, 1 fully seen)")


if __name__ == "__main__":
    main()
