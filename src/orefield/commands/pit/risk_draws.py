"""Where a model's realisations are: fields of the model, or further files on its grid."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.commands.pit.config import PitConfig
from orefield.commands.pit.risk_settings import RiskSettings
from orefield.core import BlockModel, Grid, ModelError, OrefieldError
from orefield.core.model_files import read_model
from orefield.core.model_files.keys import nearest
from orefield.pit.valuation import GradeValuation, Valuation

_PLACE = "{}"
_SHOWN = 5


@dataclass(frozen=True, eq=False)
class Draws:
    """Realisations of some fields of a model.

    Attributes
    ----------
    names : tuple of str, length s
        Numbers of fields, or files.
    fields : mapping of str to tuple of arrays, shape (n,)
        Field of the model to its realisations.
    source : str
        Where they are from, for people.
    """

    names: tuple[str, ...]
    fields: Mapping[str, tuple[NDArray[np.generic], ...]]
    source: str

    @property
    def n(self) -> int:
        """Number of realisations."""
        return len(self.names)

    def model(self, base: BlockModel, k: int) -> BlockModel:
        """The model as realisation ``k`` has it."""
        return base.with_fields(**{name: drawn[k] for name, drawn in self.fields.items()})


def find_draws(model: BlockModel, config: PitConfig, settings: RiskSettings) -> Draws:
    """All realisations that the settings name.

    Raises
    ------
    ModelError
        When there are none, or one only; when elements have different numbers of them, a field
        is unknown, missing or holds no numbers, or a file lies on another grid.
    TableError
        For a file that cannot be read.
    """
    for name in settings.fields:
        _refuse_idle(name, model, config.valuation)
    if settings.files:
        found = _in_files(model, config, settings)
    elif settings.fields:
        found = _in_model(model, settings)
    else:
        raise ModelError(
            "no realisations are named",
            where=f"{config.path}, [risk]",
            fix='name fields, [risk.fields] cu_pct = "cu_{}", or files = ["sim_*.parquet"]',
        )
    for name, drawn in found.fields.items():
        words = name == _rock_field(config.valuation)
        for place, values in zip(found.names, drawn, strict=True):
            if not words and values.dtype.kind not in "fiu":
                raise ModelError(
                    f"field '{name}' holds no numbers", where=f"realisation {place}, {found.source}"
                )
    if found.n == 1:
        raise ModelError(
            f"there is one realisation only, {found.names[0]}",
            where=f"{config.path}, [risk]",
            fix="give two at least; for a single model use `orefield pit schedule`",
        )
    return found


def looked_at(valuation: Valuation) -> tuple[str, ...]:
    """Fields whose realisations change values: grades, or the planner's own values."""
    if isinstance(valuation, GradeValuation):
        return tuple(dict.fromkeys(e.field for e in valuation.economy.elements))
    fields = (*valuation.value.values(), *valuation.revenue.values(), *valuation.cost.values())
    return tuple(dict.fromkeys(fields))


def _rock_field(valuation: Valuation) -> str:
    return valuation.economy.rock_field if isinstance(valuation, GradeValuation) else ""


def _refuse_idle(name: str, model: BlockModel, valuation: Valuation) -> None:
    known = dict.fromkeys(
        (*looked_at(valuation), "density_t_m3", _rock_field(valuation), *model.fields)
    )
    known.pop("", None)
    if name not in known:
        near = nearest(name, known)
        grades = ", ".join(looked_at(valuation))
        raise ModelError(
            f"realisations are given of '{name}', which neither economy nor model has",
            where="[risk.fields]",
            fix=f"did you mean '{near}'?" if near else f"the economy looks at {grades}",
        )


def _in_model(model: BlockModel, settings: RiskSettings) -> Draws:
    columns: dict[str, tuple[str, ...]] = {}
    numbers: dict[str, tuple[str, ...]] = {}
    for name, given in settings.fields.items():
        where = f"[risk.fields] {name}"
        if len(given) == 1 and _PLACE in given[0]:
            found = _numbered(given[0], model, where)
            columns[name] = tuple(found.values())
            numbers[name] = tuple(str(number) for number in found)
        else:
            for column in given:
                if column not in model.fields:
                    near = nearest(column, model.fields)
                    raise ModelError(
                        f"the model has no field '{column}'",
                        where=where,
                        fix=f"did you mean '{near}'?" if near else 'a pattern is "cu_{}"',
                    )
                if given.count(column) > 1:
                    raise ModelError(f"'{column}' is listed twice", where=where)
            columns[name] = given
            numbers[name] = tuple(str(k) for k in range(1, len(given) + 1))
    first, *others = columns
    for name in others:
        if numbers[name] != numbers[first]:
            lacking = sorted(set(numbers[first]) ^ set(numbers[name]), key=int)
            raise ModelError(
                f"'{first}' has {len(numbers[first])} realisations and '{name}' "
                f"{len(numbers[name])}; not in both: {', '.join(lacking[:_SHOWN])}",
                where="[risk.fields]",
                fix="give every element the same realisations",
            )
    fields = {name: tuple(model[column] for column in each) for name, each in columns.items()}
    return Draws(numbers[first], fields, "fields of the model")


