"""Laws of the metal ledger: what is conserved closes, and no single wrong row hides.

Networks are built from paths, each a quantity that enters at a boundary or a stock,
passes through process nodes and leaves to a boundary or a stock. Any sum of paths
conserves mass at every node by construction, which is the oracle.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orefield.core.errors import LedgerError
from orefield.core.ledger import TOLERANCE, MetalLedger

PROCESSES = ("mill", "smelter", "refinery", "semis")
STOCKS = ("deposit", "tailings", "in use")
WORLD = ("world", "losses")
COMMODITIES = ("Cu", "Mo", "solids")
FIRST, YEARS, DRAWS = 2020, 4, 2


@dataclass(frozen=True)
class Row:
    """A flow (``dst`` set) or a level (``dst`` empty) of one commodity, year and draw."""

    src: str
    dst: str
    commodity: str
    year: int
    draw: int
    quantity_t: float

    @property
    def inner(self) -> set[str]:
        return {n for n in (self.src, self.dst) if n and n not in WORLD}


def ledger_of(rows: list[Row]) -> MetalLedger:
    ledger = MetalLedger("law", boundaries=WORLD)
    for row in rows:
        common = {
            "stage": "law", "material": "any", "commodity": row.commodity,
            "period": row.year, "draw": row.draw, "quantity_t": row.quantity_t,
        }  # fmt: skip
        if row.dst:
            ledger.flow(src=row.src, dst=row.dst, **common)  # type: ignore[arg-type]
        else:
            ledger.level(node=row.src, **common)  # type: ignore[arg-type]
    return ledger


@st.composite
def networks(draw: st.DrawFn) -> list[Row]:
    """Rows of a random network that conserves mass, levels of its stocks included."""
    flows: list[Row] = []
    change = {(s, c, d): np.zeros(YEARS) for s in STOCKS for c in COMMODITIES for d in range(DRAWS)}
    for _ in range(draw(st.integers(1, 8))):
        start = draw(st.sampled_from(STOCKS + WORLD[:1]))
        end = draw(st.sampled_from([n for n in STOCKS + WORLD if n != start]))
        through = draw(st.permutations(PROCESSES))[: draw(st.integers(1, len(PROCESSES)))]
        commodity = draw(st.sampled_from(COMMODITIES))
        year = draw(st.integers(0, YEARS - 1))
        which = draw(st.integers(0, DRAWS - 1))
        quantity = draw(st.floats(1.0, 1e4))
        way = [start, *through, end]
        flows += [
            Row(a, b, commodity, FIRST + year, which, quantity) for a, b in itertools.pairwise(way)
        ]
        if start in STOCKS:
            change[start, commodity, which][year] -= quantity
        if end in STOCKS:
            change[end, commodity, which][year] += quantity
    levels: list[Row] = []
    for (node, commodity, which), moved in change.items():
        if moved.any():
            path = np.concatenate([[0.0], np.cumsum(moved)])
            path += draw(st.floats(0.0, 1e6)) - path.min()
            levels += [
                Row(node, "", commodity, FIRST - 1 + y, which, float(level))
                for y, level in enumerate(path)
            ]
    return flows + levels


@given(networks(), st.randoms(use_true_random=False))
def test_what_conserves_mass_closes(rows: list[Row], random: object) -> None:
    closure = ledger_of(rows).check().require()
    assert closure.rows == len(rows)
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = ledger_of(shuffled).check().require()
    assert again.cells == closure.cells


@given(networks(), st.data(), st.floats(1e-3, 10.0), st.booleans())
def test_no_wrong_flow_hides(rows: list[Row], data: st.DataObject, by: float, more: bool) -> None:
    at = data.draw(st.sampled_from([i for i, r in enumerate(rows) if r.dst]))
    row = rows[at]
    wrong = row.quantity_t * (1.0 + by if more else max(0.0, 1.0 - by))
    rows[at] = Row(row.src, row.dst, row.commodity, row.year, row.draw, wrong)
    closure = ledger_of(rows).check()
    with pytest.raises(LedgerError):
        closure.require()
    node = closure.worst.removeprefix("node ").split(",")[0]
    assert node in row.inner
    assert f", {row.commodity}, {row.year}, draw {row.draw}," in closure.worst


@given(networks(), st.data())
def test_no_missing_flow_hides(rows: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.sampled_from([i for i, r in enumerate(rows) if r.dst]))
    row = rows.pop(at)
    assume(rows)
    closure = ledger_of(rows).check()
    assert closure.max_relative_residual > TOLERANCE
    assert closure.worst.removeprefix("node ").split(",")[0] in row.inner


@given(networks(), st.data(), st.floats(0.1, 1e3))
def test_no_wrong_level_hides(rows: list[Row], data: st.DataObject, by: float) -> None:
    levels = [i for i, r in enumerate(rows) if not r.dst]
    assume(levels)
    at = data.draw(st.sampled_from(levels))
    row = rows[at]
    rows[at] = Row(row.src, "", row.commodity, row.year, row.draw, row.quantity_t + by)
    closure = ledger_of(rows).check()
    with pytest.raises(LedgerError):
        closure.require()
    assert closure.worst.startswith(f"node {row.src}, {row.commodity}, ")
    assert f"draw {row.draw}," in closure.worst


@given(networks(), st.floats(1e-6, 1e6))
def test_closure_does_not_depend_on_the_unit_of_mass(rows: list[Row], scale: float) -> None:
    scaled = [Row(r.src, r.dst, r.commodity, r.year, r.draw, r.quantity_t * scale) for r in rows]
    ledger_of(scaled).check().require()


@given(networks(), st.data(), st.floats(0.01, 0.99))
def test_a_flow_may_be_written_in_parts(rows: list[Row], data: st.DataObject, share: float) -> None:
    at = data.draw(st.sampled_from([i for i, r in enumerate(rows) if r.dst]))
    row = rows.pop(at)
    part = row.quantity_t * share
    rows += [
        Row(row.src, row.dst, row.commodity, row.year, row.draw, part),
        Row(row.src, row.dst, row.commodity, row.year, row.draw, row.quantity_t - part),
    ]
    ledger_of(rows).check().require()
