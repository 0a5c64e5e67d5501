"""Models shared by the tests of the pit room."""

import numpy as np
import pytest

from orefield.core import BlockModel, Grid
from orefield.pit import Economics


@pytest.fixture(scope="session")
def economics():
    return Economics(
        cu_usd_t=8500.0,
        mo_usd_t=35_000.0,
        ag_usd_t=700e3,
        treatment_usd_t_conc=80.0,
        refining_cu_usd_t=176.0,
        freight_usd_t_conc=60.0,
        mining_usd_t=1.8,
        mining_increment_usd_t_m=0.003,
        reference_elevation_m=4900.0,
        processing_usd_t=6.0,
        ga_usd_t=1.2,
        tail_pct=0.04,
        cu_recovery_max=0.9,
        mo_recovery=0.5,
        ag_recovery=0.6,
    )


def _porphyry(seed, shape=(24, 22, 14), size=(50.0, 50.0, 30.0)):
    nx, ny, nz = shape
    rng = np.random.default_rng(seed)
    z, y, x = np.meshgrid(np.arange(nz), np.arange(ny), np.arange(nx), indexing="ij")
    away = ((x - nx / 2) / (0.2 * nx)) ** 2 + ((y - ny / 2) / (0.2 * ny)) ** 2
    away = away + ((z - 0.5 * nz) / (0.4 * nz)) ** 2
    cu = 0.8 * np.exp(-away) * rng.lognormal(-0.08, 0.4, away.shape)
    surface = nz - 1 - 0.2 * x
    fields = {
        "density_t_m3": np.full(cu.size, 2.6),
        "rock_fraction": np.clip(surface - z + 0.5, 0, 1).ravel(),
        "cu_pct": cu.ravel(),
        "mo_pct": 0.03 * cu.ravel(),
        "ag_gpt": 4.0 * cu.ravel(),
    }
    grid = Grid((0.0, 0.0, 4500.0), size, shape)
    return BlockModel(grid, {k: np.ascontiguousarray(v) for k, v in fields.items()}, "made up")


@pytest.fixture(scope="session")
def porphyry():
    return _porphyry


@pytest.fixture(scope="session")
def model():
    return _porphyry(0)
