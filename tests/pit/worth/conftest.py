"""Models and economies shared by the tests of what blocks are worth."""

import numpy as np
import pytest

from orefield.core import BlockModel, Grid


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
