"""Variograms of samples that lie in a plane, or nearly, and follow a trend."""

from pathlib import Path

import numpy as np
import pytest

from orefield.commands.deposit.variograms import deposit_variogram


def test_samples_on_uneven_ground_are_a_map_and_a_trend_makes_no_endless_range(
    tmp_path: Path,
) -> None:
    """Samples at 5 to 10 m of elevation along 2 km: no direction dips, sills stay variances."""
    rng = np.random.default_rng(8)
    x, y = rng.uniform(0.0, 2000.0, 250), rng.uniform(0.0, 500.0, 250)
    z = rng.uniform(5.0, 10.0, 250)
    zn = np.exp(x / 800.0 + 0.4 * rng.standard_normal(250))
    rows = [f"{a},{b},{c},{v}\n" for a, b, c, v in zip(x, y, z, zn, strict=True)]
    (tmp_path / "s.csv").write_text("x,y,z,zn_ppm\n" + "".join(rows), encoding="utf-8")
    (tmp_path / "d.toml").write_text(
        '[samples]\nfile = "s.csv"\n[[experimental]]\nlag_m = 100\nlags = 8\n'
        '[[experimental]]\nname = "scores"\ntransform = "normal_scores"\nlag_m = 100\nlags = 8\n',
        encoding="utf-8",
    )
    data, _ = deposit_variogram(tmp_path / "d.toml")
    for one in data["variograms"]:
        assert all(way["name"].endswith(("/ 0", "directions")) for way in one["directions"])
        assert len(one["directions"]) == 5, "all round and four azimuths"
    by_scores, scores = data["variograms"]
    assert by_scores["model"]["sill"] == pytest.approx(by_scores["variance"])
    assert scores["model"]["sill"] == pytest.approx(1.0)
    for one in (by_scores, scores):
        longest = max(s["ranges_m"][0] for s in one["model"]["structures"])
        assert longest < 2 * 850.0, "not at twice the furthest lag"
