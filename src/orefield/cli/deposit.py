"""``orefield deposit``: from drill holes to a resource model, step by step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from orefield.cli import output
from orefield.cli.stopping import stopping

app = typer.Typer(
    help="From drill holes to a classified, uncertain, living resource model.",
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Config = Annotated[
    Path, typer.Option("--config", "-c", help="Settings (TOML): holes, composite, grid, ...")
]
Out = Annotated[
    Path | None, typer.Option("--out", "-o", help="Folder of results, in place of the file's own.")
]


def _run(json: bool, command: Callable[[Any], tuple[dict[str, Any], str]]) -> None:
    with output.command(json) as reply:
        with output.progress(quiet=json) as tell:
            found = command(tell)
        reply(*found)


@app.command()
def new(
    tables: Annotated[
        list[Path], typer.Argument(help="Collars, surveys, intervals; or one table of samples.")
    ],
    config: Config = Path("deposit.toml"),
    unit: Annotated[str, typer.Option(help="Of coordinates: m, ft or us-ft.")] = "m",
    grades: Annotated[
        str, typer.Option(help="Unit of columns called by an element: pct, ppm, ppb or gpt.")
    ] = "",
    json: Json = False,
) -> None:
    """Settings to begin with, made from your tables: columns, units, a grid, first rules."""
    from orefield.commands.deposit.starting import deposit_new

    _run(json, lambda tell: deposit_new(tables, config=config, unit=unit, grades=grades, tell=tell))


@app.command()
def composite(config: Config, out: Out = None, json: Json = False) -> None:
    """Drill holes read, validated, desurveyed, coded by domain and composited."""
    from orefield.commands.deposit.compositing import deposit_composite

    _run(json, lambda tell: deposit_composite(config, out=out, tell=tell))


@app.command()
def stats(config: Config, out: Out = None, json: Json = False) -> None:
    """Statistics of samples: declustered, by domain, contacts, top-cuts, correlations."""
    from orefield.commands.deposit.describing import deposit_stats

    _run(json, lambda tell: deposit_stats(config, out=out, tell=tell))


@app.command()
def variogram(config: Config, out: Out = None, json: Json = False) -> None:
    """Experimental variograms by direction, maps, and fitted models."""
    from orefield.commands.deposit.variograms import deposit_variogram

    _run(json, lambda tell: deposit_variogram(config, out=out, tell=tell))


@app.command()
def estimate(config: Config, out: Out = None, json: Json = False) -> None:
    """Blocks estimated from samples, in passes; large grids streamed and resumed."""
    from orefield.commands.deposit.estimating import deposit_estimate

    _run(json, lambda tell: deposit_estimate(config, out=out, tell=tell))


@app.command()
def simulate(config: Config, out: Out = None, json: Json = False) -> None:
    """Conditional realisations of grades, reblocked to the mining unit."""
    from orefield.commands.deposit.simulating import deposit_simulate

    _run(json, lambda tell: deposit_simulate(config, out=out, tell=tell))


@app.command()
def check(config: Config, out: Out = None, json: Json = False) -> None:
    """The checks that a competent person signs: a table of passes and failures, and figures."""
    from orefield.commands.deposit.checking import deposit_check

    _run(json, lambda tell: deposit_check(config, out=out, tell=tell))


@app.command()
def classify(config: Config, out: Out = None, json: Json = False) -> None:
    """Measured, indicated, inferred by three methods, and a resource statement."""
    from orefield.commands.deposit.classifying import deposit_classify

    _run(json, lambda tell: deposit_classify(config, out=out, tell=tell))


@app.command()
def plan(config: Config, out: Out = None, json: Json = False) -> None:
    """Spacing study, and the next holes that reduce uncertainty the most per metre.

    Ctrl-C gives the best plan found so far.
    """
    from orefield.commands.deposit.drilling import deposit_plan

    _run(json, lambda tell: deposit_plan(config, out=out, tell=tell, stopping=stopping))


@app.command()
def update(config: Config, out: Out = None, json: Json = False) -> None:
    """Realisations brought in line with what sensors saw: belts, trucks, blends, faces."""
    from orefield.commands.deposit.updating import deposit_update

    _run(json, lambda tell: deposit_update(config, out=out, tell=tell))
