"""study.toml: what a study is called, spans and names, checked before anything runs."""

from __future__ import annotations

import math
import re
import tomllib
from datetime import date
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from orefield.core.errors import StudyError

MAX_DRAWS = 5_000
"""More draws than this in one run is taken for a slip of the keyboard."""

MAX_BYTES = 2**20
"""A study.toml larger than this is taken for the wrong file."""

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=64)]


class _Section(BaseModel):
    # strict: "200" and true are no numbers, whatever Python makes of them
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class StudySection(_Section):
    """``[study]``: identity and span."""

    id: Slug
    title: str = Field(min_length=1)
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
        if not self.extends:  # else what is left out comes from the other study
            fault = self.span_fault()
            if fault:
                raise ValueError(fault)
        return self

    def span_fault(self) -> str:
        """What is wrong with the years, in words; empty when nothing is."""
        if not self.first_year <= self.history_to < self.last_year:
            return "first_year <= history_to < last_year must hold"
        if self.last_year - self.first_year > 100:
            return "a study spans at most 100 years"
        return ""


class RunSection(_Section):
    """``[run]``: defaults that the command line may change."""

    seed: int = Field(default=20260101, ge=0, lt=2**63)
    draws: int = Field(default=200, ge=1, le=MAX_DRAWS)
    until: str = ""
    """Last stage; all of them when empty. Whether there is such a stage is asked by who runs it."""


class EvidenceSection(_Section):
    """``[evidence]``: what a run makes of the study's claims beside choosing among them."""

    reconcile: bool = True
    """Whether the national balance starts from reconciled totals or from the chosen claims."""


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

    @model_validator(mode="after")
    def _once(self) -> AssetsSection:
        names = self.modelled or []
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"'{twice}' stands twice in modelled")
        return self


_Positive = Annotated[float, Field(gt=0)]
_Count = Annotated[int, Field(ge=1, le=100_000)]


class GeologyFile(_Section):
    """``[files.ASSET]``: real blocks, drill holes or composites in place of stand-in geology."""

    blocks: str = ""
    drill_holes: str = ""
    composites: str = ""
    # TOML has arrays where these are tuples, so the outer type alone is not strict
    origin_m: Annotated[tuple[float, float, float] | None, Field(strict=False)] = None
    size_m: Annotated[tuple[_Positive, _Positive, _Positive] | None, Field(strict=False)] = None
    shape: Annotated[tuple[_Count, _Count, _Count] | None, Field(strict=False)] = None
    density_t_m3: float | None = Field(None, gt=0.5, lt=8.0)
    search_radius_m: float | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _one(self) -> GeologyFile:
        if sum(map(bool, (self.blocks, self.drill_holes, self.composites))) != 1:
            raise ValueError("name one of blocks, drill_holes or composites")
        if self.composites and None in (self.origin_m, self.size_m, self.shape):
            raise ValueError("composites need a grid: give origin_m, size_m and shape")
        return self

    @property
    def name(self) -> str:
        """The file, relative to study.toml."""
        return self.blocks or self.drill_holes or self.composites


class Override(_Section):
    """``[overrides."KEY"]``: a user's own value for a parameter, with its reason."""

    value: int | float | str | date
    unit: str = ""
    low: float | None = None
    high: float | None = None
    dist: Literal["fixed", "uniform", "triangular", "normal", "lognormal"] | None = None
    reason: str = Field(min_length=3)

    @property
    def text(self) -> str:
        """The value as it would stand in a table."""
        return self.value.isoformat() if isinstance(self.value, date) else str(self.value)


class StudyDocument(_Section):
    """The whole of study.toml."""

    study: StudySection
    run: RunSection = RunSection()
    evidence: EvidenceSection = EvidenceSection()
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
    text = _text(path)
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # TOMLDecodeError is a ValueError; so is a number of thousands of digits. Brackets
        # nested a thousand deep end in a RecursionError.
        found = re.search(r"at line (\d+)", str(error))
        at = f"{path}:{found[1]}" if found else str(path)
        why = "nested too deep" if isinstance(error, RecursionError) else str(error)
        raise StudyError(
            f"study.toml is not valid TOML: {why}", where=at, fix="mend that line"
        ) from error
    try:
        document = StudyDocument.model_validate(raw)
    except ValidationError as error:
        raise _explain(error, text, path) from error
    for table in TablesSection.model_fields:
        for value in document.tables.names(table):
            _inside(value, f"{path}:{_line(text, ('tables', table))}", f"table '{table}'")
    for asset, file in document.files.items():
        _inside(file.name, f"{path}:{_line(text, ('files', asset))}", f"[files.{asset}]")
    return document


