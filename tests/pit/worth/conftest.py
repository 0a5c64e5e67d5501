"""Models and economies shared by the tests of what blocks are worth."""

import numpy as np
import pytest

from orefield.core import BlockModel, Grid

LB = 2204.6226218487757  # pounds in a tonne
OZ = 32150.746568627980  # troy ounces in a tonne


def _blocks(**fields):
    n = len(next(iter(fields.values())))
    arrays = {k: np.asarray(v) for k, v in fields.items()}
    arrays = {k: v.astype(float) if v.dtype.kind in "iu" else v for k, v in arrays.items()}
    arrays.setdefault("density_t_m3", np.full(n, 2.5))
    return BlockModel(Grid((0, 0, 0), (20, 20, 10), (1, 1, n)), arrays)


@pytest.fixture(scope="session")
def blocks():
    """A column of blocks of 10,000 t each, from elevation 5 m upwards by 10 m."""
    return _blocks


def _element(name, field, unit, price, price_unit):
    return {"name": name, "field": field, "unit": unit, "price": price, "price_unit": price_unit}


def _settings():
    """A copper-gold mine with arsenic: contract terms of a usual concentrate."""
    return {
        "rock_field": "rock",
        "mining": {"per_tonne": 2.0, "per_m_below": 0.01, "reference_elevation_m": 100.0},
        "ga": 1.0,
        "element": [
            _element("cu", "cu_pct", "%", 4.0, "USD/lb"),
            _element("au", "au_gpt", "g/t", 1800, "USD/ozt"),
            {"name": "as", "field": "as_ppm", "unit": "ppm", "optional": True},
        ],
        "destination": [
            {
                "name": "mill",
                "kind": "mill",
                "processing": 8.0,
                "concentrate": {
                    "element": "cu",
                    "grade": 25.0,
                    "treatment": 80.0,
                    "transport": 60.0,
                    "moisture": 0.08,
                    "penalty": [
                        {
                            "element": "as",
                            "grade_unit": "%",
                            "above": 0.2,
                            "per": 0.1,
                            "charge": 3.0,
                        }
                    ],
                },
                "metal": [
                    {
                        "element": "cu",
                        "recovery": 0.9,
                        "payable": 0.965,
                        "minimum_deduction": 1.0,
                        "refining": 0.08,
                        "refining_unit": "USD/lb",
                    },
                    {
                        "element": "au",
                        "recovery": 0.6,
                        "payable": 0.97,
                        "minimum_deduction": 1.0,
                        "refining": 5.0,
                        "refining_unit": "USD/ozt",
                    },
                    {"element": "as", "recovery": 0.8, "payable": 0.0},
                ],
            },
            {
                "name": "leach",
                "kind": "leach",
                "processing": 3.0,
                "metal": [
                    {
                        "element": "cu",
                        "recovery": {"by_rock": {"ox": 0.8}, "otherwise": 0.3},
                        "refining": 0.25,
                        "refining_unit": "USD/lb",
                    }
                ],
            },
            {"name": "near dump", "kind": "dump", "haul": 0.2, "accepts": ["ox"]},
            {"name": "far dump", "kind": "dump", "haul": 0.5},
            {
                "name": "stock",
                "kind": "stockpile",
                "haul": 0.1,
                "rehandle": 0.6,
                "reclaim_to": "mill",
            },
        ],
    }


@pytest.fixture
def settings():
    return _settings()


@pytest.fixture
def ore(blocks):
    """Three blocks of rock (one oxide) and one of air."""
    return blocks(
        cu_pct=[0.8, 0.5, 0.05, 0.5],
        au_gpt=[0.3, 0.0, 0.02, 1.0],
        as_ppm=[400.0, 10.0, 0.0, 0.0],
        rock=["sulf", "ox", "sulf", "air"],
        rock_fraction=[1.0, 1.0, 1.0, 0.0],
    )


def _mill_nsr_usd_t(cu_pct, au_gpt, as_ppm):
    """NSR of a tonne at the mill of the shared settings, from the contract's sentences."""
    copper = cu_pct / 100 * 0.9
    concentrate = copper / 0.25
    if concentrate == 0:
        return 0.0
    # copper: 96.5 % of 25 % is 24.125, but at least one unit is deducted: 24.0
    paid_cu = concentrate * 0.24
    gold_gpt = au_gpt * 0.6 / concentrate
    paid_au = concentrate * max(min(0.97 * gold_gpt, gold_gpt - 1.0), 0.0) * 1e-6
    arsenic_pct = as_ppm * 1e-4 * 0.8 / concentrate
    penalty = max(arsenic_pct - 0.2, 0) / 0.1 * 3.0
    return (
        paid_cu * (4.0 - 0.08) * LB
        + paid_au * (1800 - 5) * OZ
        - concentrate * (80 + 60 / 0.92 + penalty)
    )


@pytest.fixture(scope="session")
def mill_nsr_usd_t():
    """NSR (USD per tonne) by hand at grades of copper (%), gold (g/t) and arsenic (ppm)."""
    return _mill_nsr_usd_t
