"""Stand-in geology: a porphyry that meets a published inventory.

Where neither blocks nor drill holes are public, planning still needs a body of rock.
This builds one: grade shells around intrusive centres (Lowell and Guilbert's layout,
reduced to copper), roughened by a spatially correlated field, under a sloping terrain,
calibrated to the published ore, grade and metal. It is an assumption with the right
totals, not an estimate of where the metal lies, and its model says so in ``note``.
"""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import CalibrationError
from orefield.core.grid import Grid
from orefield.deposit.byproducts import byproduct_grades
from orefield.deposit.calibration import compare
from orefield.deposit.grades import copper_grades, rank_ore
from orefield.deposit.inventory import Inventory
from orefield.deposit.layout import lay_out
from orefield.deposit.porphyry import Body, size_body
from orefield.deposit.random_field import GaussianField
from orefield.deposit.standin_spec import StandInSpec
from orefield.deposit.topography import Topography

STAND_IN_NOTE = "stand-in geology"
"""How every model made here is labelled."""

_COVER_PENALTY = 3.0
_DEPTH_PULL = 0.6  # share of molybdenum's own variation that follows depth

_STREAMS = ("terrain", "copper", "molybdenum", "silver", "gold")


def stand_in(spec: StandInSpec, seed: int | np.random.SeedSequence) -> BlockModel:
    """A block model with stand-in geology, calibrated to ``spec``'s inventories.

    Fields: ``density_t_m3``, ``rock_fraction``, ``cu_pct``, ``mo_pct``, ``ag_gpt``,
    ``au_gpt``, each of shape (n,). Ore is what has ``cu_pct`` at or above a cut-off.

    Parameters
    ----------
    spec : StandInSpec
        What the orebody is asked to be.
    seed : int or SeedSequence
        With the asset's name it fixes every bit of the result.

    Raises
    ------
    CalibrationError
        When the inventories cannot be met, or the ore would leave the grid.
    """
    streams = _streams(seed, spec.asset)
    inventories = tuple(i.balanced() for i in spec.inventories())
    topography = Topography.seeded(
        streams["terrain"],
        spec.elevation_m,
        slope_deg=spec.slope_deg,
        uphill_azimuth_deg=spec.uphill_azimuth_deg,
        relief_m=spec.relief_m,
    )
    principal = inventories[spec.inventories().index(spec.inventory)]
    body = replace(
        size_body(spec, principal.ore_t / spec.density_ore_t_m3),
        reach=max(1.0, (inventories[0].ore_t / principal.ore_t) ** (1 / 3)),
    )
    grid = lay_out(body, topography)
    share = topography.rock_fraction(grid)
    depth = topography.depth_m(grid)
    field = GaussianField.on(grid, spec.continuity.variogram())

    score = _score(spec, body, grid, depth, field.sample(streams["copper"]))
    volume = grid.block_volume_m3 * share
    tonnes = volume * spec.density_ore_t_m3
    weathered = depth < spec.cap_thickness_m
    tonnes[weathered] = volume[weathered] * spec.density_cap_t_m3

    ranks = rank_ore(score, tonnes, inventories, spec.asset)
    cu_pct = copper_grades(
        score,
        tonnes,
        ranks,
        inventories,
        grade_cv=spec.grade_cv,
        max_grade_ratio=spec.max_grade_ratio,
        background_cu_pct=spec.background_cu_pct,
        asset=spec.asset,
    )
    ore = np.zeros(grid.n, dtype=bool)
    ore[ranks.order[: ranks.ends[inventories.index(principal)]]] = True
    any_ore = np.zeros(grid.n, dtype=bool)
    any_ore[ranks.order[: ranks.ends[0]]] = True
    _require_inside(any_ore, grid, spec.asset)

    density = np.where(any_ore, spec.density_ore_t_m3, spec.density_waste_t_m3)
    density[weathered] = spec.density_cap_t_m3
    fields: dict[str, NDArray[np.generic]] = {
        "density_t_m3": density,
        "rock_fraction": share,
        "cu_pct": cu_pct,
    }
    fields.update(_byproducts(spec, principal, streams, field, (cu_pct, tonnes, ore, depth)))
    model = BlockModel(grid, fields, f"{STAND_IN_NOTE}: porphyry calibrated to {spec.asset}")
    for published in spec.inventories():
        # by-products are calibrated to the principal inventory only
        compare(model, published).require_copper()
    return model


def _streams(seed: int | np.random.SeedSequence, asset: str) -> dict[str, np.random.Generator]:
    """One generator for each purpose; adding a purpose leaves the others as they were."""
    root = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
    # children by explicit key: SeedSequence.spawn would change the caller's object
    key = (*root.spawn_key, zlib.crc32(asset.encode()))
    return {
        name: np.random.Generator(
            np.random.PCG64(np.random.SeedSequence(root.entropy, spawn_key=(*key, i)))
        )
        for i, name in enumerate(_STREAMS)
    }


def _score(
    spec: StandInSpec,
    body: Body,
    grid: Grid,
    depth: NDArray[np.float64],
    noise: NDArray[np.float64],
) -> NDArray[np.float64]:
    """How much each block wants to be ore, shape (n,)."""
    east, north, elevation = grid.local_axes()
    potential = body.potential(
        east[None, None, :], north[None, :, None], (elevation - spec.elevation_m)[:, None, None]
    ).ravel()
    score = potential + spec.roughness * noise
    score[depth < spec.depth_to_top_m] -= _COVER_PENALTY
    return np.asarray(score)


def _byproducts(
    spec: StandInSpec,
    inventory: Inventory,
    streams: dict[str, np.random.Generator],
    field: GaussianField,
    blocks: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]],
) -> dict[str, NDArray[np.generic]]:
    cu_pct, tonnes, ore, depth = blocks
    below = (depth - depth[ore].mean()) / max(float(depth[ore].std()), 1e-9)
    asked = (
        ("mo_pct", inventory.mo_pct, spec.mo_cv, spec.mo_rank_correlation, "molybdenum"),
        ("ag_gpt", inventory.ag_gpt, spec.ag_cv, spec.ag_rank_correlation, "silver"),
        ("au_gpt", inventory.au_gpt, spec.au_cv, spec.au_rank_correlation, "gold"),
    )
    out: dict[str, NDArray[np.generic]] = {}
    for name, mean, cv, rank, stream in asked:
        own = field.sample(streams[stream]) if mean > 0 else np.zeros(cu_pct.shape)
        if name == "mo_pct":  # molybdenum keeps to the deeper, hotter part of the system
            own = _DEPTH_PULL * below + (1.0 - _DEPTH_PULL**2) ** 0.5 * own
        out[name] = byproduct_grades(
            cu_pct,
            tonnes,
            ore,
            own,
            mean=mean,
            cv=cv,
            rank_correlation=rank,
            max_grade_ratio=spec.max_grade_ratio,
            where=f"{spec.asset}, {name}",
        )
    return out


def _require_inside(ore: NDArray[np.bool_], grid: Grid, asset: str) -> None:
    """Refuse a body that the grid cuts off, beyond a stray block or two."""
    nx, ny, nz = grid.shape
    cube = ore.reshape(nz, ny, nx)
    edge = int(
        cube[0].sum()
        + cube[:, 0].sum()
        + cube[:, -1].sum()
        + cube[:, :, 0].sum()
        + cube[:, :, -1].sum()
    )
    if edge > 0.02 * int(ore.sum()):
        raise CalibrationError(
            f"{edge} of {int(ore.sum())} ore blocks touch the sides or floor of the grid",
            where=asset,
            fix="lower roughness, or give axes that suit the tonnage",
        )
