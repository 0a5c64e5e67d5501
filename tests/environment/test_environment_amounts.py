"""Tailings, water, energy, carbon and land: hand-reckoned cases, laws, bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from orefield.core import Grid, InputError
from orefield.environment import (
    SECONDS_PER_YEAR,
    Blasting,
    DieselUse,
    ElectricityUse,
    FactorBasis,
    GridFactor,
    LandUse,
    TailingsFacility,
    WaterUse,
    bond_energy_kwh_t,
    diesel_kgco2_per_l,
    emissions,
    energy_use,
    pit_outline_area_m2,
    share_of_flow,
)

YEARS = np.arange(2020, 2024)

tonnes = arrays(float, (2, 4), elements=st.just(0.0) | st.floats(1.0, 1e9))


class TestTailings:
    def test_published_pond(self) -> None:
        # Saindak: 89.689 Mt in 64.064 Mm3, 1.40 t/m3
        got = TailingsFacility(1.40).store([89.689e6])
        assert float(got.cumulative_m3[-1]) == pytest.approx(64.064e6, rel=1e-4)

    def test_filling_up(self) -> None:
        facility = TailingsFacility(1.5, capacity_m3=50.0, opening_m3=10.0)
        got = facility.store([[30.0, 30.0, 0.0, 30.0], [0.0, 0.0, 0.0, 0.0]])
        np.testing.assert_allclose(got.volume_m3[0], [20.0, 20.0, 0.0, 20.0])
        np.testing.assert_allclose(got.cumulative_m3[0], [30.0, 50.0, 50.0, 70.0])
        assert got.share_filled is not None
        np.testing.assert_allclose(got.share_filled[0], [0.6, 1.0, 1.0, 1.4])
        assert got.excess_m3 is not None
        np.testing.assert_allclose(got.excess_m3[0], [0.0, 0.0, 0.0, 20.0])
        first = got.first_year_over(YEARS)
        assert first is not None
        np.testing.assert_array_equal(first, [2023.0, np.nan])

    def test_without_a_published_capacity_nothing_is_said(self) -> None:
        got = TailingsFacility(1.4).store(np.ones((2, 4)))
        assert got.share_filled is None
        assert got.excess_m3 is None
        assert got.first_year_over(YEARS) is None

    @given(tailings_t=tonnes, density=st.floats(1.0, 2.0))
    def test_volume_holds_all_the_tonnes(self, tailings_t: np.ndarray, density: float) -> None:
        got = TailingsFacility(density).store(tailings_t)
        np.testing.assert_allclose(
            got.cumulative_m3[:, -1] * density, tailings_t.sum(axis=1), rtol=1e-12
        )

    def test_density_by_draw(self) -> None:
        got = TailingsFacility(np.array([[1.0], [2.0]])).store(np.ones((2, 3)))
        np.testing.assert_allclose(got.cumulative_m3[:, -1], [3.0, 1.5])

    @pytest.mark.parametrize(
        "bad",
        [
            {"settled_density_t_m3": 1400.0},  # kg/m3
            {"settled_density_t_m3": float("nan")},
            {"settled_density_t_m3": 1.4, "capacity_m3": 0.0},
            {"settled_density_t_m3": 1.4, "capacity_m3": 5.0, "opening_m3": 6.0},
            {"settled_density_t_m3": 1.4, "opening_m3": -1.0},
        ],
    )
    def test_impossible_facilities(self, bad: dict[str, float]) -> None:
        with pytest.raises(InputError):
            TailingsFacility(**bad)

    def test_bad_arrays(self) -> None:
        with pytest.raises(InputError, match="tailings_t"):
            TailingsFacility(1.4).store([[1.0, -1.0]])
        with pytest.raises(InputError, match="does not fit"):
            TailingsFacility(np.ones((3, 1))).store(np.ones((2, 4)))
        with pytest.raises(InputError, match="years"):
            TailingsFacility(1.4, 1.0).store(np.ones((2, 4))).first_year_over([2020, 2021])


class TestWater:
    def test_make_up(self) -> None:
        np.testing.assert_allclose(WaterUse(0.6).make_up_m3([[100e6, 0.0]]), [[60e6, 0.0]])

    def test_share_of_a_river(self) -> None:
        # 60 Mm3 a year is 1.90 m3/s; of 270 m3/s, 0.70 %
        assert SECONDS_PER_YEAR == 31_557_600.0
        assert float(share_of_flow(60e6, 270.0)) == pytest.approx(0.0070417, rel=1e-4)

    def test_a_whole_river(self) -> None:
        assert float(share_of_flow(5.0 * SECONDS_PER_YEAR, 5.0)) == 1.0

    @pytest.mark.parametrize("flow", [0.0, -1.0, float("nan"), float("inf")])
    def test_no_share_of_no_river(self, flow: float) -> None:
        with pytest.raises(InputError, match="mean_flow_m3_s"):
            share_of_flow(1.0, flow)

    def test_bad_rates(self) -> None:
        with pytest.raises(InputError):
            WaterUse(600.0)  # litres
        with pytest.raises(InputError, match="ore_t"):
            WaterUse(0.6).make_up_m3(-1.0)


class TestEnergy:
    ELECTRICITY = ElectricityUse(18.0, 7.0, 1.5, 0.8)
    DIESEL = DieselUse(0.6, 0.1, 0.05, 2000.0)

    def test_hand_reckoned_year(self) -> None:
        got = energy_use(
            [[10e6]],
            [[15e6]],
            electricity=self.ELECTRICITY,
            diesel=self.DIESEL,
            depth_m=300.0,
            altitude_m=5000.0,
        )
        assert float(got.comminution_kwh[0, 0]) == pytest.approx(180e6)
        assert float(got.mine_kwh[0, 0]) == pytest.approx(20e6)
        assert float(got.electricity_kwh[0, 0]) == pytest.approx(180e6 + 70e6 + 15e6 + 20e6)
        # (0.6 + 3 x 0.1) x (1 + 3 x 0.05) = 1.035 L/t
        assert float(got.diesel_l[0, 0]) == pytest.approx(25e6 * 1.035)

    def test_no_credit_for_low_altitude(self) -> None:
        low = self.DIESEL.litres_per_t(0.0, 100.0)
        assert float(low) == float(self.DIESEL.litres_per_t(0.0, 2000.0)) == pytest.approx(0.6)

    @given(depths=st.tuples(st.floats(0, 1500), st.floats(0, 1500)), altitude=st.floats(0, 6000))
    def test_deeper_never_burns_less(self, depths: tuple[float, float], altitude: float) -> None:
        shallow, deep = sorted(depths)
        litres = self.DIESEL.litres_per_t([shallow, deep], altitude)
        assert litres[0] <= litres[1]

    @given(ore_t=tonnes, waste_t=tonnes)
    def test_electricity_is_the_sum_of_its_purposes(
        self, ore_t: np.ndarray, waste_t: np.ndarray
    ) -> None:
        got = energy_use(
            ore_t,
            waste_t,
            electricity=self.ELECTRICITY,
            diesel=self.DIESEL,
            depth_m=100.0,
            altitude_m=4000.0,
        )
        np.testing.assert_allclose(
            got.electricity_kwh, ore_t * (18 + 7 + 1.5 + 0.8) + waste_t * 0.8, rtol=1e-12, atol=1e-9
        )

    def test_bond_example(self) -> None:
        # Wi 16.2 from 2,000 to 100 um: 10 x 16.2 x (0.1 - 1/sqrt(2000))
        assert float(bond_energy_kwh_t(16.2, 2000.0, 100.0)) == pytest.approx(12.5776, rel=1e-4)
        assert float(bond_energy_kwh_t(16.2, 100.0, 100.0)) == 0.0

    @given(
        index=st.floats(5, 25),
        sizes=st.lists(st.floats(50, 1e5), min_size=3, max_size=3, unique=True),
    )
    def test_bond_stages_add_up(self, index: float, sizes: list[float]) -> None:
        fine, middle, coarse = sorted(sizes)
        in_two = bond_energy_kwh_t(index, coarse, middle) + bond_energy_kwh_t(index, middle, fine)
        assert float(in_two) == pytest.approx(
            float(bond_energy_kwh_t(index, coarse, fine)), rel=1e-9, abs=1e-12
        )

    def test_bad_parameters(self) -> None:
        with pytest.raises(InputError, match="coarser"):
            bond_energy_kwh_t(16.2, 100.0, 200.0)
        with pytest.raises(InputError, match="comminution"):
            ElectricityUse(-1.0, 7.0, 1.5, 0.8)
        with pytest.raises(InputError, match="altitude_rise"):
            DieselUse(0.6, 0.1, 5.0, 2000.0)
        with pytest.raises(InputError, match="depth_m"):
            self.DIESEL.litres_per_t(-1.0, 100.0)
        with pytest.raises(InputError, match="altitude_m"):
            self.DIESEL.litres_per_t(1.0, 16_000.0)  # feet


class TestCarbon:
    GRID = GridFactor(0.5, FactorBasis.OFFICIAL, "a ministry's yearly notice")

    def test_ipcc_diesel(self) -> None:
        assert diesel_kgco2_per_l(0.84) == pytest.approx(2.68, abs=0.005)
        with pytest.raises(InputError, match="density"):
            diesel_kgco2_per_l(840.0)

    def test_hand_reckoned_year(self) -> None:
        got = emissions(
            [[1e6]],
            [[200e6]],
            diesel_kgco2_per_l=2.68,
            grid=self.GRID,
            moved_t=[[1e7]],
            blasting=Blasting(0.25, 0.18),
        )
        assert float(got.diesel_t[0, 0]) == pytest.approx(2680.0)
        assert float(got.blasting_t[0, 0]) == pytest.approx(450.0)
        assert float(got.scope1_t[0, 0]) == pytest.approx(3130.0)
        assert float(got.scope2_t[0, 0]) == pytest.approx(100_000.0)
        assert float(got.total_t[0, 0]) == pytest.approx(103_130.0)

    def test_grid_by_year(self) -> None:
        grid = GridFactor(np.array([0.6, 0.5, 0.4]), FactorBasis.OFFICIAL, "notice")
        got = emissions(0.0, np.full((2, 3), 1e6), diesel_kgco2_per_l=2.68, grid=grid)
        np.testing.assert_allclose(got.scope2_t, [[600.0, 500.0, 400.0]] * 2)
        assert not got.scope1_t.any()

    def test_an_assumed_factor_says_so_in_the_result(self) -> None:
        grid = GridFactor(0.2, FactorBasis.ASSUMPTION, "no factor is published for this grid")
        got = emissions(1.0, 1.0, diesel_kgco2_per_l=2.68, grid=grid)
        assert got.scope2_basis is FactorBasis.ASSUMPTION
        assert got.scope2_label == "assumption: no factor is published for this grid"

    def test_bad_parameters(self) -> None:
        with pytest.raises(InputError, match="no label"):
            GridFactor(0.5, FactorBasis.ASSUMPTION, "  ")
        with pytest.raises(InputError, match="kgco2_per_kwh"):
            GridFactor(570.0, FactorBasis.OFFICIAL, "g/kWh")
        with pytest.raises(InputError, match="diesel_kgco2_per_l"):
            emissions(1.0, 1.0, diesel_kgco2_per_l=0.0, grid=self.GRID)
        with pytest.raises(InputError, match="electricity_kwh"):
            emissions(1.0, -1.0, diesel_kgco2_per_l=2.68, grid=self.GRID)
        with pytest.raises(InputError, match="does not fit"):
            emissions(
                1.0,
                np.ones((2, 4)),
                diesel_kgco2_per_l=2.68,
                grid=GridFactor(np.ones(3), FactorBasis.OFFICIAL, "three years"),
            )
        with pytest.raises(InputError, match="powder"):
            Blasting(250.0, 0.18)


class TestLand:
    LAND = LandUse(1.8, 60.0, 40.0, 2e6)

    def test_pit_outline_counts_columns_once(self) -> None:
        grid = Grid((0, 0, 0), (20.0, 30.0, 15.0), (3, 2, 4))
        mask = np.zeros((4, 2, 3), dtype=bool)
        mask[3, 0, 0] = mask[2, 0, 0] = mask[3, 1, 2] = mask[3, 1, 0] = True
        assert pit_outline_area_m2(grid, mask.ravel()) == 3 * 600.0
        assert pit_outline_area_m2(grid, np.zeros(24, dtype=bool)) == 0.0
        with pytest.raises(InputError, match="pit mask"):
            pit_outline_area_m2(grid, np.zeros(23, dtype=bool))

    def test_hand_reckoned_growth(self) -> None:
        got = self.LAND.disturbed(5e6, [[0.0, 108e6, 108e6]], [[0.0, 4e6, 8e6]])
        np.testing.assert_allclose(got.pit_m2, [[0.0, 5e6, 5e6]])
        np.testing.assert_allclose(got.dump_m2, [[0.0, 1e6, 2e6]])
        np.testing.assert_allclose(got.tailings_m2, [[0.0, 1e5, 2e5]])
        np.testing.assert_allclose(got.plant_m2, [[0.0, 2e6, 2e6]])
        np.testing.assert_allclose(got.total_m2, [[0.0, 8.1e6, 9.2e6]])

    @given(waste_t=tonnes)
    def test_land_is_never_given_back(self, waste_t: np.ndarray) -> None:
        got = self.LAND.disturbed(1e6, waste_t, np.cumsum(waste_t / 3, axis=1))
        assert (np.diff(got.total_m2, axis=1) >= 0).all()

    def test_bad_input(self) -> None:
        with pytest.raises(InputError, match="fall from one year"):
            self.LAND.disturbed(1.0, np.ones((1, 2)), [[2.0, 1.0]])
        with pytest.raises(InputError, match="dump_mean_height_m"):
            LandUse(1.8, 0.0, 40.0, 0.0)
        with pytest.raises(InputError, match="waste_t"):
            self.LAND.disturbed(1.0, [[np.nan]], [[0.0]])