def _numbered(pattern: str, model: BlockModel, where: str) -> dict[int, str]:
    """Fields that a pattern stands for, by their number."""
    if pattern.count(_PLACE) > 1:
        raise ModelError(f"'{pattern}' has more than one {_PLACE}", where=where)
    before, after = pattern.split(_PLACE)
    form = re.compile(re.escape(before) + r"(\d+)" + re.escape(after))
    found: dict[int, str] = {}
    for name in model.fields:
        match = form.fullmatch(name)
        if match is None:
            continue
        number = int(match[1])
        if number in found:
            raise ModelError(f"'{found[number]}' and '{name}' have one number", where=where)
        found[number] = name
    if not found:
        raise ModelError(
            f"no field of the model is called '{pattern}' with a number",
            where=where,
            fix=f"the model has: {', '.join(sorted(model.fields))}",
        )
    return dict(sorted(found.items()))


def _in_files(model: BlockModel, config: PitConfig, settings: RiskSettings) -> Draws:
    for name, given in settings.fields.items():
        if len(given) > 1 or _PLACE in given[0]:
            raise ModelError(
                f"'{name}' has realisations among the fields, and files are given too",
                where="[risk.fields]",
                fix=f'name its field in each file, {name} = "...", or leave out files',
            )
    paths = _paths(config.path.parent, settings.files)
    # by what a file says when nothing is said of it: all that it has of what is looked at
    asked = {name: given[0] for name, given in settings.fields.items()}
    rock = _rock_field(config.valuation)
    drawn: dict[str, list[NDArray[np.generic]]] = {}
    for path in paths:
        try:
            one = read_model(path, config.model)
        except ModelError as error:
            raise of_realisation(error, path.name) from None
        _refuse_other_grid(one, model, path)
        if not drawn:
            if not asked:
                wanted = (*looked_at(config.valuation), "density_t_m3", rock)
                asked = {name: name for name in wanted if name in one.fields}
            if not asked:
                raise ModelError(
                    "the file has none of the fields that the economy looks at",
                    where=str(path),
                    fix=f"it has: {', '.join(sorted(one.fields))}; see [risk.fields]",
                )
            drawn = {name: [] for name in asked}
        for name, column in asked.items():
            if column not in one.fields:
                raise ModelError(
                    f"the realisation has no field '{column}', which others have",
                    where=str(path),
                    fix=f"it has: {', '.join(sorted(one.fields))}",
                )
            drawn[name].append(one[column])
    return Draws(
        tuple(path.name for path in paths),
        {name: tuple(each) for name, each in drawn.items()},
        "further files",
    )


def _paths(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    found: dict[Path, None] = {}
    for pattern in patterns:
        place = Path(pattern)
        if place.is_absolute():
            root, inner = Path(place.anchor), str(place.relative_to(place.anchor))
        else:
            root, inner = folder, pattern
        try:
            here = sorted((p for p in root.glob(inner) if p.is_file()), key=_natural)
        except (ValueError, NotImplementedError) as error:
            raise ModelError(
                f"'{pattern}' is no pattern of files: {error}", where="[risk] files"
            ) from error
        if not here:
            raise ModelError(
                f"no file is called '{pattern}'",
                where=f"[risk] files, in {root}",
                fix="give paths relative to the file of settings",
            )
        found |= dict.fromkeys(here)
    return list(found)


def _natural(path: Path) -> list[tuple[int, int, str]]:
    """Numbers in names by their size, so that ``sim_10`` comes after ``sim_9``."""
    return [
        (1, int(part), "") if part.isdigit() else (0, 0, part)
        for part in re.split(r"(\d+)", str(path))
    ]


def _refuse_other_grid(one: BlockModel, model: BlockModel, path: Path) -> None:
    mine, theirs = model.grid, one.grid
    close = theirs.shape == mine.shape and all(
        np.allclose(a, b, rtol=0.0, atol=1e-3 * min(mine.size))
        for a, b in ((mine.origin, theirs.origin), (mine.size, theirs.size))
    )
    if close and abs(mine.rotation_deg - theirs.rotation_deg) < 1e-6:
        return

    def said(grid: Grid) -> str:
        return f"{grid.shape} blocks of {grid.size} m from {grid.origin}"

    raise ModelError(
        f"the realisation lies on another grid: {said(theirs)}, the model on {said(mine)}",
        where=str(path),
        fix="give realisations on the grid of the model, with the same blocks",
    )


def of_realisation(error: OrefieldError, name: str) -> OrefieldError:
    """An error with the realisation in which it came up."""
    where = ", ".join(filter(None, (f"realisation {name}", error.where)))
    return type(error)(error.what, where=where, fix=error.fix)
