"""study.toml: what a study is called, spans and names, checked before anything runs."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from orefield.core.errors import StudyError

MAX_DRAWS = 20_000
"""More draws than this in one run is taken for a slip of the keyboard."""

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=64)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StudySection(_Section):
    """``[study]``: identity and span."""

    id: Slug
    title: str
    description: str = ""
    extends: str = ""
    commodity: str = "Cu"
    country: Slug = "china"
    first_year: int = Field(2020, ge=1900, le=2200)
    last_year: int = Field(2040, ge=1900, le=2200)
    history_to: int = Field(2025, ge=1900, le=2200)
    as_of: date = date(2026, 6, 30)

    @model_validator(mode="after")
    def _ordered(self) -> StudySection:
        if not self.first_year <= self.history_to < self.last_year:
            raise ValueError("first_year <= history_to < last_year must hold")
        if self.last_year - self.first_year > 100:
            raise ValueError("a study spans at most 100 years")
        return self


class RunSection(_Section):
    """``[run]``: defaults that the command line may change."""

    seed: int = Field(20260101, ge=0, lt=2**63)
    draws: int = Field(200, ge=1, le=MAX_DRAWS)


class TablesSection(_Section):
    """``[tables]``: CSV files of the study, relative to study.toml.

    ``sources`` and ``claims`` may each be several files.
    """

    sources: str | list[str] = ""
    entities: str = ""
    claims: str | list[str] = ""
    assumptions: str = ""
    parameters: str = ""
    scenarios: str = ""
    river_nodes: str = ""
    river_links: str = ""
    river_chains: str = ""

    def names(self, table: str) -> list[str]:
        """The files of a table."""
        value = getattr(self, table)
        return [value] if isinstance(value, str) and value else list(value)

    def all_names(self) -> list[str]:
        """The files of all tables."""
        return [name for table in type(self).model_fields for name in self.names(table)]


class AssetsSection(_Section):
    """``[assets]``: which deposits are modelled block by block."""

    modelled: list[Slug] | None = None


class GeologyFile(_Section):
    """``[files.ASSET]``: real blocks or composites in place of stand-in geology."""

    blocks: str = ""
    composites: str = ""
    origin_m: tuple[float, float, float] | None = None
    size_m: tuple[float, float, float] | None = None
    shape: tuple[int, int, int] | None = None
    density_t_m3: float | None = Field(None, gt=0.5, lt=8.0)
    search_radius_m: float | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _one(self) -> GeologyFile:
        if bool(self.blocks) == bool(self.composites):
            raise ValueError("name either blocks or composites")
        return self


class Override(_Section):
    """``[overrides."KEY"]``: a user's own value for a parameter, with its reason."""

    value: float | str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    dist: Literal["fixed", "uniform", "triangular", "normal", "lognormal"] | None = None
    reason: str = Field(min_length=3)


class StudyDocument(_Section):
    """The whole of study.toml."""

    study: StudySection
    run: RunSection = RunSection()
    tables: TablesSection = TablesSection()
    assets: AssetsSection = AssetsSection()
    files: dict[Slug, GeologyFile] = {}
    overrides: dict[str, Override] = {}


def read_document(path: Path) -> StudyDocument:
    """Read and check a study.toml.

    Raises
    ------
    StudyError
        When the file is missing or not TOML, a key is unknown (the nearest known key
        and the line are named), or a value has the wrong type or range.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(
            f"study cannot be read: {error}", where=str(path), fix="check the path"
        ) from error
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(
            f"study.toml is not valid TOML: {error}", where=str(path), fix="mend that line"
        ) from error
    try:
        document = StudyDocument.model_validate(raw)
    except ValidationError as error:
        raise _explain(error, text, path) from error
    for table in TablesSection.model_fields:
        for value in document.tables.names(table):
            _inside(value, f"{path}:{_line(text, ('tables', table))}", table)
    return document


def _inside(value: str, where: str, name: str) -> None:
    pure = PurePosixPath(value)
    if pure.is_absolute() or ".." in pure.parts or "\\" in value or ":" in value:
        raise StudyError(
            f"table '{name}' must be a file inside the study's folder, got '{value}'",
            where=where,
            fix="put the file beside study.toml and name it relative to it",
        )


def _explain(error: ValidationError, text: str, path: Path) -> StudyError:
    """The first fault of a pydantic error, as a person would say it."""
    first = error.errors()[0]
    loc = tuple(str(part) for part in first["loc"])
    where = f"{path}:{_line(text, loc)}"
    name = ".".join(loc)
    if first["type"] == "extra_forbidden":
        known = _known_keys(loc[:-1])
        near = get_close_matches(loc[-1], known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(known)}"
        return StudyError(f"unknown key '{name}'", where=where, fix=hint)
    if first["type"] == "missing":
        return StudyError(f"key '{name}' is missing", where=where, fix=f"add {loc[-1]} = ...")
    return StudyError(
        f"'{name}': {first['msg'].removeprefix('Value error, ')}",
        where=where,
        fix="correct the value",
    )


def _known_keys(loc: tuple[str, ...]) -> list[str]:
    model: Any = StudyDocument
    for part in loc:
        if model in (GeologyFile, Override):
            break
        info = model.model_fields.get(part)
        if info is None:
            return []
        annotation = info.annotation
        if part == "files":
            model = GeologyFile
        elif part == "overrides":
            model = Override
        elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
            model = annotation
    return sorted(model.model_fields)


def _line(text: str, loc: tuple[str, ...]) -> int:
    """The line of a key in TOML text, as near as a plain search comes."""
    lines = text.splitlines()
    at = 0
    for part in loc:
        pattern = re.compile(rf"""^\s*(\[+[^\]]*["'.\[]?|["']?){re.escape(part)}\b""")
        for i in range(at, len(lines)):
            if pattern.search(lines[i]) or re.search(
                rf"""[{{,]\s*["']?{re.escape(part)}["']?\s*=""", lines[i]
            ):
                at = i
                break
    return at + 1
