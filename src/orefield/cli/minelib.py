"""``orefield minelib``: solve published instances, check solutions."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orefield.cli import output
from orefield.cli.stopping import stopping

app = typer.Typer(
    help="MineLib: ultimate pits and schedules of published instances.", no_args_is_help=True
)


class Problem(StrEnum):
    """The three problems of the library."""

    upit = "upit"
    cpit = "cpit"
    pcpsp = "pcpsp"


Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder with one instance's files.")]
Which = Annotated[
    Problem,
    typer.Option("--problem", help="Ultimate pit, or schedule with one or more destinations."),
]


@app.command()
def solve(
    folder: Folder,
    problem: Which,
    gap: Annotated[
        float, typer.Option(help="Stop a schedule at this share below the upper bound.", min=0.0)
    ] = 0.01,
    time: Annotated[float, typer.Option(help="Seconds a schedule may take.", min=0.1)] = 300.0,
    seed: Annotated[int, typer.Option(help="Seed of the search.", min=0)] = 0,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Solution file to write.")] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Keep a schedule's state here; go on from it if it exists.")
    ] = None,
    json: Json = False,
) -> None:
    """Solve an instance to proven optimality (pits) or with a certified bound (schedules)."""
    feasible = True
    with output.command(json) as reply:
        from orefield.commands import minelib

        with output.progress(quiet=json) as tell:
            data, text = minelib.solve(
                folder, problem.value, gap=gap, seconds=time, seed=seed, out=out,
                resume=resume, tell=tell, stopping=stopping,
            )  # fmt: skip
        reply(data, text)
        feasible = data["feasible"]
    if not feasible:
        raise typer.Exit(1)


@app.command()
def check(
    folder: Folder,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Solution file.")],
    problem: Which,
    json: Json = False,
) -> None:
    """Check a solution independently: what it is worth, and every constraint it breaks.

    Exit code 0 when it keeps all constraints, 1 when not.
    """
    feasible = True
    with output.command(json) as reply:
        from orefield.commands import minelib

        data, text = minelib.check(folder, file, problem.value)
        reply(data, text)
        feasible = data["feasible"]
    if not feasible:
        raise typer.Exit(1)
