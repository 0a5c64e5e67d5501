"""A new study, made from another."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from orefield.core.errors import StudyError
from orefield.study.document import read_document
from orefield.study.study import base_of, locate, open_study, shipped_studies

_SLUG = re.compile(r"[^a-z0-9]+")

_TEMPLATE = """\
# A study that extends another: it has everything the other has, with the changes below.

[study]
id = "{id}"
title = {title}
extends = {base}
first_year = {first_year}
last_year = {last_year}
history_to = {history_to}
as_of = {as_of}
# country, seed and draws are those of the study it extends, unless you give your own

# Your own values for parameters. Each needs a reason; low and high say how sure you are.
# `orefield trace RUN KEY` lists the parameters behind any result. For example:
[overrides]
# "price.cu_usd_t" = {{ value = 8500, low = 6500, high = 11000, reason = "bank forecast" }}
# "julong.inventory.cu_pct" = {{ value = 0.33, unit = "%", reason = "own estimate" }}
# "zhunuo.development.p1.start" = {{ value = "2028-07-01", reason = "permit slips" }}

# Real geology in place of stand-in geology: a block model, or composites and a grid.
# [files.zhunuo]
# blocks = "zhunuo.parquet"

# Tables of your own are added to those it extends. A parameter or assumption of the same key
# or id replaces; a claim does where it names the other's id under 'supersedes'.
# [tables]
# claims = "my_claims.csv"
# sources = "my_sources.csv"
# parameters = "my_parameters.csv"
# assumptions = "my_assumptions.csv"
# scenarios = "my_scenarios.csv"
"""


def new(folder: Path, base: str | Path, *, copy: bool = False) -> Path:
    """Make a study folder from ``base``; returns its study.toml.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty.
    base : str or Path
        Name or folder of the study to start from.
    copy : bool
        Copy all tables into a study that stands alone, instead of extending the base.

    Raises
    ------
    StudyError
        When the folder is not empty, cannot be made, or there is no such base; when the
        base itself extends another and ``copy`` is false.
    """
    source = locate(base)
    document = read_document(source)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StudyError(
            "folder exists and is not empty", where=str(folder), fix="choose a new folder"
        )
    if document.study.extends and not copy:
        raise StudyError(
            f"'{document.study.id}' itself extends '{document.study.extends}'",
            fix=f"start from '{document.study.extends}': one level only",
        )
    open_study(source)  # refuse to build on a broken study
    slug = _slug(folder, document.study.id)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / "study.toml"
        if copy:
            files = [file.name for file in document.files.values()]
            for name in ("study.toml", *document.tables.all_names(), *files):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source.parent / name, folder / name)
            text = target.read_text(encoding="utf-8-sig")
            text = _with(text, "id", slug)
            if document.study.extends:
                below = base_of(source, document)
                text = _with(text, "extends", _reference(below))
        else:
            section = document.study
            text = _TEMPLATE.format(
                id=slug,
                base=_quoted(_reference(source)),
                title=_quoted(f"{section.title}, changed"),
                first_year=section.first_year,
                last_year=section.last_year,
                history_to=section.history_to,
                as_of=section.as_of.isoformat(),
            )
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StudyError(f"study cannot be written: {error}", where=str(folder)) from error
    return target


def _slug(folder: Path, base: str) -> str:
    """An id after the folder's name, other than that of the base."""
    slug = _SLUG.sub("-", folder.resolve().name.lower()).strip("-")
    slug = slug if slug[:1].isalpha() else f"study-{slug}".rstrip("-")
    slug = slug[:50].rstrip("-")
    return f"{slug}-changed" if slug == base else slug


def _reference(source: Path) -> str:
    """What to write under ``extends``: a shipped study's name, or a path that always leads."""
    for name, folder in shipped_studies().items():
        if folder == source.parent:
            return name
    return str(source.resolve())


def _quoted(text: str) -> str:
    """A TOML string; those of JSON are."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _with(text: str, key: str, value: str) -> str:
    """TOML text with another value for a key, which stands on a line of its own."""
    line = re.compile(rf"(?m)^(\s*{key}\s*=\s*).*$")
    return line.sub(lambda match: match[1] + _quoted(value), text, count=1)
