"""Engines of several grades at once: turned into factors, simulated one by one, turned back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.deposit.job.simulate_engines import (
    Engine,
    field_draws,
    normal_scores,
    placing_warnings,
)
from orefield.deposit.job.simulate_inputs import SimulationInputs
from orefield.deposit.samples import Samples
from orefield.deposit.simulation.factors import Factors
from orefield.deposit.simulation.pursuit import ProjectionPursuit
from orefield.deposit.variogram import Variogram
from orefield.deposit.variography import Lags, experimental, fit_variogram

_F8 = NDArray[np.float64]
_LAGS = 12


def several_values(inputs: SimulationInputs) -> Engine:
    """Realisations of several grades that keep how these go together.

    Each grade becomes normal scores; with ``"ppmt"`` projection pursuit makes them independent;
    min/max autocorrelation factors take away correlation at a lag, too. Factors are simulated
    one by one, under variograms called ``factor_1``, ``factor_2``, ..., or fitted ones.

    Raises
    ------
    InputError
        When data, variograms and grid do not allow it.
    """
    chosen, samples = inputs.chosen, inputs.samples
    names = chosen.values
    # one set of weights, since the transforms are of all grades at once
    weights = inputs.weights(samples[names[0]])
    transforms = [normal_scores(inputs, name, weights) for name in names]
    table = np.column_stack([t.data_scores for t in transforms])
    pursuit = None
    if chosen.transform.decorrelation == "ppmt":
        pursuit = ProjectionPursuit.fit(table, weights=weights, seed=chosen.seed)
        table = pursuit.forward(table)
    lag = chosen.transform.lag_m or _spacing(samples)
    factors = Factors.fit(samples.xyz_m, table, lag_m=lag, weights=weights)
    scores = factors.forward(table)
    models = [_model(inputs, k, scores[:, k], lag) for k in range(len(names))]
    made = [field_draws(inputs, models[k], scores[:, k], k + 1) for k in range(len(names))]
    data, _, facts = made[0]

    def draws() -> Iterator[dict[str, _F8]]:
        for fields in zip(*(draw(None) for _, draw, _ in made), strict=True):
            found = factors.back(np.column_stack(fields))
            if pursuit is not None:
                found = pursuit.back(found)
            yield {
                name: transform.back(np.ascontiguousarray(column))
                for name, transform, column in zip(names, transforms, found.T, strict=True)
            }

    told = {
        **facts,
        "decorrelation": chosen.transform.decorrelation,
        "lag_m": lag,
        "factor_variograms_at_lag": [float(v) for v in factors.variogram],
        "pursuit_turns": len(pursuit.turns) if pursuit else None,
    }
    truth = {name: samples[name] for name in names}
    warnings = placing_warnings(inputs, data, facts)
    return Engine(names, draws, told, data, truth, dict.fromkeys(names, weights), warnings)


def _model(inputs: SimulationInputs, k: int, scores: _F8, lag: float) -> Variogram:
    name = f"factor_{k + 1}"
    if name in inputs.variograms:
        return inputs.variogram(name)
    samples = inputs.samples.with_values(**{name: scores})
    curves = experimental(samples, [name], Lags.regular(lag, _LAGS), threads=inputs.chosen.threads)
    found = fit_variogram(curves, isotropic=True).variogram.standardised()
    inputs.warnings.append(
        f"the variogram of {name} was fitted without directions; describe it in [[variogram]] "
        f"name = '{name}' to give it an anisotropy"
    )
    return found


def _spacing(samples: Samples) -> float:
    """A lag at which there are pairs: twice the middle distance to the nearest other sample."""
    from scipy.spatial import cKDTree

    if len(samples) < 3:
        raise ModelError(f"{len(samples)} samples have no factors", fix="give more")
    near = np.asarray(cKDTree(samples.xyz_m).query(samples.xyz_m, k=2)[0])[:, 1]
    found = 2.0 * float(np.median(near))
    if not found > 0:
        raise ModelError("most samples share a place", fix="give 'lag_m'")
    return found
