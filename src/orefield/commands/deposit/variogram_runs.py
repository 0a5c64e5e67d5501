"""One section of ``[experimental]`` carried out: pairs, then models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from orefield.commands.deposit.experimental_settings import (
    DEFAULT_LAGS,
    ExperimentalSettings,
)
from orefield.commands.deposit.variogram_fits import (
    ScoresOf,
    fitted_to_scores,
    fitted_to_values,
    of_unit_sill,
    score_settings,
    scored,
)
from orefield.commands.deposit.variogram_records import RunResult, VariogramRun
from orefield.commands.deposit.variogram_samples import (
    NORMAL_SCORES,
    chosen_samples,
    measured_of,
    scores_title,
    title_of,
    together_name,
)
from orefield.deposit.job.fit_settings import FitSettings
from orefield.deposit.samples import Samples
from orefield.deposit.variography import (
    ALL_DIRECTIONS,
    Direction,
    Experimental,
    Lags,
    VariogramMap,
    experimental,
    fan,
    fit_coregionalisation,
    variogram_map,
)
from orefield.deposit.variography.spacing import (
    down_the_hole,
    has_holes,
    is_flat,
    spacing_along,
    spacing_between,
)


def carry_out(
    samples: Samples, task: ExperimentalSettings, progress: Callable[[float], None]
) -> RunResult:
    """Experimental variograms and models of one section.

    Raises
    ------
    ModelError
        For unknown variables or codes, samples that make no pairs or do not vary, and
        whatever else keeps a model from being fitted.
    """
    chosen, names, domain = chosen_samples(samples, task)
    notes = []
    lags = task.lags
    if lags is None:
        spacing = _round(spacing_between(chosen))
        lags = Lags.regular(spacing, DEFAULT_LAGS)
        notes.append(f"lags of {spacing:g} m: the median spacing of holes or samples")
    directions = task.directions
    if directions is None:
        directions = (
            ALL_DIRECTIONS,
            *fan(
                flat=is_flat(chosen),
                tolerance_deg=task.tolerance_deg,
                bandwidth_m=task.bandwidth_m,
            ),
        )
    variables = list(names)
    ways: dict[str, ScoresOf] = {}
    if task.fit is not None and task.fit.source == "scores":
        weights = chosen[task.weights] if task.weights else None
        chosen, ways = scored(chosen, variables, weights)
    measured = [*variables, *(way.column for way in ways.values())]
    curves = _curves(chosen, measured, lags, directions, task, progress)
    if task.directions is None:
        curves = _seen(curves, 1 if task.fit is None else task.fit.min_pairs)
    down = _down_hole(chosen, measured, task)
    direct = {key[0]: own for key, own in curves.items() if key[0] == key[1]}
    runs = []
    for k, ((a, b), own) in enumerate(curves.items()):
        if a not in names:
            continue  # scores are told with their values
        name = a if a == b else f"{a} x {b}"
        run = VariogramRun(
            title_of(task, name, len(variables)),
            name if a != b else names[a],
            measured_of(task),
            domain,
            own,
            down.get(name),
            None,
        )
        if task.map_cells and a == b:
            run = replace(run, map=_map(chosen, a, task, lags))
        if task.fit is not None and a == b and task.measure != "madogram":
            if a in ways:
                column = ways[a].column
                run = _by_scores(run, ways[a], direct[column], down.get(column), task.fit)
            else:
                fit = of_unit_sill(task.fit) if task.transform == "normal_scores" else task.fit
                run = replace(run, fitted=fitted_to_values(run, fit))
        runs.append(run)
        progress(0.4 + 0.6 * (k + 1) / len(curves))
    together, title = None, ""
    if task.coregionalisation and task.fit is not None:
        every = [curve for own in curves.values() for curve in own]
        used = [c for c in (*every, *down.values()) if not c.direction.everywhere] or every
        fit = task.fit
        together = fit_coregionalisation(
            used,
            structures=fit.structures,
            kinds=fit.kinds,
            held=fit.held,
            weights=fit.weights,
            isotropic=fit.isotropic,
            min_pairs=fit.min_pairs,
        )
        title = together_name(task, variables)
    return RunResult(runs, together, title, chosen, tuple(notes))


def _seen(
    curves: dict[tuple[str, str], list[Experimental]], least: int
) -> dict[tuple[str, str], list[Experimental]]:
    """Curves of a fan without the directions that have too few pairs at every lag to be fitted to.

    Those that leave the plane in which samples lie, or nearly lie.
    """
    found = list(curves.values())
    seen = [any((own[k].pairs >= least).any() for own in found) for k in range(len(found[0]))]
    return {
        key: [c for c, some in zip(own, seen, strict=True) if some or c.direction.everywhere]
        for key, own in curves.items()
    }


def _by_scores(
    run: VariogramRun,
    way: ScoresOf,
    curves: list[Experimental],
    down_hole: Experimental | None,
    fit: FitSettings,
) -> VariogramRun:
    scores = VariogramRun(
        scores_title(run.name),
        run.value,
        f"semivariogram of {NORMAL_SCORES}",
        run.domain,
        curves,
        down_hole,
        None,
    )
    scores = replace(scores, fitted=fitted_to_values(scores, score_settings(fit, way)))
    run = replace(run, scores=scores)
    return replace(run, fitted=fitted_to_scores(run, way, fit))


def _map(samples: Samples, name: str, task: ExperimentalSettings, lags: Lags) -> VariogramMap:
    n, flat = task.map_cells, is_flat(samples)
    side = _round(float(lags.high[-1]) / n)
    up = min(side, _round(max(float(np.ptp(samples.xyz_m[:, 2])) / (2 * n), side / 10)))
    size = task.map_m or (side, side, side if flat else up)
    return variogram_map(samples, name, (size[0], size[1], size[2]), (n, n, 0 if flat else n))


def _curves(
    samples: Samples,
    variables: list[str],
    lags: Lags,
    directions: tuple[Direction, ...],
    task: ExperimentalSettings,
    progress: Callable[[float], None],
) -> dict[tuple[str, str], list[Experimental]]:
    """By variables, by direction; directions with the same lags in one pass."""
    groups: dict[int, tuple[Lags, list[Direction]]] = {}
    for way in directions:
        own = task.own_lags.get(way.name, lags)
        groups.setdefault(id(own), (own, []))[1].append(way)
    found: dict[tuple[tuple[str, str], str], Experimental] = {}
    for k, (own, ways) in enumerate(groups.values()):

        def on(share: float, k: int = k) -> None:
            progress(0.4 * (k + share) / len(groups))

        for curve in experimental(
            samples,
            variables,
            own,
            ways,
            measure=task.measure,
            cross=task.coregionalisation,
            progress=on,
        ):
            found[curve.values, curve.direction.name] = curve
    pairs = dict.fromkeys(values for values, _ in found)
    return {values: [found[values, way.name] for way in directions] for values in pairs}


def _down_hole(
    samples: Samples, variables: list[str], task: ExperimentalSettings
) -> dict[str, Experimental]:
    if not has_holes(samples):
        return {}
    lags = task.down_hole
    if lags is None:
        spacing = spacing_along(samples)
        if spacing is None:
            return {}
        lags = Lags.regular(_round(spacing), DEFAULT_LAGS)
    found = experimental(
        samples,
        variables,
        lags,
        (down_the_hole(samples),),
        measure=task.measure,
        cross=task.coregionalisation,
    )
    return {curve.name: curve for curve in found if curve.known.any()}


def _round(spacing: float) -> float:
    """Two digits: a lag is no measurement."""
    return float(f"{spacing:.2g}")
