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
    corpus: Corpus,
    against: Background = None,
    alone: Alone = False,
    run: Annotated[
        Path | None, typer.Option("--run", help="Run whose modelled mines announcements must fit.")
    ] = None,
    json: Json = False,
) -> None:
    """Find what contradicts: each finding with its claims and its arithmetic in words."""
    with output.command(json) as reply:
        from orefield.commands import evidence

        reply(*evidence.check_evidence(corpus, background=[] if alone else against, run=run))


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
        from orefield.commands import reading

        reply(*reading.audit_folder(folder, out=out, background=[] if alone else against))


@app.command()
def extract(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Text, HTML or PDF.")],
    corpus: Annotated[
        Path | None, typer.Option("--corpus", help="Corpus folder that decisions are kept in.")
    ] = None,
    review: Annotated[
        bool, typer.Option("--review", help="Confirm, correct or reject each, one by one.")
    ] = False,
    batch: Annotated[
        Path | None, typer.Option("--batch", help="Write open candidates as a table to fill in.")
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option("--decisions", help="Read such a table back.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who decides: a role or initials.")] = "",
    json: Json = False,
) -> None:
    """Propose candidate claims: quantity, unit, hedge, period, subject, basis, stage, speaker."""
    with output.command(json) as reply:
        from orefield.cli import asking
        from orefield.commands import reading

        ask = asking.proposal(by) if review else None
        reply(
            *reading.extract_files(files, corpus=corpus, batch=batch, decisions=decisions, ask=ask)
        )


@app.command()
def add(
    corpus: Annotated[Path, typer.Argument(metavar="DIR", help="Corpus folder.")],
    field: Annotated[
        list[str] | None, typer.Option("--set", help="COLUMN=TEXT; may be given many times.")
    ] = None,
    guided: Annotated[bool, typer.Option("--ask/--no-ask", help="Ask for what is missing.")] = True,
    json: Json = False,
) -> None:
    """Add a claim: asked for step by step, validated, appended, never overwriting."""
    with output.command(json) as reply:
        from orefield.cli import asking
        from orefield.commands import keeping

        fields = asking.settings(field or [])
        ask = asking.question if guided and not json else None
        reply(*keeping.add_to_corpus(corpus, fields, ask=ask))


@app.command()
def reconcile(
    corpus: Corpus,
    country: Annotated[
        str, typer.Option(help="Entity id. Default: the study's, or the one most spoken of.")
    ] = "",
    commodity: Annotated[str, typer.Option(help="cu, au, li, ... Default: as for country.")] = "",
    years: Annotated[str, typer.Option(help="2015-2025, or 2020,2023. Default: all.")] = "",
    bayes: Annotated[
        bool, typer.Option("--bayes", help="Sample within the bounds too: means and intervals.")
    ] = False,
    against: Background = None,
    alone: Alone = False,
    json: Json = False,
) -> None:
    """Reconcile national figures: values with standard errors, who is blamed, what ties."""
    with output.command(json) as reply:
        from orefield.commands import reconciling

        reply(
            *reconciling.reconcile_evidence(
                corpus, country=country, commodity=commodity, years=years, bayes=bayes,
                background=[] if alone else against,
            )
        )  # fmt: skip
