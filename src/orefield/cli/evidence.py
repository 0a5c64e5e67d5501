"""``orefield evidence``: read, check, reconcile, resolve, review."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orefield.cli import output

app = typer.Typer(
    help="Claims: read documents, find what contradicts, show what can be believed.",
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Corpus = Annotated[
    str, typer.Argument(metavar="DIR|STUDY", help="Folder with claims.csv, or a study.")
]
Background = Annotated[
    list[str] | None,
    typer.Option("--against", help="Studies to hold the claims against. Default: all shipped."),
]
Alone = Annotated[bool, typer.Option("--alone", help="Hold the claims against each other only.")]


@app.command()
def check(
    corpus: Corpus, against: Background = None, alone: Alone = False, json: Json = False
) -> None:
    """Find what contradicts: each finding with its claims and its arithmetic in words."""
    with output.command(json) as reply:
        from orefield.commands import evidence

        reply(*evidence.check_evidence(corpus, background=[] if alone else against))


@app.command()
def resolve(
    name: Annotated[str, typer.Argument(help="A name as written, in any script.")],
    corpus: Annotated[
        Path | None, typer.Option("--corpus", help="Corpus folder whose entities come first.")
    ] = None,
    kind: Annotated[str, typer.Option(help="mine, deposit, company, province, ...")] = "",
    commodity: Annotated[str, typer.Option(help="cu, au, li, ...")] = "",
    within: Annotated[str, typer.Option(help="Entity it lies in, such as anhui.")] = "",
    json: Json = False,
) -> None:
    """Who a name means: candidates with scores, or unresolved."""
    with output.command(json) as reply:
        from orefield.commands import evidence

        reply(
            *evidence.resolve_name(
                name, target=corpus, kind=kind, commodity=commodity, within=within
            )
        )


@app.command()
def audit(
    folder: Annotated[Path, typer.Argument(help="Folder of articles: text, HTML or PDF.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The page. Default: FOLDER-audit.html.")
    ] = None,
    against: Background = None,
    alone: Alone = False,
    json: Json = False,
) -> None:
    """From a folder of articles to findings: a page with every contradiction."""
    with output.command(json) as reply:
        from orefield.commands import evidence

        reply(*evidence.audit_folder(folder, out=out, background=[] if alone else against))
