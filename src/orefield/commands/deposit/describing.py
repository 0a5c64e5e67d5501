"""``orefield deposit stats``: statistics of samples, weighted, by domain, with figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from orefield.commands.calls import Reply
from orefield.commands.deposit import statistics_texts
from orefield.commands.deposit.file_names import FileNames
from orefield.commands.deposit.resource_model import write_json
from orefield.commands.deposit.settings import read_settings
from orefield.commands.deposit.statistics_runs import ALL, Statistics, describe
from orefield.commands.deposit.statistics_settings import statistics_settings
from orefield.commands.files import Results
from orefield.core.telling import Tell, told
from orefield.deposit.job.inputs import samples_of
from orefield.deposit.samples import Samples
from orefield.deposit.samples_file import write_samples

WEIGHTED = "weighted_samples.csv"
"""Samples with a column of weights for each value: ``<value>_weight``."""


def deposit_stats(config: Path, *, out: Path | None = None, tell: Tell | None = None) -> Reply:
    """Statistics of samples: declustered and length-weighted, by domain, contacts, top-cuts.

    Writes tables (``stats.csv``, ``histogram.csv``, ``declustering.csv``, ``top_cuts.csv``,
    ``deciles.csv``, ``contacts.csv``, ``correlations.csv``), figures, the samples with their
    weights, and ``stats.json``.

    Parameters
    ----------
    config : Path
        Settings: samples or holes, and ``[statistics]``, which may be absent.
    out : Path, optional
        Folder of results, in place of the file's own.
    tell : callable, optional
        Told what is being done.

    Raises
    ------
    OrefieldError
        For what is wrong with settings or samples.
    """
    say = told(tell)
    settings = read_settings(config, out)
    task = statistics_settings(settings)
    say("samples", 0.0)
    samples = samples_of(settings)
    say("statistics", 0.3)
    found = describe(samples, task)
    say("files", 0.7)
    files = Results(settings.folder, (), ())
    for name, columns in statistics_texts.as_tables(found, task.bins, task.logarithmic).items():
        files.table(name, columns)
    write_samples(_weighted(samples, found), settings.folder / WEIGHTED)
    files.written.append(WEIGHTED)
    _figures(files, samples, found, task.bins, task.logarithmic)
    data: dict[str, Any] = {
        "settings": str(config),
        "samples": len(samples),
        **statistics_texts.as_data(found),
        "files": [*files.written, "stats.json"],
    }
    write_json(settings.folder, "stats.json", data)
    say("done", 1.0)
    return data, statistics_texts.as_text(found, settings.folder, data["files"])


def _weighted(samples: Samples, found: Statistics) -> Samples:
    """Samples with the weights over all of them; 0 where a value was not measured."""
    columns = {}
    for part in found.parts:
        if part.domain == ALL:
            weights = np.zeros(len(samples))
            weights[part.at] = part.weights
            columns[f"{part.value}_weight"] = weights
    return samples.with_values(**columns)


def _figures(
    files: Results, samples: Samples, found: Statistics, bins: int, logarithmic: bool
) -> None:
    # matplotlib takes a second to load
    from orefield.report import figures_samples as figures

    names = FileNames()
    for part in found.parts:
        title = part.value if part.domain == ALL else f"{part.value}, {part.domain}"
        name = names.of(title)
        files.figure(
            f"distribution_{name}",
            figures.distribution_svg(
                part.values, part.weights, part.lengths, title, bins, logarithmic
            ),
        )
        if part.cells is not None and len(part.cells.sizes_m) > 1:
            files.figure(f"declustering_{name}", figures.declustering_svg(part.cells, title))
        if part.cuts is not None:
            files.figure(f"top_cuts_{name}", figures.top_cuts_svg(part.cuts, title))
    if found.together is not None:
        values = {name: samples[name] for name in found.together.names}
        svg = figures.correlations_svg(found.together, values, "correlations", logarithmic)
        files.figure("correlations", svg)
    for k, (value, sides, contact) in enumerate(found.contacts, 1):
        title = f"{value}: {sides}"
        files.figure(f"contact_{k}_{names.of(value)}", figures.contact_svg(contact, title))
