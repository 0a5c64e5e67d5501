"""What is looked at beside an estimate: cross-validation and neighbourhood analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.files import Results, rows
from orefield.commands.pit.texts import table
from orefield.deposit.estimation import cross_validate, neighbourhood_analysis
from orefield.deposit.estimation.cross_validation import Leave, Make
from orefield.deposit.estimation.estimator import Estimator
from orefield.deposit.estimation.support import Support
from orefield.deposit.job.estimate_parts import EstimateInputs, EstimatePart, estimator_of
from orefield.deposit.samples import Samples
from orefield.report.figures_estimate import cross_validation_svg, neighbourhood_svg

_LEFT_OUT: dict[Leave, str] = {"sample": "sample", "hole": "hole", "folds": "fold"}


def cross_validations(
    inputs: EstimateInputs, parts: Sequence[EstimatePart], files: Results, threads: int
) -> list[dict[str, Any]]:
    """Cross-validate every part that asks for it; a table of samples each, a row of figures each.

    Raises
    ------
    ModelError
        When samples are too few.
    """
    out = []
    for part in parts:
        chosen = part.chosen
        leave = _leave(chosen.validate)
        if leave is None:
            continue
        found = cross_validate(
            _maker(inputs, part),
            part.samples,
            chosen.value,
            leave=leave,
            folds=chosen.folds,
            collocated=chosen.collocated,
            external=chosen.external,
            threads=threads,
        )
        samples = part.samples
        at = samples.xyz_m[found.row]
        files.table(
            f"cross_validation_{part.chosen.slug}",
            {
                "hole": [samples.holes[h] for h in samples.hole[found.row].tolist()],
                "x_m": at[:, 0], "y_m": at[:, 1], "z_m": at[:, 2],
                chosen.value: found.truth, "estimate": found.estimates.value,
                "variance": found.estimates.variance, "error": found.error,
                "standardised": found.standardised, "samples": found.estimates.samples,
                "pass": found.estimates.passes,
            },
        )  # fmt: skip
        if found.estimates.estimated.any():
            svg = cross_validation_svg(
                found, f"{chosen.title}: without its {_LEFT_OUT[leave]}", chosen.value
            )
            files.figure(f"cross_validation_{part.chosen.slug}", svg)
        out.append({"title": chosen.title, "leave": chosen.validate, **found.summary()})
    return out


def neighbourhood_analyses(
    inputs: EstimateInputs, parts: Sequence[EstimatePart], files: Results, threads: int
) -> list[dict[str, Any]]:
    """Analyse the neighbourhood of every part that asks for it.

    Raises
    ------
    ModelError
        When no block is in question.
    """
    out = []
    for part in parts:
        chosen = part.chosen
        if chosen.analysis is None:
            continue
        cases = neighbourhood_analysis(
            part.samples,
            chosen.value,
            inputs.grid,
            inputs.variogram(chosen.variogram, chosen.where),
            chosen.searches[0],
            discretisation=chosen.discretisation or (1, 1, 1),
            choices=chosen.analysis,
            inside=part.inside,
            blocks=chosen.analysis_blocks,
            collocated=chosen.collocated,
            threads=threads,
        )
        columns = {key: [asdict(c)[key] for c in cases] for key in asdict(cases[0])}
        files.table(f"neighbourhood_{part.chosen.slug}", columns)
        files.figure(f"neighbourhood_{part.chosen.slug}", neighbourhood_svg(cases, chosen.title))
        out.append({"title": chosen.title, "cases": rows(columns)})
    return out


def checks_text(data: Mapping[str, Any]) -> list[str]:
    """Both as tables for people."""
    said = []
    if data["cross_validation"]:
        found = data["cross_validation"]
        columns = {
            "left out": ("", "leave"), "samples": (",", "samples"),
            "estimated": (",", "estimated"), "mean error": (".4g", "mean_error"),
            "RMSE": (".4g", "rmse"), "slope": (".3f", "slope"),
            "correlation": (".3f", "correlation"),
            "standardised variance": (".3f", "standardised_variance"),
        }  # fmt: skip
        listed = {"cross-validation": ("", [r["title"] for r in found])}
        listed.update({h: (form, [r[key] for r in found]) for h, (form, key) in columns.items()})
        said.append(table(listed))
    for one in data["neighbourhood"]:
        cases = one["cases"]
        said.append(f"  Neighbourhood of {one['title']}")
        forms = {
            "what": "", "setting": "", "estimated": ".1%", "efficiency": ".3f", "slope": ".3f",
            "negative": ".3f", "samples": ".1f",
        }  # fmt: skip
        said.append(table({k: (form, [c[k] for c in cases]) for k, form in forms.items()}))
    return said


def _maker(inputs: EstimateInputs, part: EstimatePart) -> Make:
    def make(samples: Samples, group: NDArray[np.int32]) -> Estimator:
        return estimator_of(inputs, part.chosen, samples, Support.point(), group)

    return make


def _leave(word: str) -> Leave | None:
    known: dict[str, Leave] = {"sample": "sample", "hole": "hole", "folds": "folds"}
    return known.get(word)
