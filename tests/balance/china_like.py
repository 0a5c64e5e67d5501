"""A complete input like China's copper, for the tests, and an example of the wiring.

Published figures are named where they stand. What is not published is an assumption of
this fixture and says so; the modelled mines are a made-up path. Two assumptions, the growth
of use before 2007 and the net exports of metal in products, were moved once (from 10 to
11.5 %/y, and from about 9 to 12 % of use) after a first comparison with published in-use
stocks came out a quarter too high in 2012. Nothing here is read by the package.
"""

from __future__ import annotations

import numpy as np

from orefield.balance import (
    BalanceInputs,
    Demand,
    EndOfLife,
    Fabrication,
    Horizon,
    Lifetime,
    LifetimeKind,
    Outlook,
    Processing,
    Published,
    UseHistory,
)

KT = 1e3
SECTORS = ("power", "appliances", "construction", "machinery", "transport", "other")
STREAMS = (
    "construction waste",
    "municipal waste",
    "e-waste",
    "vehicles",
    "industrial electrical",
    "industrial other",
)

# Published, kt, 2020-2025. Mines: USGS (2020-21 recalled; 2025 assumed equal to 2024).
MINE = [1720, 1910, 1940, 1820, 1800, 1800]
# Customs, gross (HS 2603).
CONCENTRATE_GROSS = [21770, 23400, 25243, 27533.6, 28110, 30310]
# HS 740200, customs; 2025 assumed equal to 2024.
ANODE = [1030, 937.7, 1166.4, 1002.5, 896, 896]
# HS 7404 and scrap ingots, gross, customs; 2025 assumed equal to 2024.
SCRAP_GROSS = [943.7 + 105.7, 1690 + 120.6, 1770 + 153.2, 1986.6 + 183.1, 2250 + 274.2, 2524.2]
# NBS, preliminary at year end.
REFINED = [10025, 10490, 11060, 12990, 13640, 14720]
# Customs (2020 HS 7403; 2021-23 recalled; 2025 scaled by the headline, exports as 2024).
REFINED_IN = [5015.3, 3430, 3670, 3510, 3738.8, 3502]
REFINED_OUT = [216.3, 265, 232, 279, 457.5, 457.5]
# Assumed: 2020 saw a large build-up, of which no series is published.
STOCK_CHANGE = [600, -100, 0, 0, 0, 0]

# Shares of use: 2022, one published set.
SHARES = np.array([0.37, 0.18, 0.17, 0.12, 0.09, 0.07])
# Lifetimes (China set of a published model; "other" a mean of its parts).
LIFETIME_Y = np.array([25.1, 10.6, 28.0, 15.0, 12.6, 8.0])
# End-of-life split by stream, then lost, abandoned (published set, grouped).
SPLIT = np.array(
    [
        [0.49, 0.00, 0.10, 0.00, 0.400, 0.000, 0.01, 0.00],
        [0.00, 0.00, 0.79, 0.00, 0.200, 0.000, 0.01, 0.00],
        [0.78, 0.00, 0.20, 0.00, 0.000, 0.000, 0.01, 0.01],
        [0.00, 0.00, 0.05, 0.00, 0.445, 0.495, 0.01, 0.00],
        [0.00, 0.00, 0.09, 0.87, 0.030, 0.000, 0.01, 0.00],
        [0.00, 0.16, 0.70, 0.04, 0.020, 0.000, 0.08, 0.00],
    ]
)
# Collection and sorting by stream, China (same set).
COLLECTION = np.array([0.75, 0.10, 0.30, 0.52, 0.50, 0.70])
SORTING = np.array([0.90, 0.60, 0.60, 0.80, 0.98, 0.88])


