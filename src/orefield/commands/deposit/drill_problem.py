"""From settings to a choice of holes: candidates, prior, plan, bound, infill to compare with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from orefield.commands.deposit.drill_ground import (
    PlanGround,
    Wanted,
    region_of,
    wanted_of,
)
from orefield.commands.deposit.drill_records import HolesSettings, PlanSettings
from orefield.commands.deposit.drill_samples import KnownSamples, known_samples
from orefield.commands.deposit.reach import longest_ranges
from orefield.commands.deposit.settings import DepositSettings
from orefield.core import ModelError
from orefield.core.telling import Tell
from orefield.deposit.drilling import (
    Admitted,
    Certificate,
    EnsemblePrior,
    GaussianPrior,
    HoleSamples,
    Plan,
    PlannedHoles,
    Problem,
    admit,
    certify,
    choose,
    collar_grid,
    fans,
    ground_of_columns,
)
from orefield.deposit.drilling.collar_file import read_planned
from orefield.deposit.drilling.collars import Elevation
from orefield.deposit.drilling.infill import Infill, regular_infill
from orefield.deposit.drilling.prior import Prior
from orefield.deposit.drilling.targets import block_covariances

_F8 = NDArray[np.float64]
_MASK = NDArray[np.bool_]


@dataclass(eq=False)
class Planned:
    """A choice of holes and what is said of it.

    Attributes
    ----------
    problem : Problem
    plan : Plan
    certificate : Certificate
    wanted : Wanted
    region : bool array, shape (n,)
    admitted : Admitted
    offered : int
    sample_m : float
    prior : Prior
        Of the candidates.
    infill : list of (Infill, float)
        Patterns, and their utility.
    facts : dict
        What the covariances are from.
    """

    problem: Problem
    plan: Plan
    certificate: Certificate
    wanted: Wanted
    region: _MASK
    admitted: Admitted
    offered: int
    sample_m: float
    prior: Prior
    infill: list[tuple[Infill, float]]
    facts: dict[str, object] = field(default_factory=dict)


def planned(
    settings: DepositSettings,
    ground: PlanGround,
    chosen: PlanSettings,
    holes: HolesSettings,
    stop: Callable[[], bool],
    tell: Tell,
) -> Planned:
    """Choose holes, bound what any could bring, and compare with regular infill.

    Raises
    ------
    ModelError
        For an empty region, no candidate, or nothing to gain.
    """
    where = f"{settings.path}, [plan]"
    region = region_of(ground, holes.region)
    wanted = wanted_of(settings, ground, region, holes.objective, f"{where}.objective")
    elevation = _elevation(ground, holes)
    sample_m = holes.offered.sample_m or float(np.median(ground.samples.length_m))
    every = _candidates(ground, holes, elevation)
    samples = every.samples(sample_m, flat_m=ground.flat_m)
    same = 0.5 * sample_m if ground.flat_m is None else 1.0
    admitted = admit(every, samples, ground.existing_m, holes.access, same)
    own, samples = every.where(admitted.rows), samples.where(admitted.rows)
    tell("covariances before drilling", 0.05)
    existing = known_samples(ground, region, samples.flat(), chosen.max_samples, sample_m)
    prior, make, facts = _prior_of(ground, chosen, holes, wanted, existing, samples, sample_m)
    problem = Problem(own, prior, wanted.utility(prior.start), holes.limits)
    plan = choose(
        problem, sweeps=holes.sweeps, stop=stop,
        tell=lambda what, share: tell(what, 0.2 + 0.4 * share),
    )  # fmt: skip
    certificate = certify(
        problem, [plan.holes], steps=holes.bound_steps, stop=stop,
        tell=lambda what, share: tell(what, 0.6 + 0.2 * share),
    )  # fmt: skip
    tell("regular infill to compare with", 0.82)
    infill = _infill(ground, holes, region, own, plan, elevation, sample_m, make, problem)
    return Planned(
        problem, plan, certificate, wanted, region, admitted, len(every), sample_m, prior, infill,
        facts,
    )  # fmt: skip


def _elevation(ground: PlanGround, holes: HolesSettings) -> Elevation:
    level = ground.flat_m if holes.offered.elevation_m is None else holes.offered.elevation_m
    if level is not None:
        at = level
        return lambda places: np.full(len(places), at)
    return ground_of_columns(ground.grid, ground.tonnes > 0)


def _candidates(ground: PlanGround, holes: HolesSettings, elevation: Elevation) -> PlannedHoles:
    offered = holes.offered
    if offered.file is not None:
        return read_planned(offered.file)
    if ground.flat_m is not None and set(offered.dips_deg) != {90.0}:
        raise ModelError("holes in two dimensions are points", fix="leave out dips_deg, or [90]")
    places = collar_grid(ground.grid, offered.spacing_m, margin_m=offered.margin_m)
    return fans(places, elevation, offered.azimuths_deg, offered.dips_deg, offered.lengths_m)


def _prior_of(
    ground: PlanGround,
    chosen: PlanSettings,
    holes: HolesSettings,
    wanted: Wanted,
    existing: KnownSamples,
    samples: HoleSamples,
    sample_m: float,
) -> tuple[Prior, Callable[[HoleSamples], Prior], dict[str, object]]:
    """What is known of the candidates, how to ask the same of others, and where it is from."""
    length = float(np.median(ground.samples.length_m))
    # independent variation averages out along a longer sample
    factor = 1.0 if ground.flat_m is not None else length / sample_m
    if holes.ensemble:
        make, facts = _ensemble_of(ground, holes, wanted, factor)
        return make(samples), make, facts
    facts = {
        "covariances": "of the variogram, exact",
        "gain_depends_on_values": False,
        "mean": "known" if chosen.known_mean else "unknown",
        "samples": len(ground.existing_m),
        "samples_merged": existing.merged,
        "samples_used": len(existing.xyz_m),
        "nugget_factor": factor,
    }
    prior = GaussianPrior(
        samples, wanted.targets, ground.variogram, ground.support, existing.xyz_m,
        known_mean=chosen.known_mean, noise_factor=factor, existing_factors=existing.factors,
    )  # fmt: skip
    return prior, prior.of, facts


def _ensemble_of(
    ground: PlanGround, holes: HolesSettings, wanted: Wanted, factor: float
) -> tuple[Callable[[HoleSamples], Prior], dict[str, object]]:
    draws = ground.draws
    if draws is None:
        raise ModelError(
            "covariances of realisations are asked for, but there are none",
            fix="`orefield deposit simulate` makes them, and an estimate on one grid is needed",
        )
    model = ground.variogram
    one = block_covariances(ground.grid, np.ones(3, dtype=np.int64), model, ground.support)
    within = model.sill - model.nugget - float(one[0, 0, 0])
    noise = factor * model.nugget + max(within, 0.0)
    reach = longest_ranges(model, holes.localise)
    kept = [draws[k] for k in range(len(draws))]
    error = float(np.sqrt(2.0 / max(len(kept) - 1, 1)))
    facts: dict[str, object] = {
        "covariances": f"of {len(kept)} realisations, tapered to {holes.localise:g} ranges "
        f"(a variance within {100 * error:.0f} %, one standard error)",
        "gain_depends_on_values": True,
        "mean": "that of the realisations",
        "samples": len(ground.existing_m),
        "samples_merged": 0,
        "samples_used": len(ground.existing_m),
        "nugget_factor": factor,
        "noise_variance": noise,
    }

    def make(samples: HoleSamples) -> Prior:
        return EnsemblePrior(samples, wanted.targets, kept, noise, reach)

    return make, facts


def _infill(
    ground: PlanGround,
    holes: HolesSettings,
    region: _MASK,
    own: PlannedHoles,
    plan: Plan,
    elevation: Elevation,
    sample_m: float,
    make: Callable[[HoleSamples], Prior],
    problem: Problem,
) -> list[tuple[Infill, float]]:
    """Patterns of the plan's commonest kind of hole, as many metres; their utility."""
    picked = own.where(np.array(plan.holes))
    kinds = np.column_stack([picked.azimuth_deg, picked.dip_deg, picked.length_m])
    ways, counts = np.unique(kinds, axis=0, return_counts=True)
    direction = tuple(float(v) for v in ways[int(np.argmax(counts))])
    found = regular_infill(
        ground.grid, region, float(picked.length_m.sum()),
        (direction[0], direction[1], direction[2]), elevation, holes.access.inside,
    )  # fmt: skip
    out = []
    for pattern in found:
        prior = make(pattern.holes.samples(sample_m, flat_m=ground.flat_m))
        tried = Problem(pattern.holes, prior, problem.utility, holes.limits)
        state = tried.start().drill_all(range(len(pattern.holes)))
        out.append((pattern, state.value))
    return out
