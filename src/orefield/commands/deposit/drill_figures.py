"""Figures of ``deposit plan``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.deposit.drill_ground import PlanGround
from orefield.commands.deposit.drill_problem import Planned
from orefield.commands.deposit.drill_records import PlanSettings
from orefield.commands.deposit.drill_samples import known_samples
from orefield.commands.files import Results
from orefield.core import Grid
from orefield.deposit.classification.volumes import panels
from orefield.deposit.drilling import GaussianPrior, Limits, Problem, Study, Targets, Utility
from orefield.deposit.estimation.support import Support

_F8 = NDArray[np.float64]

_MOST_COLUMNS = 2500
_MOST_SAMPLES = 1500


def write_holes(
    files: Results, ground: PlanGround, chosen: PlanSettings, found: Planned, data: dict[str, Any]
) -> None:
    """The plan over the uncertainty map, and what is taken by metres."""
    from orefield.report import figures_drilling as figures

    holes = found.problem.holes.where(np.array(found.plan.holes))
    before, after = _maps(ground, chosen, found)
    files.figure(
        "plan_map",
        figures.plan_map_svg(
            ground.grid, {"before": before, "after": after}, f"s.e., {ground.unit}",
            ground.existing_m, holes.collar_m, holes.ends(),
        ),
    )  # fmt: skip
    most = found.certificate.everything
    files.figure(
        "plan_uncertainty",
        figures.uncertainty_svg(
            np.cumsum(holes.length_m), np.cumsum(found.plan.gains) / most,
            data["certificate"]["bound_share"],
            [(m, g / most) for m, g in zip(
                data["infill"]["metres"], data["infill"]["gain"], strict=True)],
        ),
    )  # fmt: skip


def write_spacing(files: Results, found: list[Study], within: float) -> None:
    """Errors against spacing."""
    from orefield.report import figures_drilling as figures

    wide = np.sqrt([a * b for a, b in (row.spacing_m for row in found[0].rows)])
    errors = {f"a {one.period}": one.errors for one in found}
    files.figure("plan_spacing", figures.spacing_svg(wide, errors, within))


def _maps(ground: PlanGround, chosen: PlanSettings, found: Planned) -> tuple[_F8, _F8]:
    """Standard errors of the mean grade of columns of blocks, by the variogram, (ny, nx)."""
    grid = ground.grid
    nx, ny, nz = grid.shape
    step = int(np.ceil(np.sqrt(max(nx * ny / _MOST_COLUMNS, 1.0))))
    tonnes = np.where(found.region, ground.tonnes, 0.0)
    volumes = panels(grid, tonnes, (step, step, nz), float("nan"), of=found.region)
    of, inside = volumes.of_block, volumes.of_block >= 0
    share = np.zeros(grid.n)
    share[inside] = tonnes[inside] / volumes.tonnes[of[inside]]
    targets = Targets.of_volumes(grid, of, share)
    own = found.problem.holes.where(np.array(found.plan.holes))
    samples = own.samples(found.sample_m, flat_m=ground.flat_m)
    most = min(_MOST_SAMPLES, chosen.max_samples)
    near = known_samples(ground, found.region, samples.flat(), most, found.sample_m)
    prior = GaussianPrior(
        samples, targets, ground.variogram, Support.block(grid, (1, 1, 1)), near.xyz_m,
        known_mean=chosen.known_mean, existing_factors=near.factors,
    )  # fmt: skip
    state = Problem(own, prior, Utility.variance(len(targets)), Limits(1e12)).start()
    state.drill_all(range(len(own)))
    return _on_map(grid, of, prior.start), _on_map(grid, of, state.left)


def _on_map(grid: Grid, of: NDArray[np.int32], variances: _F8) -> _F8:
    nx, ny, nz = grid.shape
    column = of.reshape(nz, ny, nx).max(axis=0)
    return np.where(column >= 0, np.sqrt(variances)[np.maximum(column, 0)], np.nan)
