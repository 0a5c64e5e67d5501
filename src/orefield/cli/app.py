"""The tree of commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orefield.cli import deposit, evidence, minelib, output, pit

app = typer.Typer(
    name="orefield",
    help="The open digital twin of a metal's supply, from the drill hole to the national balance.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
data_app = typer.Typer(
    help="Public data sets for tests, benchmarks and examples.", no_args_is_help=True
)
app.add_typer(data_app, name="data")
app.add_typer(evidence.app, name="evidence")
app.add_typer(minelib.app, name="minelib")
app.add_typer(deposit.app, name="deposit")
app.add_typer(pit.app, name="pit")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Study = Annotated[str, typer.Argument(help="Name of a shipped study, or a folder with study.toml.")]


def _version(value: bool) -> None:
    if value:
        from orefield._version import __version__

        typer.echo(f"orefield {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Every tonne accounted for, every number sourced."""


@app.command()
def run(
    study: Study = "china-copper",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Run folder. Default: runs/STUDY.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of all randomness.", min=0)] = None,
    draws: Annotated[int | None, typer.Option(help="Random draws.", min=1, max=5000)] = None,
    until: Annotated[
        str | None, typer.Option(help="Last stage: deposit, pit, ... Default: the study's.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes that build assets.", min=1, max=256)
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an earlier run in the folder.")
    ] = False,
    json: Json = False,
) -> None:
    """Run a study: deposits, pits, plants, rivers, the national balance, a report."""
    with output.command(json) as reply:
        from orefield import api

        with output.progress(quiet=json) as progress:
            result = api.run(
                study, out=out, seed=seed, draws=draws, until=until, workers=workers,
                overwrite=overwrite, progress=progress,
            )  # fmt: skip
        reply(result.summary, result.text)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")],
    from_: Annotated[str, typer.Option("--from", help="Study to start from.")] = "china-copper",
    copy: Annotated[
        bool, typer.Option("--copy", help="Copy all tables instead of extending the study.")
    ] = False,
    json: Json = False,
) -> None:
    """Start a study of your own from another."""
    with output.command(json) as reply:
        from orefield import commands

        reply(*commands.new_study(folder, from_, copy=copy))


@app.command()
def check(study: Study, json: Json = False) -> None:
    """Read a study and say what is wrong with it, or what is in it."""
    with output.command(json) as reply:
        from orefield import commands

        reply(*commands.check_study(study))


@app.command()
def compare(
    run_a: Annotated[Path, typer.Argument(help="A run folder.")],
    run_b: Annotated[Path, typer.Argument(help="Another run folder.")],
    top: Annotated[int, typer.Option(help="How many of the largest differences.", min=1)] = 20,
    json: Json = False,
) -> None:
    """What differs between two runs: inputs, parameters, results."""
    with output.command(json) as reply:
        from orefield import commands

        reply(*commands.compare(run_a, run_b, top=top))


@app.command()
def trace(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")],
    key: Annotated[str, typer.Argument(help="A result, such as julong.copper_t.2026.")],
    scenario: Annotated[str, typer.Option(help="Scenario of the result.")] = "baseline",
    json: Json = False,
) -> None:
    """The chain behind a number: result, stage, parameters, claims, sources."""
    with output.command(json) as reply:
        from orefield import commands

        reply(*commands.trace(run_folder, key, scenario=scenario))


@app.command()
def studies(json: Json = False) -> None:
    """List the studies that come with the package."""
    with output.command(json) as reply:
        from orefield import commands

        reply(*commands.list_studies())


@app.command()
def doctor(json: Json = False) -> None:
    """Check that this machine can run orefield, and say what is missing."""
    with output.command(json) as reply:
        from orefield import commands

        reply(*commands.doctor())


@data_app.command("list")
def data_list(json: Json = False) -> None:
    """Data sets, their licences, and where each is found on this machine."""
    with output.command(json) as reply:
        from orefield import commands

        reply(*commands.data_list())


@data_app.command("fetch")
def data_fetch(
    names: Annotated[list[str], typer.Argument(help="Data sets to fetch; see 'data list'.")],
    json: Json = False,
) -> None:
    """Find or download data sets, checked by SHA-256."""
    with output.command(json) as reply:
        from orefield import commands

        reply(*commands.data_fetch(names))