def china_like(n_draws: int = 64, seed: int = 7) -> tuple[BalanceInputs, np.ndarray]:
    """Inputs and the modelled mines (n_draws, 21); draw 0 is the central case."""
    rng = np.random.default_rng(seed)
    horizon = Horizon(2020, 2025, 2040)
    past, future = horizon.n_published, horizon.n_future

    def factor(sd: float, *shape: int) -> np.ndarray:
        """Lognormal factors around 1, exactly 1 in the central case."""
        out = np.exp(sd * rng.standard_normal((n_draws, *shape)))
        out[0] = 1.0
        return out

    def between(low: float, high: float, central: float, *shape: int) -> np.ndarray:
        """Triangular values, ``central`` in the central case."""
        out = rng.triangular(low, central, high, (n_draws, *shape))
        out[0] = central
        return out

    def kt(values: list[float]) -> np.ndarray:
        return KT * np.asarray(values, dtype=float)[None, :]

    shares = SHARES * factor(0.1, 6)
    shares /= shares.sum(axis=1, keepdims=True)
    history = UseHistory(
        start_year=1950,
        anchor_years=(2007, 2016, 2017),
        # total use including scrap melted directly, as published by the copper association
        anchor_use_t=KT * np.array([[6580.0, 12600.0, 13400.0]]),
        growth_before=between(0.07, 0.16, 0.115),  # assumed: use doubled about every six years
        growth_after=between(0.03, 0.07, 0.05),  # assumed: 2018 and 2019 only
        scale=factor(0.06),
        shares=shares,
    )
    growth = np.array([0.022, 0.010, -0.010, 0.015, 0.040, 0.010])  # assumed
    error = 0.01 * rng.standard_normal((n_draws, 6))
    error[0] = 0.0
    demand = Demand(sectors=SECTORS, shares=shares, growth=(growth + error)[:, :, None])
    mean_factor = factor(0.12, 6)
    lifetimes = tuple(
        Lifetime(LifetimeKind.LOGNORMAL, LIFETIME_Y[i] * mean_factor[:, i], np.array([0.25]))
        for i in range(6)
    )
    fabrication = Fabrication(
        semis_loss=between(0.005, 0.02, 0.01),
        semis_net_exports=between(0.0, 0.03, 0.015),  # assumed
        new_scrap_rate=np.array([[0.070, 0.036, 0.051, 0.046, 0.10, 0.10]]),
        new_scrap_return=np.array([0.98]),
        # assumed: metal that leaves in finished goods
        product_net_exports=np.array([[0.05, 0.25, 0.0, 0.18, 0.08, 0.35]]) * factor(0.25, 1),
    )
    end_of_life = EndOfLife(
        streams=STREAMS,
        split=SPLIT,
        collection=np.minimum(COLLECTION * factor(0.12, 1), 1.0)[:, :, None],
        sorting=np.minimum(SORTING * factor(0.05, 1), 1.0)[:, :, None],
    )
    published = Published(
        national_mine_t=kt(MINE) * factor(0.03, 1),
        concentrate_imports_gross_t=kt(CONCENTRATE_GROSS),
        concentrate_grade=between(0.25, 0.28, 0.265, 1),  # 25 % and 28 % both in use
        anode_imports_t=kt(ANODE),
        scrap_imports_gross_t=kt(SCRAP_GROSS),
        scrap_grade=between(0.78, 0.94, 0.86, 1),  # assumed below the 94 % of high grades
        refined_output_t=kt(REFINED) * factor(0.01, 1),
        refined_imports_t=kt(REFINED_IN),
        refined_exports_t=kt(REFINED_OUT),
        refined_stock_change_t=kt(STOCK_CHANGE) * between(0.5, 1.5, 1.0, 1),
    )
    processing = Processing(
        smelter_recovery=between(0.965, 0.985, 0.975),
        scrap_smelter_recovery=np.array([0.97]),
        refinery_recovery=np.array([0.997]),
        refining_scrap_to_smelters=np.array([0.3]),  # assumed
        refining_share_of_scrap=between(0.40, 0.65, 0.52, 1),  # assumed
        direct_melt_ceiling=np.array([0.35]),  # assumed
    )
    refined_growth = np.array([0.02, 0.02, 0.02, 0.01, 0.01] + [0.0] * 10)
    scrap_growth = between(-0.02, 0.04, 0.01, 1)  # assumed
    outlook = Outlook(
        refined_growth=refined_growth[None, :] + between(-0.01, 0.01, 0.0, 1),
        mine_remainder_growth=between(-0.03, 0.01, -0.01, 1),
        anode_imports_t=np.full((1, future), 900.0 * KT),
        scrap_imports_t=2300.0 * KT * (1.0 + scrap_growth) ** np.arange(1, future + 1),
        refined_stock_change_t=np.zeros((1, 1)),
        unexplained_persistence=between(0.3, 1.0, 0.9, 1),
    )
    inputs = BalanceInputs(
        commodity="Cu",
        n_draws=n_draws,
        horizon=horizon,
        history=history,
        demand=demand,
        lifetimes=lifetimes,
        fabrication=fabrication,
        end_of_life=end_of_life,
        published=published,
        processing=processing,
        outlook=outlook,
        refined_stock_opening_t=between(800.0, 1600.0, 1200.0) * KT,
    )
    # made-up path of the modelled mines, 2020-2040
    known = [2020, 2025, 2030, 2040]
    path = np.interp(np.arange(2020, 2041), known, [750.0, 1150.0, 1600.0, 1400.0])
    assert past == 6
    return inputs, KT * path[None, :] * factor(0.06, 1)
