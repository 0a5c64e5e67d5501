"""``orefield pit``: plan a pit from a block model of your own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orefield.cli import output
from orefield.cli.stopping import stopping

app = typer.Typer(
    help="Pits of your own block model: limit, shells, phases, schedule, frontier, risk.",
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Model = Annotated[Path, typer.Argument(metavar="MODEL", help="Block model: Parquet, CSV or OMF.")]
Config = Annotated[
    Path, typer.Option("--config", "-c", help="Settings (TOML): model, slopes, economy, ...")
]
Out = Annotated[
    Path | None, typer.Option("--out", "-o", help="Folder for blocks, tables and surfaces.")
]


@app.command()
def limit(model: Model, config: Config, out: Out = None, json: Json = False) -> None:
    """The ultimate pit: the most valuable one that the slopes allow, exactly."""
    with output.command(json) as reply:
        from orefield.commands import pit

        with output.progress(quiet=json) as tell:
            found = pit.pit_limit(model, config, out=out, tell=tell)
        reply(*found)


@app.command()
def shells(model: Model, config: Config, out: Out = None, json: Json = False) -> None:
    """Nested shells by revenue factor: contents, best and worst case, skins."""
    with output.command(json) as reply:
        from orefield.commands import pit

        with output.progress(quiet=json) as tell:
            found = pit.pit_shells(model, config, out=out, tell=tell)
        reply(*found)


@app.command()
def phases(model: Model, config: Config, out: Out = None, json: Json = False) -> None:
    """Phases with room to work, chosen from shells or your own."""
    with output.command(json) as reply:
        from orefield.commands import pit

        with output.progress(quiet=json) as tell:
            found = pit.pit_phases(model, config, out=out, tell=tell)
        reply(*found)


@app.command()
def schedule(
    model: Model,
    config: Config,
    out: Out = None,
    gap: Annotated[
        float | None, typer.Option(help="Stop at this share below the upper bound.", min=0.0)
    ] = None,
    time: Annotated[float | None, typer.Option(help="Seconds to search.", min=0.1)] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the search.", min=0)] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Keep the search's state here; go on from it if it exists.")
    ] = None,
    json: Json = False,
) -> None:
    """When each block is mined and where it goes; Ctrl-C gives the best found so far.

    Exit code 0 when the schedule keeps every limit, 1 when none was found that does.
    """
    with output.command(json) as reply:
        from orefield.commands import pit

        with output.progress(quiet=json) as tell:
            data, text = pit.pit_schedule(
                model, config, out=out, gap=gap, seconds=time, seed=seed, resume=resume,
                tell=tell, stopping=stopping,
            )  # fmt: skip
        reply(data, text)
        missed = data["unmet"]
    if missed:
        raise typer.Exit(1)


@app.command()
def frontier(
    model: Model,
    config: Config,
    of: Annotated[str, typer.Option("--of", help="Name of the [[limit]] to trade against.")],
    over: Annotated[
        str, typer.Option(help="What is capped: total, or period (largest).")
    ] = "total",
    points: Annotated[int, typer.Option(help="Caps to try.", min=1, max=100)] = 6,
    cap: Annotated[
        list[float] | None,
        typer.Option("--cap", help="A cap to try, once for each; in place of --points."),
    ] = None,
    plans: Annotated[
        bool, typer.Option("--plans/--bounds-only", help="Look for a schedule at each cap.")
    ] = True,
    out: Out = None,
    gap: Annotated[float | None, typer.Option(help="Of each schedule's search.", min=0.0)] = None,
    time: Annotated[float | None, typer.Option(help="Seconds for all points.", min=0.1)] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the searches.", min=0)] = None,
    json: Json = False,
) -> None:
    """What less water, energy, tailings or carbon costs in value; Ctrl-C keeps what is found."""
    with output.command(json) as reply:
        from orefield.commands import pit

        with output.progress(quiet=json) as tell:
            found = pit.pit_frontier(
                model, config, of=of, over=over, points=cap or points, plans=plans, out=out,
                gap=gap, seconds=time, seed=seed, tell=tell, stopping=stopping,
            )  # fmt: skip
        reply(*found)


@app.command()
def risk(
    model: Model,
    config: Config,
    plan: Annotated[
        Path | None,
        typer.Option(help="Only judge this plan: folder or blocks file of `pit schedule`."),
    ] = None,
    out: Out = None,
    gap: Annotated[float | None, typer.Option(help="Of each plan's search.", min=0.0)] = None,
    time: Annotated[
        float | None, typer.Option(help="Seconds for all plans and the bound.", min=0.1)
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the searches.", min=0)] = None,
    json: Json = False,
) -> None:
    """Plans over realisations of the deposit; Ctrl-C gives the best found so far."""
    with output.command(json) as reply:
        from orefield.commands import pit

        with output.progress(quiet=json) as tell:
            found = pit.pit_risk(
                model, config, plan=plan, out=out, gap=gap, seconds=time, seed=seed,
                tell=tell, stopping=stopping,
            )  # fmt: skip
        reply(*found)
