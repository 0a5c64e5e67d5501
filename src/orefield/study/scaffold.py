"""A new study, made from another."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from orefield.core.errors import StudyError
from orefield.study.document import read_document
from orefield.study.study import locate, open_study

_SLUG = re.compile(r"[^a-z0-9]+")

_TEMPLATE = """\
# {id}: a study that extends {base}. It has everything {base} has, with the changes below.

[study]
id = "{id}"
title = "{title}, changed"
extends = "{base}"
first_year = {first_year}
last_year = {last_year}
history_to = {history_to}
as_of = {as_of}

# Your own values for parameters. Each needs a reason; low and high say how sure you are.
# `orefield trace RUN KEY` lists the parameters behind any result. For example:
[overrides]
# "price.cu_usd_t" = {{ value = 8500, low = 6500, high = 11000, reason = "bank forecast" }}
# "julong.inventory.cu_pct" = {{ value = 0.33, unit = "%", reason = "own estimate" }}
# "zhunuo.development.p1.start" = {{ value = "2028-07-01", reason = "permit slips" }}

# Real geology in place of stand-in geology: a block model, or composites and a grid.
# [files.zhunuo]
# blocks = "zhunuo.parquet"

# Tables of your own are added to those of {base}: rows with the same id or key replace.
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
    slug = _SLUG.sub("-", folder.resolve().name.lower()).strip("-")
    slug = slug if slug[:1].isalpha() else f"study-{slug}".rstrip("-")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / "study.toml"
        if copy:
            for name in ("study.toml", *document.tables.all_names()):
                shutil.copyfile(source.parent / name, folder / name)
            text = target.read_text(encoding="utf-8")
            text = re.sub(r'(?m)^id = ".*"$', f'id = "{slug}"', text, count=1)
        else:
            section = document.study
            text = _TEMPLATE.format(
                id=slug,
                base=str(base) if not Path(base).exists() else str(Path(base).resolve()),
                title=section.title.replace('"', "'"),
                first_year=section.first_year,
                last_year=section.last_year,
                history_to=section.history_to,
                as_of=section.as_of.isoformat(),
            )
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StudyError(f"study cannot be written: {error}", where=str(folder)) from error
    return target