def inherit(top: StudyDocument, base: StudyDocument, path: Path) -> StudyDocument:
    """``top`` with what its ``[study]``, ``[run]`` and ``[evidence]`` leave out as in ``base``.

    Raises
    ------
    StudyError
        When the years of both together cannot be.
    """
    own = {"id", "title", "description", "extends", *top.study.model_fields_set}
    names = [name for name in StudySection.model_fields if name not in own]
    study = top.study.model_copy(update={name: getattr(base.study, name) for name in names})
    fault = study.span_fault()
    if fault:
        raise StudyError(
            f"'study': {fault}",
            where=f"{path}, [study], and '{base.study.id}' for what it leaves out",
            fix="give all three years",
        )
    names = [name for name in RunSection.model_fields if name not in top.run.model_fields_set]
    run = top.run.model_copy(update={name: getattr(base.run, name) for name in names})
    names = [n for n in EvidenceSection.model_fields if n not in top.evidence.model_fields_set]
    evidence = top.evidence.model_copy(update={n: getattr(base.evidence, n) for n in names})
    modelled = base.assets.modelled if top.assets.modelled is None else top.assets.modelled
    assets = top.assets.model_copy(update={"modelled": modelled})
    return top.model_copy(
        update={"study": study, "run": run, "evidence": evidence, "assets": assets}
    )


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise StudyError(
                f"study.toml of {path.stat().st_size:,} bytes is too large",
                where=str(path),
                fix="keep numbers in the tables, beside it",
            )
        # the mark that some editors put at the start is no part of the text
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyError(
            f"study.toml is not UTF-8: {error.reason} at byte {error.start}",
            where=str(path),
            fix="save it as UTF-8",
        ) from error
    except OSError as error:
        raise StudyError(
            f"study cannot be read: {error.strerror or error}",
            where=str(path),
            fix="check the path",
        ) from error


def _inside(value: str, where: str, name: str) -> None:
    pure = PurePosixPath(value)
    odd = any(c in value for c in "\\:\x00")
    if not value.strip() or pure.is_absolute() or ".." in pure.parts or odd:
        raise StudyError(
            f"{name} must be a file inside the study's folder, got '{value}'",
            where=where,
            fix="put the file beside study.toml and name it relative to it",
        )


def _explain(error: ValidationError, text: str, path: Path) -> StudyError:
    """The first fault of a pydantic error, as a person would say it."""
    first = error.errors()[0]
    # an unknown key says more than what is missing because of it
    for fault in error.errors():
        if fault["type"] == "extra_forbidden":
            first = fault
            break
    loc = tuple(str(part) for part in first["loc"])
    if first["type"] not in ("extra_forbidden", "missing"):
        # pydantic adds the member of a union, which is no key of the file
        loc = loc[:2] + tuple(part for part in loc[2:] if part not in _UNION_MEMBERS)
    where = f"{path}:{_line(text, loc)}"
    name = ".".join(loc)
    if (
        loc[0] == "overrides"
        and first["type"] == "extra_forbidden"
        and isinstance(first["input"], dict)
    ):
        # dots without quotes make tables in tables
        return StudyError(
            f"'{name}' is not an override",
            where=where,
            fix="""put the whole key in quotes: [overrides."julong.inventory.cu_pct"]""",
        )
    if first["type"] == "extra_forbidden":
        known = _known_keys(loc[:-1])
        near = get_close_matches(loc[-1], known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(known)}"
        return StudyError(f"unknown key '{name}'", where=where, fix=hint)
    if first["type"] == "missing":
        return StudyError(f"key '{name}' is missing", where=where, fix=f"add {loc[-1]} = ...")
    if first["type"] == "model_type":
        return StudyError(f"'{name}' is not a table", where=where, fix=f"write [{name}]")
    if isinstance(first["input"], float) and not math.isfinite(first["input"]):
        return StudyError(
            f"'{name}' is {first['input']}, no number to reckon with",
            where=where,
            fix="give a finite number",
        )
    return StudyError(
        f"'{name}': {first['msg'].removeprefix('Value error, ')}",
        where=where,
        fix="correct the value",
    )


_UNION_MEMBERS = frozenset(
    {"str", "int", "float", "date", "list[str]", "list[constrained-str]", "[key]"}
)


def _known_keys(loc: tuple[str, ...]) -> list[str]:
    """The keys that may stand at a place of the file."""
    sections: dict[str, type[BaseModel]] = {
        "study": StudySection,
        "run": RunSection,
        "evidence": EvidenceSection,
        "tables": TablesSection,
        "assets": AssetsSection,
        "files": GeologyFile,
        "overrides": Override,
    }
    model = sections[loc[0]] if loc else StudyDocument
    return sorted(model.model_fields)


def _line(text: str, loc: tuple[str, ...]) -> int:
    """The line of a key in TOML text, as near as a plain search comes."""
    # TOML ends a line with LF or CRLF; splitlines() knows eight more ends
    lines = text.split("\n")
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
