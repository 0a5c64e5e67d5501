"""Nodes within blocks, and sums of realisations: against loops."""

from __future__ import annotations

import numpy as np
import pytest

from orefield.core import Grid, ModelError
from orefield.deposit.simulation.nodes import coarsened, reblocked, refined, within_blocks
from orefield.deposit.simulation.summing import Sums

BLOCKS = Grid((100.0, 50.0, -20.0), (12.0, 9.0, 4.0), (3, 2, 4), 40.0)
FACTORS = (3, 1, 2)


def test_nodes_lie_in_their_blocks_and_average_to_them() -> None:
    nodes = refined(BLOCKS, FACTORS)
    assert coarsened(nodes, FACTORS) == BLOCKS
    owner = BLOCKS.locate(nodes.centroids())
    values = np.random.default_rng(1).random(nodes.n)
    expected = [values[owner == b].mean() for b in range(BLOCKS.n)]
    np.testing.assert_allclose(reblocked(values, BLOCKS, FACTORS), expected, rtol=1e-12)
    mask = np.random.default_rng(2).random(BLOCKS.n) < 0.5
    np.testing.assert_array_equal(within_blocks(mask, BLOCKS, FACTORS), mask[owner])


def test_sums_are_those_of_all_realisations_at_once() -> None:
    values = np.random.default_rng(3).lognormal(size=(9, 30)) + 1e6
    inside = np.arange(30) % 3 > 0
    sums = Sums.empty(30, (1e6 + 1.0, 1e6 + 2.0))
    for one in values:
        sums.add(one, inside)
    np.testing.assert_allclose(sums.mean, values.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(sums.deviation, values.std(axis=0, ddof=1), rtol=1e-7)
    np.testing.assert_allclose(sums.probability(1e6 + 2.0), (values >= 1e6 + 2.0).mean(axis=0))
    np.testing.assert_allclose(sums.variances, values[:, inside].var(axis=1), rtol=1e-9)


def test_what_makes_no_whole_blocks_is_refused() -> None:
    for broken in (
        lambda: refined(BLOCKS, (0, 1, 1)),
        lambda: coarsened(BLOCKS, (2, 2, 2)),
        lambda: reblocked(np.zeros(5), BLOCKS, FACTORS),
    ):
        with pytest.raises(ModelError):
            broken()
