"""``orefield deposit simulate``: every method from a file of samples to files of results."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from simulate_cases import FEW, GRID, MODEL, TAILS, case, fields, grades, simulate, undraw
from typer.testing import CliRunner

from orefield.cli.app import app
from orefield.core import BlockModel, Grid
from orefield.deposit.realisations import Realisations
from orefield.deposit.realisations_file import RealisationsFile


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures cost more than realisations here: left out where a test is not about them."""
    undraw(monkeypatch)


def truth() -> np.ndarray:
    return grades(fields()[0])


@pytest.mark.parametrize(("method", "count"), [("fft", 12), ("sequential", 12), ("spectral", 4)])
def test_grades_are_simulated_by_every_method(tmp_path: Path, method: str, count: int) -> None:
    few = FEW.replace("12", str(count))  # sums of waves take their time
    config = case(tmp_path, f'value = "cu_pct"\nmethod = "{method}"\n{few}{TAILS}')
    data = simulate(config)
    assert data["code"] == 0, data
    folder = tmp_path / "results"
    assert {
        "realisations.parquet", "simulated.parquet", "simulate.json", "simulate_maps_cu_pct.svg",
        "simulate_distribution_cu_pct.svg",
    } <= set(data["files"])  # fmt: skip
    assert all((folder / name).is_file() for name in data["files"])
    found = Realisations.from_parquet(folder / "realisations.parquet")
    assert found.place == GRID
    assert (found.names, found.count) == (("cu_pct",), count)
    assert found["cu_pct"].min() >= 0
    assert found["cu_pct"].max() <= 8.0
    if method != "spectral":  # it keeps data where they are, and none is at a node here
        assert data["largest_misfit_at_nodes"] < 1e-9
    model = BlockModel.from_parquet(folder / "simulated.parquet")
    np.testing.assert_allclose(model["cu_pct_mean"], found["cu_pct"].mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(model["cu_pct_sd"], found["cu_pct"].std(axis=0, ddof=1), atol=1e-9)
    np.testing.assert_allclose(
        model["cu_pct_p90"], np.percentile(found["cu_pct"], 90, axis=0), rtol=1e-12
    )
    np.testing.assert_allclose(
        model["cu_pct_above_0.4"], (found["cu_pct"] >= 0.4).mean(axis=0), atol=1e-12
    )
    # nearer to the truth than the mean grade is, and as variable as the truth
    mean = np.asarray(model["cu_pct_mean"], dtype=np.float64)
    assert np.mean((mean - truth()) ** 2) < 0.7 * truth().var()
    assert data["variables"][0]["nodes_mean"] == pytest.approx(truth().mean(), rel=0.06)
    assert data["variables"][0]["nodes_variance"] == pytest.approx(truth().var(), rel=0.35)


@pytest.mark.usefixtures("undrawn")
def test_the_same_seed_gives_the_same_file_at_any_number_of_threads(tmp_path: Path) -> None:
    first = case(tmp_path / "a", f'value = "cu_pct"\nthreads = 1\n{FEW}{TAILS}')
    second = case(tmp_path / "b", f'value = "cu_pct"\nthreads = 3\n{FEW}{TAILS}')
    assert simulate(first)["code"] == simulate(second)["code"] == 0
    one, two = (
        (tmp_path / k / "results" / "realisations.parquet").read_bytes() for k in ("a", "b")
    )
    assert one == two


@pytest.mark.usefixtures("undrawn")
def test_samples_may_stay_where_they_are(tmp_path: Path) -> None:
    config = case(tmp_path, f'value = "cu_pct"\ndata_at = "true"\n{FEW}{TAILS}')
    data = simulate(config)
    assert data["code"] == 0, data
    assert data["conditioning_data"] == 400
    found = Realisations.from_parquet(tmp_path / "results" / "realisations.parquet")
    mean = found["cu_pct"].mean(axis=0)
    assert np.mean((mean - truth()) ** 2) < 0.7 * truth().var()
    # a metre from a sample, every realisation is near it
    rows = np.genfromtxt(tmp_path / "samples.csv", delimiter=",", skip_header=1, usecols=range(4))
    at = GRID.locate(rows[:, :3])
    assert found["cu_pct"][:, at].std(axis=0).mean() < 0.75 * found["cu_pct"].std(axis=0).mean()


@pytest.mark.usefixtures("undrawn")
def test_nodes_within_blocks_are_averaged(tmp_path: Path) -> None:
    config = case(tmp_path, f'value = "cu_pct"\nnodes = [2, 2, 1]\n{FEW}{TAILS}')
    data = simulate(config)
    assert data["nodes"] == 4 * data["blocks"] == 4 * GRID.n
    variable = data["variables"][0]
    assert variable["blocks_variance"] < variable["nodes_variance"]
    assert variable["blocks_mean"] == pytest.approx(variable["nodes_mean"], rel=1e-9)
    assert data["support"] == "block"
    assert RealisationsFile(tmp_path / "results" / "realisations.parquet").support == "block"
    assert not any("points" in w for w in data["warnings"])


@pytest.mark.usefixtures("undrawn")
def test_one_node_a_block_is_told_to_be_of_points(tmp_path: Path) -> None:
    data = simulate(case(tmp_path, f'value = "cu_pct"\n{FEW}{TAILS}'))
    assert data["support"] == "point"
    assert RealisationsFile(tmp_path / "results" / "realisations.parquet").support == "point"
    told = next(w for w in data["warnings"] if w.startswith("one node a block"))
    # mean covariance within a block over the sill, by chance points in it
    rng = np.random.default_rng(1)
    pairs = rng.random((20_000, 2, 3)) * GRID.size
    share = (
        0.95
        * MODEL.structures[0]
        .correlation(
            np.linalg.norm((pairs[:, 0] - pairs[:, 1]) / MODEL.structures[0].ranges_m, axis=1)
        )
        .mean()
    )
    found = float(told.split("keep ")[1].split(" %")[0])
    assert found == pytest.approx(100 * share, abs=1.5)


@pytest.mark.usefixtures("undrawn")
def test_a_domain_is_simulated_by_itself(tmp_path: Path) -> None:
    config = case(
        tmp_path, f'value = "cu_pct"\ndomain = "west"\nblocks = "zones.parquet"\n{FEW}{TAILS}'
    )
    data = simulate(config)
    assert data["code"] == 0, data
    found = RealisationsFile(tmp_path / "results" / "realisations.parquet")
    west = GRID.to_local(GRID.centroids())[:, 0] < 120.0
    np.testing.assert_array_equal(found.simulated, west)
    assert data["blocks"] == west.sum()
    assert not found.of("cu_pct", 0)[~west].any()
    assert found.of("cu_pct", 0)[west].min() > 0


@pytest.mark.parametrize("way", ["ppmt", "maf"])
@pytest.mark.usefixtures("undrawn")
def test_several_grades_go_together_as_the_samples_do(tmp_path: Path, way: str) -> None:
    config = case(
        tmp_path,
        f'values = ["cu_pct", "ag_gpt"]\ndecorrelation = "{way}"\nlag_m = 20.0\n{FEW}'
        "[simulate.lower]\nlimit = 0.0\n"
        "[simulate.upper.cu_pct]\nlimit = 8.0\n[simulate.upper.ag_gpt]\nlimit = 60.0\n",
    )
    data = simulate(config)
    assert data["code"] == 0, data
    assert data["largest_misfit_at_nodes"] < 1e-6
    found = Realisations.from_parquet(tmp_path / "results" / "realisations.parquet")
    rows = np.genfromtxt(tmp_path / "samples.csv", delimiter=",", skip_header=1, usecols=(3, 4))
    expected = np.corrcoef(rows.T)[0, 1]
    each = [np.corrcoef(found.of("cu_pct", k), found.of("ag_gpt", k))[0, 1] for k in range(12)]
    assert expected > 0.8
    assert np.mean(each) == pytest.approx(expected, abs=0.1)
    assert any("fitted without directions" in w for w in data["warnings"])


@pytest.mark.parametrize("method", ["indicator", "truncated gaussian"])
@pytest.mark.usefixtures("undrawn")
def test_categories_are_simulated(tmp_path: Path, method: str) -> None:
    config = case(
        tmp_path,
        f'category = "rock"\ncategories = ["dyke", "ore", "waste"]\nmethod = "{method}"\n'
        "realisations = 8\nseed = 3\n",
    )
    data = simulate(config)
    assert data["code"] == 0, data
    assert data["largest_misfit_at_nodes"] == 0
    found = Realisations.from_parquet(tmp_path / "results" / "realisations.parquet")
    assert found.names == ("rock_dyke", "rock_ore", "rock_waste")
    total = sum(found[name] for name in found.names)
    np.testing.assert_array_equal(total, np.ones((8, GRID.n)))
    known = np.digitize(fields()[0], [-0.8, 0.6])
    right = np.mean([found[n][:, known == k].mean() for k, n in enumerate(found.names)])
    assert right > 0.5


@pytest.mark.usefixtures("undrawn")
def test_recoverable_blocks_within_panels(tmp_path: Path) -> None:
    config = case(
        tmp_path,
        'value = "cu_pct"\nmethod = "uniform conditioning"\npanels = "panels.parquet"\n'
        'ranking = "ranking.parquet"\ncutoffs = [0.3, 0.6]\n',
    )
    grid = Grid(GRID.origin, (40.0, 40.0, 10.0), (6, 5, 3), GRID.rotation_deg)
    blocks = truth().reshape(3, 2, 5, 4, 6, 4)
    panel = blocks.mean(axis=(1, 3, 5)).reshape(-1)
    # estimates are smoother than panels
    panel = panel.mean() + 0.8 * (panel - panel.mean())
    BlockModel(grid, {"cu_pct": panel}).to_parquet(tmp_path / "panels.parquet")
    BlockModel(GRID, {"cu_pct": truth()}).to_parquet(tmp_path / "ranking.parquet")
    data = simulate(config)
    assert data["code"] == 0, data
    assert data["blocks_a_panel"] == 32
    folder = tmp_path / "results"
    local = BlockModel.from_parquet(folder / "localised.parquet")
    assert np.mean(local["cu_pct"]) == pytest.approx(panel.mean(), rel=0.03)
    found = BlockModel.from_parquet(folder / "recoverable.parquet")
    np.testing.assert_allclose(
        (np.asarray(local["cu_pct"]) >= 0.3).mean(),
        np.mean(found["cu_pct_tonnage_above_0.3"]),
        atol=0.03,
    )
    # within a panel, in the order of the ranking
    cube = np.asarray(local["cu_pct"]).reshape(3, 2, 5, 4, 6, 4)[1, :, 2, :, 3, :].ravel()
    order = truth().reshape(3, 2, 5, 4, 6, 4)[1, :, 2, :, 3, :].ravel()
    assert (np.diff(cube[np.argsort(order)]) >= 0).all()


def test_people_are_told_what_was_done(tmp_path: Path) -> None:
    config = case(tmp_path, f'value = "cu_pct"\n{FEW}')
    result = CliRunner().invoke(app, ["deposit", "simulate", "-c", str(config)])
    assert result.exit_code == 0
    assert "12 realisations (fft, seed 7) of 2,880 blocks" in result.stdout
    assert "files: realisations.parquet" in result.stdout
    kept = json.loads((tmp_path / "results" / "simulate.json").read_text(encoding="utf-8"))
    assert kept["realisations"] == 12


@pytest.mark.usefixtures("undrawn")
def test_samples_in_a_plane_make_a_plane(tmp_path: Path) -> None:
    config = case(tmp_path, f'value = "cu_pct"\n{FEW}{TAILS}')
    text = config.read_text(encoding="utf-8").replace("shape = [24, 20, 6]", "shape = [24, 20, 1]")
    config.write_text(text, encoding="utf-8")
    rows = (tmp_path / "samples.csv").read_text(encoding="utf-8").splitlines()
    flat = [",".join((*r.split(",")[:2], *r.split(",")[3:])) for r in rows]
    (tmp_path / "samples.csv").write_text("\n".join(flat), encoding="utf-8")
    data = simulate(config)
    assert data["code"] == 0, data
    assert data["blocks"] == 480
    # so many samples share blocks of the one layer that all of them stay where they are
    assert (data["data_at"], data["conditioning_data"]) == ("true", 400)
    assert data["largest_misfit_at_nodes"] is None
    config.write_text(text.replace(FEW, FEW + 'data_at = "nodes"\n'), encoding="utf-8")
    moved = simulate(config)
    assert (moved["data_at"], moved["largest_misfit_at_nodes"]) == (
        "nodes",
        pytest.approx(0, abs=1e-9),
    )
    lost = 400 - moved["conditioning_data"]
    assert lost > 20
    assert any(w.startswith(f"{lost} of 400 samples share a node") for w in moved["warnings"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('value = "au_gpt"\n', "no value 'au_gpt'"),
        ('value = "cu_pct"\nvariogram = "gold"\n', "there is no variogram 'gold'"),
        ('value = "cu_pct"\nvariogram = "cu_pct"\n', "sill of 0.12"),
        ('value = "cu_pct"\nmethod = "kriging"\n', "'method' is 'kriging'"),
        ('value = "cu_pct"\nrealisation = 5\n', "unknown key 'realisation'"),
        ('value = "cu_pct"\nrealisations = 0\n', "'realisations' is 0"),
        ('value = "cu_pct"\nnodes = [2, 0, 1]\n', "'nodes' is"),
        ('value = "cu_pct"\n[simulate.upper]\nlimit = 0.5\n', "above the upper limit"),
        ('value = "cu_pct"\n[simulate.lower]\nlimit = 0.3\n', "below the lower limit"),
        ('value = "cu_pct"\ndomain = "north"\nblocks = "zones.parquet"\n', "no block has domain"),
        ('value = "cu_pct"\ndomain = "west"\nblocks = "gone.parquet"\n', "no such block model"),
        ('value = "cu_pct"\ndomain = "west"\n', "which blocks are of the domain"),
        ('value = "cu_pct"\nweights = "ag"\n', "no value 'ag'"),
        ('values = ["cu_pct", "ag_gpt"]\nmethod = "spectral"\n', "2 values by the method"),
        ('method = "indicator"\n', "'category' is missing"),
        ('method = "indicator"\ncategory = "lithology"\n', "no code 'lithology'"),
        (
            'method = "indicator"\ncategory = "rock"\ncategories = ["ore", "waste"]\n',
            "rock = 'dyke', which is no category",
        ),
        (
            'method = "indicator"\ncategory = "rock"\n[simulate.proportions]\nore = 1.0\n',
            "proportions are of ore",
        ),
        ('method = "uniform conditioning"\nvalue = "cu_pct"\npanels = "p"\n', "no cut-off"),
        (
            'method = "uniform conditioning"\nvalue = "cu_pct"\npanels = "p"\ncutoffs = [1]\n',
            "no model of panels",
        ),
        (
            'method = "uniform conditioning"\nvalue = "cu_pct"\npanels = "zones.parquet"\n'
            "cutoffs = [1]\n",
            "not made of whole blocks",
        ),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, words: str) -> None:
    data = simulate(case(tmp_path, text))
    assert data["code"] != 0
    assert words in f"{data['what']} {data['where']} {data['fix']}"
    assert not list((tmp_path / "results").glob("realisations*"))


@pytest.mark.usefixtures("undrawn")
def test_what_a_method_does_not_use_is_told(tmp_path: Path) -> None:
    search = "[simulate.search]\nranges_m = [90.0, 90.0, 25.0]\nmax_per_octant = 2\n"
    by_fft = simulate(case(tmp_path / "a", f'value = "cu_pct"\n{FEW}{TAILS}{search}'))
    assert by_fft["conditioning"] == "neighbours"
    assert not any("octant" in w for w in by_fft["warnings"])
    text = f'value = "cu_pct"\nmethod = "sequential"\n{FEW}{TAILS}{search}'
    assert any("octant" in w for w in simulate(case(tmp_path / "b", text))["warnings"])
    plain = simulate(case(tmp_path / "c", f'value = "cu_pct"\n{FEW}{TAILS}'))
    assert plain["conditioning"] == "all data at once"


@pytest.mark.usefixtures("undrawn")
def test_nodes_out_of_reach_are_told_of(tmp_path: Path) -> None:
    search = "[simulate.search]\nranges_m = [15.0, 15.0, 6.0]\n"
    data = simulate(case(tmp_path, f'value = "cu_pct"\n{FEW}{TAILS}{search}'))
    assert 0 < data["nodes_without_data"] < GRID.n
    assert any("no datum in reach" in w for w in data["warnings"])


@pytest.mark.usefixtures("undrawn")
def test_equal_values_are_refused(tmp_path: Path) -> None:
    config = case(tmp_path, 'value = "cu_pct"\n')
    rows = (tmp_path / "samples.csv").read_text(encoding="utf-8").splitlines()
    same = [rows[0], *(",".join((*r.split(",")[:3], "0.5", *r.split(",")[4:])) for r in rows[1:])]
    (tmp_path / "samples.csv").write_text("\n".join(same), encoding="utf-8")
    data = simulate(config)
    assert data["code"] != 0
    assert "all 400 values are 0.5" in data["what"]


@pytest.mark.usefixtures("undrawn")
def test_a_fit_whose_sill_is_near_one_is_taken_for_one_and_told(tmp_path):
    config = case(tmp_path / "fitted", 'value = "cu_pct"\nrealisations = 2\n')
    plain = simulate(config)
    text = config.read_text(encoding="utf-8")
    scaled = text.replace("nugget = 0.05\n", "nugget = 0.04\n").replace(
        "sill = 0.95", "sill = 0.76"
    )
    config.write_text(scaled, encoding="utf-8")
    fitted = simulate(config)
    assert fitted["code"] == plain["code"] == 0
    assert [w for w in fitted["warnings"] if "sill of 0.8" in w]
    assert not [w for w in plain["warnings"] if "sill" in w]
    assert fitted["variables"][0]["nodes_mean"] == pytest.approx(
        plain["variables"][0]["nodes_mean"]
    )
