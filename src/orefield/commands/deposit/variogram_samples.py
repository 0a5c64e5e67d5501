"""The samples of one ``[experimental]``, transformed, and what its variograms are called."""

from __future__ import annotations

import numpy as np

from orefield.commands.deposit.experimental_settings import ExperimentalSettings
from orefield.core import ModelError
from orefield.deposit.samples import Samples
from orefield.deposit.variography import indicator, normal_scores

NORMAL_SCORES = "normal scores"
"""What they are called in words."""


def model_names(samples: Samples, task: ExperimentalSettings) -> list[str]:
    """What the variograms of a section will be called, before any is made.

    Raises
    ------
    ModelError
        For unknown variables or codes, and variables that do not vary.
    """
    names = list(chosen_samples(samples, task)[1])
    if not task.coregionalisation:
        titles = [title_of(task, name, len(names)) for name in names]
        by_scores = task.fit is not None and task.fit.source == "scores"
        return [*titles, *(map(scores_title, titles) if by_scores else [])]
    if len(names) < 2:
        raise ModelError(
            f"a coregionalisation of {len(names)} variable", fix="name two or more in 'values'"
        )
    pairs = [f"{a} x {b}" for i, a in enumerate(names) for b in names[i + 1 :]]
    return [
        *(title_of(task, name, len(names)) for name in (*names, *pairs)),
        together_name(task, names),
    ]


def together_name(task: ExperimentalSettings, names: list[str]) -> str:
    """What a coregionalisation is called."""
    return task.name or " + ".join(names)


def chosen_samples(
    samples: Samples, task: ExperimentalSettings
) -> tuple[Samples, dict[str, str], str]:
    """Samples of the domain with values transformed; new names to old ones; the domain.

    Raises
    ------
    ModelError
        For unknown variables or codes, no sample of the domain, variables that do not vary.
    """
    domain = ""
    if task.code:
        keep = np.isin(samples.code(task.code), task.of)
        if not keep.any():
            there = ", ".join(np.unique(samples.code(task.code)))
            raise ModelError(
                f"no sample has '{task.code}' of {', '.join(task.of)}", fix=f"there is: {there}"
            )
        samples = samples.where(keep)
        domain = f"{task.code} = {', '.join(task.of)}"
    values = task.values or tuple(n for n in samples.values if n != task.weights)
    if not values:
        raise ModelError("samples have no values", fix="name columns of values in [samples]")
    weights = samples[task.weights] if task.weights else None
    names: dict[str, str] = {}
    new = {}
    for value in values:
        column = samples[value]
        if task.top_cut is not None:
            column = np.minimum(column, task.top_cut)
        if task.transform == "none":
            names[value] = value
            if task.top_cut is not None:
                new[value] = column
        elif task.transform == "normal_scores":
            names[f"{value}_normal"] = value
            new[f"{value}_normal"] = normal_scores(column, weights)
        else:
            for threshold in task.thresholds:
                name = f"{value}_le_{threshold:g}"
                names[name] = value
                new[name] = indicator(column, threshold)
    samples = samples.with_values(**new) if new else samples
    for name in names:
        known = samples[name][~np.isnan(samples[name])]
        if known.size >= 2 and np.ptp(known) == 0:
            raise ModelError(
                f"all {known.size:,} values of '{name}' are {known[0]:g}: it does not vary",
                where=domain,
                fix="leave it out of 'values', or choose another threshold",
            )
    return samples, names, domain


def title_of(task: ExperimentalSettings, name: str, variables: int) -> str:
    """What the variogram of one of several variables is called."""
    if not task.name:
        return name
    return task.name if variables == 1 else f"{task.name} {name}"


def scores_title(title: str) -> str:
    """What the variogram of a value's normal scores is called, from the value's own."""
    return f"{title} scores"


def measured_of(task: ExperimentalSettings) -> str:
    """What is averaged, and of what, in words."""
    words = task.measure.replace("_", " ")
    if task.top_cut is not None:
        words += f", cut at {task.top_cut:g},"
    if task.transform == "none":
        return words.rstrip(",")
    return f"{words} of {NORMAL_SCORES if task.transform == 'normal_scores' else 'indicators'}"
