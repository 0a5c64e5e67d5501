"""Puts the report together: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from orefield.report.data import RunTables
from orefield.report.markup import code
from orefield.report.sections import SECTIONS, Page, Section

if TYPE_CHECKING:
    from jinja2 import Environment

FILE_NAME = "report.html"


def write(folder: Path | str, manifest: Mapping[str, Any]) -> Path:
    """Write ``report.html`` into a run folder.

    Parameters
    ----------
    folder : Path or str
        Folder of Parquet tables. Sections whose tables a shorter run lacks are left out,
        and named at the end.
    manifest : mapping
        ``study`` (``id, title, description``), ``seed``, ``draws``, ``version``,
        ``seconds``, ``scenarios`` (name to label), ``closures``, ``targets``.

    Returns
    -------
    Path
        Of the report.

    Raises
    ------
    RunError
        When the folder holds no results.
    TableError
        When a table cannot be read.
    """
    path = Path(folder) / FILE_NAME
    path.write_text(render(RunTables(folder, manifest)), encoding="utf-8")
    return path


def render(run: RunTables) -> str:
    """The report as text."""
    page = Page(run)
    sections: list[Section] = []
    missing: list[str] = []
    for build, name in SECTIONS:
        section = build(page)
        if section is None:
            missing.append(name)
        else:
            sections.append(section)
    env = environment()
    study = {"description": "", **run.manifest["study"]}
    return env.get_template("report.html").render(
        css=Markup(asset(env, "report.css")), js=Markup(asset(env, "report.js")),
        study=study, sections=sections, missing=missing, n=page.marker.n,
        nr=page.marker.nr, code=code,
        manifest={"seed": None, "draws": None, "version": None, **run.manifest},
    )  # fmt: skip


def environment() -> Environment:
    """Templates of the package; whatever they show is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    env = Environment(
        loader=PackageLoader("orefield.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals["m"] = env.get_template("macros.html").module
    return env


def asset(env: Environment, name: str) -> str:
    """A style sheet or script of the package; our own text, so it is not escaped."""
    if env.loader is None:  # pragma: no cover - narrows the type
        raise ValueError(name)
    return env.loader.get_source(env, name)[0]
