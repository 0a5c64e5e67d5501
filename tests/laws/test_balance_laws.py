"""Laws of the national balance, over random valid inputs."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

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
    StockModel,
    UseHistory,
    domestic_refined_t,
    national_balance,
    self_sufficiency,
)
from orefield.core import MetalLedger

D, S, P, F = 3, 2, 2, 4


@st.composite
def systems(draw) -> tuple[BalanceInputs, np.ndarray]:
    """A random nation: every rate anywhere in its range, tonnages over five decades."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    extreme = draw(st.booleans())

    def rate(*shape: int, low: float = 0.0, high: float = 1.0) -> np.ndarray:
        values = rng.uniform(low, high, shape)
        if extreme:  # the ends of the range are where flows vanish
            values = np.where(rng.random(shape) < 0.3, rng.choice([low, high], shape), values)
        return values

    def tonnes(*shape: int) -> np.ndarray:
        return np.where(rng.random(shape) < 0.1, 0.0, 10.0 ** rng.uniform(2.0, 7.0, shape))

    def shares(*shape: int) -> np.ndarray:
        values = rng.dirichlet(np.ones(shape[-1]), shape[:-1])
        return values.reshape(shape)

    kinds = [draw(st.sampled_from(list(LifetimeKind))) for _ in range(S)]
    refined = 10.0 ** rng.uniform(5.0, 7.0, (D, P))
    mine = tonnes(D, P)
    modelled = np.concatenate([mine * rate(D, P), tonnes(D, F)], axis=1)
    inputs = BalanceInputs(
        commodity="metal",
        n_draws=D,
        horizon=Horizon(2001, 2002, 2006),
        history=UseHistory(
            start_year=1990,
            anchor_years=(1995, 1999),
            anchor_use_t=10.0 ** rng.uniform(4.0, 7.0, (D, 2)),
            growth_before=rate(D, low=-0.1, high=0.2),
            growth_after=rate(D, low=-0.1, high=0.2),
            scale=rate(D, low=0.5, high=2.0),
            shares=shares(D, S),
        ),
        demand=Demand(("a", "b"), shares(D, S), rate(D, S, F, low=-0.3, high=0.3)),
        lifetimes=tuple(
            Lifetime(
                kind,
                rate(D, low=3.0, high=40.0),
                np.zeros(1) if kind is LifetimeKind.FIXED else rate(D, low=0.05, high=0.5),
            )
            for kind in kinds
        ),
        fabrication=Fabrication(
            semis_loss=rate(D, high=0.1),
            semis_net_exports=rate(D, low=-0.3, high=0.5),
            new_scrap_rate=rate(D, S, high=0.4),
            new_scrap_return=rate(D),
            product_net_exports=rate(D, S, low=-0.3, high=0.9),
        ),
        end_of_life=EndOfLife(
            ("x", "y"), shares(S, 4), rate(D, 2, P + F), rate(D, 2, P + F)
        ),
        published=Published(
            national_mine_t=mine,
            concentrate_imports_gross_t=tonnes(D, P),
            concentrate_grade=rate(D, P, low=0.1, high=0.4),
            anode_imports_t=tonnes(D, P),
            scrap_imports_gross_t=tonnes(D, P),
            scrap_grade=rate(D, P),
            refined_output_t=refined,
            refined_imports_t=tonnes(D, P),
            refined_exports_t=refined * rate(D, P, high=0.5),
            refined_stock_change_t=refined * rate(D, P, low=-0.3, high=0.3),
        ),
        processing=Processing(
            smelter_recovery=rate(D, low=0.8, high=1.0),
            scrap_smelter_recovery=rate(D, low=0.8, high=1.0),
            refinery_recovery=rate(D, low=0.9, high=1.0),
            refining_scrap_to_smelters=rate(D),
            refining_share_of_scrap=rate(D, P + F),
            direct_melt_ceiling=rate(D),
        ),
        outlook=Outlook(
            refined_growth=rate(D, F, low=-0.5, high=0.3),
            mine_remainder_growth=rate(D, F, low=-1.0, high=0.3),
            anode_imports_t=tonnes(D, F),
            scrap_imports_t=tonnes(D, F),
            refined_stock_change_t=np.zeros((1, 1)),
            unexplained_persistence=rate(D, F),
            unexplained_base_years=2,
        ),
        refined_stock_opening_t=np.full(1, 0.6 * refined.sum(axis=1).max()),
    )  # fmt: skip
    return inputs, modelled


