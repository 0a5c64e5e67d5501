"""Stand-in geology: published inventories met, shells that look like a porphyry, no luck."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import spearmanr

from orefield.core import BlockModel, CalibrationError, ModelError
from orefield.deposit import (
    STAND_IN_NOTE,
    Centre,
    GradeContinuity,
    Inventory,
    StandInSpec,
    compare,
    measure,
    stand_in,
)

published = Inventory.published

# Ore (Mt), grade and, where one is published, cut-off; other cut-offs are assumed.
CASES: dict[str, dict[str, object]] = {
    "julong": {
        "inventory": published(ore_t=8.9e9, cu_pct=0.29, cutoff_cu_pct=0.17, mo_pct=0.025),
        "length_m": 1800.0,
        "width_m": 1000.0,
        "elevation_m": 5000.0,
        "depth_to_top_m": 40.0,
    },
    "julong-5": {
        "inventory": published(ore_t=5e9, cu_pct=0.29, cutoff_cu_pct=0.17, mo_pct=0.025),
        "tiers": (published(ore_t=1.6e9, cu_pct=0.45, cutoff_cu_pct=0.3),),
        "elevation_m": 5000.0,
    },
    "yulong": {"inventory": published(ore_t=1402e6, cu_pct=0.54, cutoff_cu_pct=0.25, mo_pct=0.03)},
    "tiegelongnan": {
        "inventory": published(
            ore_t=2089e6, cu_pct=0.53, cutoff_cu_pct=0.2, ag_gpt=2.0, au_gpt=0.08
        ),
        "height_m": 900.0,
        "depth_to_top_m": 60.0,
    },
    "naruo": {"inventory": published(ore_t=290e6, cu_pct=0.69, cutoff_cu_pct=0.3, au_gpt=0.25)},
    "naruo-343": {"inventory": published(ore_t=343e6, cu_t=2.3683e6, cutoff_cu_pct=0.3)},
    "duobuza": {"inventory": published(ore_t=287e6, cu_pct=0.94, cutoff_cu_pct=0.3, au_gpt=0.2)},
    "bolong": {"inventory": published(ore_t=760e6, cu_pct=0.5, cutoff_cu_pct=0.25, au_gpt=0.15)},
    "jiama": {
        "inventory": published(ore_t=1486e6, cu_pct=0.41, cutoff_cu_pct=0.2, mo_pct=0.037),
        "centres": (Centre(-450.0, 0.0), Centre(500.0, 150.0, -40.0, 0.7)),
        "plunge_deg": 15.0,
    },
    "xiongcun": {
        "inventory": published(
            ore_t=219.8e6, cu_pct=0.43, cutoff_cu_pct=0.2, ag_gpt=3.9, au_gpt=0.5
        )
    },
    "zhunuo": {
        "inventory": published(ore_t=355e6, cu_pct=0.62, cutoff_cu_pct=0.4),
        "tiers": (
            published(ore_t=355e6 + 1.34e8 / 0.29, cu_t=355e6 * 0.0062 + 1.34e6, cutoff_cu_pct=0.2),
        ),
        "elevation_m": 5100.0,
    },
    "duobaoshan": {
        "inventory": published(ore_t=508e6, cu_pct=0.46, cutoff_cu_pct=0.2, mo_pct=0.011),
        "slope_deg": 3.0,
    },
    "dexing": {
        "inventory": published(ore_t=1825e6, cu_pct=0.459, cutoff_cu_pct=0.25, mo_pct=0.01),
        "shape": "shell",
    },
    "pulang": {"inventory": published(ore_t=804e6, cu_pct=0.52, cutoff_cu_pct=0.2)},
    "wunugetushan": {
        "inventory": published(ore_t=478e6, cu_pct=0.46, cutoff_cu_pct=0.2, mo_pct=0.0544),
        "shape": "shell",
        "core_depletion": 1.4,
        "slope_deg": 3.0,
    },
    "zijinshan": {"inventory": published(ore_t=417e6, cu_pct=0.39, cutoff_cu_pct=0.2, au_gpt=0.1)},
}


def spec(asset: str, **changes: object) -> StandInSpec:
    return StandInSpec(**{"asset": asset, "target_blocks": 30_000, **CASES[asset], **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def yulong() -> BlockModel:
    return stand_in(spec("yulong"), 20260101)


@pytest.mark.parametrize("asset", sorted(CASES))
def test_published_inventories_are_met_within_half_a_percent(asset: str) -> None:
    wanted = spec(asset)
    model = stand_in(wanted, 20260101)
    for inventory in wanted.inventories():
        # measured without the code under test
        tonnes = model.tonnes()
        ore = (model["cu_pct"] >= inventory.cutoff_cu_pct) & (tonnes > 0)
        ore_t = float(tonnes[ore].sum())
        cu_t = float((tonnes[ore] * model["cu_pct"][ore]).sum()) / 100
        assert ore_t == pytest.approx(inventory.ore_t, rel=0.0005)
        assert cu_t == pytest.approx(inventory.cu_t, rel=0.0005)
        assert 100 * cu_t / ore_t == pytest.approx(inventory.cu_pct, rel=1e-9)
    found = compare(model, wanted.inventory).require()
    for name in ("mo_pct", "ag_gpt", "au_gpt"):
        asked = getattr(wanted.inventory, name)
        assert getattr(found.modelled, name) == pytest.approx(asked, rel=1e-9, abs=1e-15)
    assert 0.7 * wanted.target_blocks < model.grid.n < 1.4 * wanted.target_blocks
    assert model.note.startswith(STAND_IN_NOTE)


def test_figures_that_differ_by_rounding_are_all_met() -> None:
    written = Inventory(1e9, 0.50, 5.045e6, 0.2)  # 0.9 % apart
    model = stand_in(StandInSpec("rounded", written, target_blocks=30_000), 1)
    report = compare(model, written)
    assert report.within(0.005)
    assert not report.within(0.001)


def test_the_seed_and_the_asset_decide_every_bit(yulong: BlockModel) -> None:
    again = stand_in(spec("yulong"), np.random.SeedSequence(20260101))
    for name, values in yulong.fields.items():
        assert values.tobytes() == again[name].tobytes()
    other_seed = stand_in(spec("yulong"), 20260102)
    renamed = stand_in(dataclasses.replace(spec("yulong"), asset="twin"), 20260101)
    for other in (other_seed, renamed):
        assert other["cu_pct"].tobytes() != yulong["cu_pct"].tobytes()


def test_a_seed_sequence_is_left_as_it_was() -> None:
    root = np.random.SeedSequence(5)
    small = spec("xiongcun", target_blocks=5_000)
    first = stand_in(small, root)
    assert root.n_children_spawned == 0
    assert stand_in(small, root)["cu_pct"].tobytes() == first["cu_pct"].tobytes()


def test_asking_for_a_byproduct_leaves_copper_as_it_was() -> None:
    plain = stand_in(spec("pulang", target_blocks=5_000), 1)
    more = published(ore_t=804e6, cu_pct=0.52, cutoff_cu_pct=0.2, au_gpt=0.18)
    with_gold = stand_in(spec("pulang", inventory=more, target_blocks=5_000), 1)
    assert plain["cu_pct"].tobytes() == with_gold["cu_pct"].tobytes()
    assert (plain["au_gpt"] == 0).all()
    assert with_gold["au_gpt"].max() > 0


def test_grades_are_physical(yulong: BlockModel) -> None:
    for name, mean in (("cu_pct", 0.54), ("mo_pct", 0.03)):
        values = yulong[name]
        assert values.min() >= 0
        assert values.max() <= 8 * mean * (1 + 1e-9)
    air = yulong["rock_fraction"] == 0
    assert air.any()
    assert (yulong["cu_pct"][air] == 0).all()
    assert yulong.tonnes()[air].sum() == 0
    assert set(np.unique(yulong["density_t_m3"])) == {2.35, 2.60, 2.65}


def test_grade_is_highest_in_the_core_and_falls_outwards(yulong: BlockModel) -> None:
    centre = yulong.grid.centroids()
    tonnes = yulong.tonnes()
    plan = np.hypot(centre[:, 0], centre[:, 1])
    depth = -centre[:, 2]
    level = (depth > 150) & (depth < 500) & (tonnes > 0)
    rings = [level & (plan >= a) & (plan < a + 150) for a in (0, 150, 300, 450, 600)]
    means = [float((yulong["cu_pct"][r] * tonnes[r]).sum() / tonnes[r].sum()) for r in rings]
    assert all(a > b for a, b in pairwise(means))
    assert means[0] > 1.3 * 0.54
    assert means[-1] < 0.25


def test_a_shell_has_a_poor_core() -> None:
    barren = spec("wunugetushan", core_radius=0.5, core_depletion=2.5, roughness=0.15)
    model = stand_in(barren, 4)
    x, y, z = model.grid.local_axes()
    copper = model["cu_pct"].reshape(len(z), len(y), len(x))
    bench = int(np.argmin(np.abs(z + 280)))
    middle = copper[bench, np.argmin(np.abs(y)), :]
    core = float(middle[np.abs(x) < 60].mean())
    assert core < 0.2
    assert middle.max() > 2 * core
    assert compare(model, barren.inventory).within()


def test_shells_are_shells_and_not_noise() -> None:
    # neighbours within ore are alike, and most ore touches ore on all sides
    model = stand_in(spec("yulong", target_blocks=120_000), 1)
    nx, ny, nz = model.grid.shape
    copper = model["cu_pct"].reshape(nz, ny, nx)
    ore = copper >= 0.25
    both = ore[:, :, 1:] & ore[:, :, :-1]
    a, b = copper[:, :, 1:][both], copper[:, :, :-1][both]
    assert float(np.corrcoef(a, b)[0, 1]) > 0.45
    inner = ore[1:-1, 1:-1, 1:-1]
    friends = sum(
        np.roll(ore, shift, axis)[1:-1, 1:-1, 1:-1].astype(int)
        for axis in range(3)
        for shift in (-1, 1)
    )
    assert float(friends[inner].mean()) > 4.8
    # but it is rough: grade is not a function of distance alone
    assert float(np.std(a - b)) > 0.03


def test_enrichment_lifts_the_rich_ore() -> None:
    # the same noise, so that only the preference differs
    height = []
    for lift in (-0.2, 0.0, 0.2):
        model = stand_in(spec("yulong", upward_enrichment=lift), 1)
        ore = model["cu_pct"] >= 0.25
        z = model.grid.centroids()[ore, 2]
        metal = (model.tonnes() * model["cu_pct"])[ore]
        height.append(float((z * metal).sum() / metal.sum()))
    assert height[0] + 15 < height[1] < height[2] - 15


def test_cover_over_the_orebody_is_barren() -> None:
    covered = spec("tiegelongnan", target_blocks=30_000)
    model = stand_in(covered, 2)
    terrain_z = model.grid.centroids()[:, 2]
    nx, ny, nz = model.grid.shape
    # the highest ore of each column lies at least the cover, less a block, below the ground
    share = model["rock_fraction"].reshape(nz, ny, nx)
    z = terrain_z.reshape(nz, ny, nx)
    ground = (share * 15.0).sum(axis=0) + model.grid.origin[2]
    ore = model["cu_pct"].reshape(nz, ny, nx) >= 0.2
    top = np.where(ore, z, -1e9).max(axis=0)
    has = ore.any(axis=0)
    # the ground varies within a block by its slope
    assert (ground - top)[has].min() > 60.0 - 12.0


def test_molybdenum_lies_deeper_than_copper(yulong: BlockModel) -> None:
    # at equal copper: what is left of ln(Mo) after a regression on ln(Cu) grows with depth
    ore = (yulong["cu_pct"] >= 0.25) & (yulong.tonnes() > 0)
    z = yulong.grid.centroids()[ore, 2]
    log_mo, log_cu = np.log(yulong["mo_pct"][ore]), np.log(yulong["cu_pct"][ore])
    slope, constant = np.polyfit(log_cu, log_mo, 1)
    assert spearmanr(log_mo - slope * log_cu - constant, -z).statistic > 0.4


@pytest.mark.parametrize("rank", [-0.3, 0.0, 0.4, 0.8])
def test_byproducts_have_the_stated_rank_correlation(rank: float) -> None:
    wanted = spec("xiongcun", au_rank_correlation=rank, target_blocks=12_000)
    model = stand_in(wanted, 3)
    ore = (model["cu_pct"] >= 0.2) & (model.tonnes() > 0)
    found = spearmanr(model["cu_pct"][ore], model["au_gpt"][ore]).statistic
    assert found == pytest.approx(rank, abs=0.01)


def test_grades_spread_as_wanted() -> None:
    for cv in (0.3, 0.45, 0.6):
        model = stand_in(spec("duobuza", grade_cv=cv), 3)
        tonnes = model.tonnes()
        ore = (model["cu_pct"] >= 0.3) & (tonnes > 0)
        spread = float(np.std(model["cu_pct"][ore])) / 0.94
        assert spread == pytest.approx(cv, rel=0.08)


def test_the_grid_leaves_room_for_walls_and_reaches_the_surface(yulong: BlockModel) -> None:
    nx, ny, nz = yulong.grid.shape
    ore = (yulong["cu_pct"] >= 0.25).reshape(nz, ny, nx)
    share = yulong["rock_fraction"].reshape(nz, ny, nx)
    assert share[-1].max() < 1  # no hill is cut off
    assert not ore[:, [0, -1]].any()
    assert not ore[:, :, [0, -1]].any()
    # from the ore at 400 m depth a wall of 42 degrees daylights inside the grid
    x, y, z = yulong.grid.local_axes()
    tan = np.tan(np.radians(42.0))
    ground = (share * 15.0).sum(axis=0) + yulong.grid.origin[2]
    for iz in np.flatnonzero((z < -395) & (z > -420)):
        for axis, coordinate, edge in ((1, y, ground.max(axis=1)), (0, x, ground.max(axis=0))):
            where = np.flatnonzero(ore[iz].any(axis=axis))
            first, last = coordinate[where[0]], coordinate[where[-1]]
            assert edge[0] - z[iz] < (first - coordinate[0]) * tan * 1.1
            assert edge[-1] - z[iz] < (coordinate[-1] - last) * tan * 1.1


def test_given_block_size_and_bench_are_kept() -> None:
    model = stand_in(spec("xiongcun", block_size_m=25.0, bench_height_m=10.0), 1)
    assert model.grid.size == (25.0, 25.0, 10.0)
    chosen = stand_in(spec("xiongcun"), 1).grid
    assert chosen.size[0] % 5 == 0
    assert chosen.size[2] == 15.0
    assert chosen.origin[2] % 15 == 0


def test_published_axes_shape_the_body() -> None:
    # 3.2:1 in plan; height follows from the tonnage
    long = spec("xiongcun", length_m=1300.0, width_m=400.0, roughness=0.1, target_blocks=40_000)
    model = stand_in(long, 1)
    ore = model["cu_pct"] >= 0.2
    where = model.grid.centroids()[ore]
    spread = np.quantile(where, 0.99, axis=0) - np.quantile(where, 0.01, axis=0)
    assert spread[0] == pytest.approx(1300, rel=0.12)
    assert spread[1] == pytest.approx(400, rel=0.2)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"inventory": published(ore_t=1e9, cu_pct=0.2, cutoff_cu_pct=0.3)}, "mean of 0.2"),
        (
            {"tiers": (published(ore_t=3e9, cu_pct=0.5, cutoff_cu_pct=0.1),)},
            "would have a mean of",
        ),
        ({"tiers": (published(ore_t=1e9, cu_pct=0.9, cutoff_cu_pct=0.1),)}, "no less ore"),
        (
            {"tiers": (published(ore_t=1.39e9, cu_pct=0.9, cutoff_cu_pct=0.4),)},
            "would have a mean of",
        ),
        ({"target_blocks": 1000, "inventory": published(
            ore_t=1.402e9, cu_pct=0.54, cutoff_cu_pct=0.2), "wall_depth_max_m": 1.0,
            "roughness": 2.0}, "touch the sides"),
    ],
    ids=["below cut-off", "poor halo", "no more ore", "rich core", "off the grid"],
)  # fmt: skip
def test_what_cannot_be_met_is_refused_with_the_numbers(changes, words) -> None:
    with pytest.raises(CalibrationError, match=words) as caught:
        stand_in(spec("yulong", **changes), 1)
    assert "yulong" in caught.value.where


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("length_m", -5.0),
        ("length_m", float("nan")),
        ("height_m", 0.0),
        ("grade_cv", 0.0),
        ("density_ore_t_m3", float("inf")),
        ("roughness", -0.1),
        ("eroded_share", 1.0),
        ("core_radius", 0.0),
        ("mo_rank_correlation", 1.0),
        ("target_blocks", 10),
        ("elevation_m", float("nan")),
        ("elevation_m", 12_000.0),
        ("slope_deg", 45.0),
        ("centres", ()),
        ("shape", "donut"),
        ("block_size_m", -10.0),
    ],
)
def test_a_specification_out_of_bounds_is_refused(name: str, value: object) -> None:
    with pytest.raises(ModelError) as caught:
        spec("yulong", **{name: value})
    assert caught.value.where == "yulong"
    if name not in ("centres", "shape"):
        assert name in caught.value.what


def test_a_deposit_without_a_name_is_refused() -> None:
    with pytest.raises(ModelError, match="name"):
        StandInSpec("", published(ore_t=1e9, cu_pct=0.5, cutoff_cu_pct=0.2))


def test_terrain_as_steep_as_the_wall_is_refused() -> None:
    with pytest.raises(ModelError, match="steep"):
        spec("yulong", slope_deg=38.0, wall_angle_deg=37.0)


@pytest.mark.parametrize(
    "broken",
    [
        lambda: Centre(float("nan")),
        lambda: Centre(size=0.0),
        lambda: GradeContinuity(nugget_share=1.0),
        lambda: GradeContinuity(long_share=0.0),
        lambda: GradeContinuity(short_range_m=-1.0),
        lambda: GradeContinuity(vertical_ratio=float("nan")),
    ],
)
def test_parts_of_a_specification_out_of_bounds_are_refused(broken) -> None:
    with pytest.raises(ModelError):
        broken()


def test_measure_of_a_model_without_ore_is_empty() -> None:
    model = stand_in(spec("xiongcun", target_blocks=5_000), 1)
    nothing = measure(model, 50.0)
    assert (nothing.ore_t, nothing.cu_pct, nothing.cu_t, nothing.blocks) == (0.0, 0.0, 0.0, 0)