@given(systems())
@settings(max_examples=60, deadline=None)
def test_mass_closes_at_every_node_year_and_draw(system):
    inputs, modelled = system
    balance = national_balance(inputs, modelled)
    ledger = MetalLedger()
    balance.write_ledger(ledger)  # refuses negative and non-finite flows and levels
    assert ledger.check().max_relative_residual <= 1e-9


@given(systems())
@settings(max_examples=40, deadline=None)
def test_shares_and_bounds_hold(system):
    inputs, modelled = system
    balance = national_balance(inputs, modelled)
    scale = balance.total_use_t.max()
    np.testing.assert_allclose(
        balance.refined_use_t + balance.direct_melt_t, balance.total_use_t, atol=1e-12 * scale
    )
    assert (balance.old_scrap_t <= balance.end_of_life_t * (1 + 1e-12)).all()
    domestic = domestic_refined_t(balance)
    assert (domestic >= -1e-9).all()
    assert (domestic <= balance.refined_output_t * (1 + 1e-12)).all()
    shares = self_sufficiency(balance)
    assert (shares.mine_over_use <= shares.mine_plus_domestic_scrap_over_use + 1e-12).all()
    # nothing is both bought and sold in a future year
    n = inputs.horizon.n_published
    for bought, sold in (
        (balance.concentrate_imports_t, balance.concentrate_exports_t),
        (balance.refined_imports_t, balance.refined_exports_t),
    ):
        assert (np.minimum(bought, sold)[:, n:] == 0.0).all()


@given(systems(), st.floats(0.1, 50.0))
@settings(max_examples=25, deadline=None)
def test_the_balance_is_homogeneous_in_tonnage(system, factor):
    """Twice every tonne gives twice every flow: no hidden constant of one nation's size."""
    from dataclasses import fields, replace

    inputs, modelled = system
    scaled = replace(
        inputs,
        history=replace(inputs.history, anchor_use_t=inputs.history.anchor_use_t * factor),
        published=replace(
            inputs.published,
            **{
                field.name: getattr(inputs.published, field.name) * factor
                for field in fields(inputs.published)
                if field.name.endswith("_t")
            },
        ),
        outlook=replace(
            inputs.outlook,
            anode_imports_t=inputs.outlook.anode_imports_t * factor,
            scrap_imports_t=inputs.outlook.scrap_imports_t * factor,
        ),
        refined_stock_opening_t=inputs.refined_stock_opening_t * factor,
    )
    a, b = national_balance(inputs, modelled), national_balance(scaled, modelled * factor)
    for one, other in zip(a.flows(), b.flows(), strict=True):
        size = max(float(a.total_use_t.max()), float(a.concentrate_to_smelters_t.max()))
        np.testing.assert_allclose(
            other.quantity_t, one.quantity_t * factor, rtol=1e-7, atol=1e-7 * size * factor
        )


@given(systems())
@settings(max_examples=25, deadline=None)
def test_better_collection_never_lowers_old_scrap_or_raises_refined_use(system):
    from dataclasses import replace

    inputs, modelled = system
    eol = inputs.end_of_life
    n = inputs.horizon.n_published
    better = eol.collection.copy()
    better[:, :, n:] = 1.0  # published years stay as they were
    a = national_balance(inputs, modelled)
    b = national_balance(replace(inputs, end_of_life=replace(eol, collection=better)), modelled)
    slack = 1e-9 * a.total_use_t.max()
    assert (b.old_scrap_t >= a.old_scrap_t - slack).all()
    assert (b.refined_use_t <= a.refined_use_t + slack).all()
    np.testing.assert_allclose(a.total_use_t, b.total_use_t, rtol=1e-12)


@given(
    st.sampled_from([LifetimeKind.LOGNORMAL, LifetimeKind.WEIBULL, LifetimeKind.NORMAL]),
    st.floats(0.5, 80.0),
    st.floats(0.02, 2.0),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=80, deadline=None)
def test_stock_accounts_agree_and_survival_falls(kind, mean, share, seed):
    inflow = np.random.default_rng(seed).uniform(0.0, 1e6, (1, 1, 60))
    lifetime = Lifetime(kind, np.array([mean]), np.array([share]))
    survival = lifetime.survival(np.linspace(0.0, 200.0, 401))
    assert survival[0, 0] == 1.0
    assert (np.diff(survival[0]) <= 0.0).all()
    model = StockModel.from_lifetimes([lifetime], 1, 60)
    level, outflow = model.level(inflow), model.outflow(inflow)
    change = np.diff(level, axis=2, prepend=0.0)
    assert (outflow >= 0.0).all()
    assert np.abs(inflow - outflow - change).max() <= 1e-12 * inflow.sum()
