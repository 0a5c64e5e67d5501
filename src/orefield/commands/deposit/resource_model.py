"""What checks and classes are about: the estimated model, its rock, its realisations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.deposit.settings import DepositSettings
from orefield.core import BlockModel, ModelError
from orefield.core.model_files.whole import whole_file
from orefield.core.sections import Section
from orefield.deposit.classification.draws import BlockDraws
from orefield.deposit.classification.grade_units import unit_of
from orefield.deposit.classification.ground import Companion, Ground
from orefield.deposit.estimation.estimates import NO_DOMAIN
from orefield.deposit.job.block_domains import block_fields
from orefield.deposit.realisations import Realisations, RealisationSource
from orefield.deposit.realisations_file import RealisationsFile

ESTIMATE, REALISATIONS = "estimate.parquet", "realisations.parquet"

_IN_MEMORY = 100_000_000
"""Numbers of realisations that are kept in memory; more are read from the file each time."""

_SYNTHETIC = ("stand-in", "synthetic", "invented", "example")


@dataclass(frozen=True, eq=False)
class ResourceModel:
    """An estimated model with what is needed to judge it.

    Attributes
    ----------
    model : BlockModel
        As ``deposit estimate`` left it.
    value : str
        The grade.
    ground : Ground
    source : RealisationSource or None
    draws : BlockDraws or None
        Realisations as blocks of the model see them.
    density : str
        Where tonnes come from, for people.
    shell : str
        Field that restricts the blocks; empty for none.
    warnings : list of str
    """

    model: BlockModel
    value: str
    ground: Ground
    source: RealisationSource | None
    draws: BlockDraws | None
    density: str
    shell: str = ""
    warnings: list[str] = field(default_factory=list)

    def quality(self, name: str) -> NDArray[np.float64] | None:
        """What the estimate tells of blocks (``slope``), or ``None`` where it does not."""
        found = self.model.fields.get(f"{self.value}_{name}")
        return None if found is None else np.asarray(found, dtype=np.float64)

    @property
    def synthetic(self) -> bool:
        """Whether the model's or the realisations' note says that they are no real deposit."""
        notes = self.model.note + " " + (self.source.note if self.source else "")
        return any(word in notes.lower() for word in _SYNTHETIC)


def read_resource_model(settings: DepositSettings, section: Section) -> ResourceModel:
    """The model that a section names: ``value``, ``unit``, ``estimate``, ``realisations``,
    ``density_t_m3``, ``domain``, ``shell``; ``blocks`` for a model that has what the estimate
    lacks (density, domains, ground, shell); ``also`` for other grades to state.

    Raises
    ------
    InputError
        When a file is missing or unreadable, fields are missing, density is not known or is
        given twice.
    """
    warnings: list[str] = []
    path = _file(settings, section.text("estimate", ESTIMATE))
    if not path.is_file():
        raise ModelError(
            "there is no estimate", where=str(path),
            fix="`orefield deposit estimate` makes one; or name a block model in 'estimate'",
        )  # fmt: skip
    model = BlockModel.from_parquet(path)
    named = section.text("blocks", "")
    if named:
        others = block_fields(settings, named, model.grid).fields
        new = {name: found for name, found in others.items() if name not in model.fields}
        model = model.with_fields(**new)
    value = section.text("value", "") or _only_value(model, section)
    grade = _numbers(model, value)
    unit = section.text("unit", "") or section.build(unit_of, value=value)
    model, density = _with_density(model, section)
    estimated = _estimated(model, value, warnings)
    domain, inside = section.text("domain", ""), section.text("shell", "")
    ground = section.build(
        Ground,
        grid=model.grid, value=value, unit=unit, tonnes=model.tonnes(), grade=grade,
        estimated=estimated, note=model.note,
        companions=_companions(model, section, estimated, warnings),
        domain=_words(model[domain]) if domain else None,
        inside=_numbers(model, inside) > 0 if inside else None, asked=_asked(model, value),
    )  # fmt: skip
    source = _source(settings, section)
    draws = BlockDraws(source, value, model.grid) if source is not None else None
    if draws is not None and draws.block.size:
        warnings.append("realisations are of smaller blocks: averaged onto the model's")
    return ResourceModel(model, value, ground, source, draws, density, inside, warnings)


def _words(values: NDArray[np.generic]) -> NDArray[np.str_]:
    """A field as words; whole numbers without decimals."""
    if values.dtype.kind == "f" and (values == np.rint(values.astype(np.float64))).all():
        values = values.astype(np.int64)
    return np.asarray(values).astype(np.str_)


def _file(settings: DepositSettings, name: str) -> Path:
    """A result: in the folder of results, or where the settings' folder has it."""
    kept = settings.folder / name
    named = settings.file(name)
    return named if named.is_file() and not kept.is_file() else kept


def _only_value(model: BlockModel, section: Section) -> str:
    found = [n for n in model.fields if f"{n}_pass" in model.fields]
    if len(found) == 1:
        return found[0]
    raise ModelError(
        "which grade is meant is not clear", where=section.where,
        fix=f"set 'value' to one of {', '.join(found or model.fields)}",
    )  # fmt: skip


def _numbers(model: BlockModel, name: str) -> NDArray[np.float64]:
    found = model[name]
    if found.dtype.kind not in "fiub":
        raise ModelError(f"field '{name}' holds no numbers", fix="name a field of numbers")
    return np.asarray(found, dtype=np.float64)


def _with_density(model: BlockModel, section: Section) -> tuple[BlockModel, str]:
    given = section.number_or_none("density_t_m3")
    if given is None:
        if "density_t_m3" not in model.fields:
            raise ModelError(
                "density is not known", where=section.where,
                fix="estimate a field 'density_t_m3', or set density_t_m3 to one number",
            )  # fmt: skip
        return model, "field 'density_t_m3' of the model"
    if "density_t_m3" in model.fields:
        raise ModelError(
            "density is given twice: in the model and in the settings", where=section.where,
            fix="leave out 'density_t_m3' here",
        )  # fmt: skip
    if not 0 < given < 10:
        raise ModelError(
            f"a density of {given:g} t/m3", where=section.where, fix="give t/m3, e.g. 2.7"
        )
    filled = np.full(model.grid.n, given)
    return model.with_fields(density_t_m3=filled), f"{given:g} t/m3 for all rock (assumed)"


def _estimated(model: BlockModel, value: str, warnings: list[str]) -> NDArray[np.bool_]:
    for flag in ("pass", "samples"):
        if f"{value}_{flag}" in model.fields:
            return _numbers(model, f"{value}_{flag}") > 0
    warnings.append(
        f"the model does not tell which blocks were estimated ('{value}_pass'): all rock counts"
    )
    return np.ones(model.grid.n, dtype=np.bool_)


def _asked(model: BlockModel, value: str) -> NDArray[np.bool_] | None:
    """Blocks of the estimate's domains, where the model tells; ``None`` where it does not."""
    status = f"{value}_status"
    return _numbers(model, status) != NO_DOMAIN if status in model.fields else None


def _companions(
    model: BlockModel, section: Section, of: NDArray[np.bool_], warnings: list[str]
) -> tuple[Companion, ...]:
    """Other grades of the same blocks; where one was not estimated it counts as none."""
    units = section.section("also_units")
    out = []
    for name in section.names("also"):
        given = units.text(name, "") if units is not None else ""
        grade = _numbers(model, name)
        flag = f"{name}_pass"
        if flag in model.fields:
            there = _numbers(model, flag) > 0
            missing = int(np.count_nonzero(of & ~there))
            if missing:
                warnings.append(f"{missing:,} blocks have no estimate of '{name}': stated as none")
            grade = np.where(there, grade, 0.0)
        out.append(Companion(name, given or section.build(unit_of, value=name), grade))
    if units is not None:
        units.done()
    return tuple(out)


def _source(settings: DepositSettings, section: Section) -> RealisationSource | None:
    named = section.text("realisations", "")
    path = _file(settings, named or REALISATIONS)
    if path.is_file():
        file = RealisationsFile(path)
        # read many times over: from memory where they fit
        small = file.count * file.n * len(file.names) <= _IN_MEMORY
        return Realisations.from_parquet(path) if small else file
    if named:
        raise ModelError(
            "there are no realisations", where=str(path),
            fix="`orefield deposit simulate` makes them; or leave out 'realisations'",
        )  # fmt: skip
    return None


def write_text(folder: Path, name: str, text: str) -> None:
    """A text file of results, whole or not at all."""
    with whole_file(folder / name) as out:
        out.write(text.encode("utf-8"))


def write_json(folder: Path, name: str, data: Mapping[str, Any]) -> None:
    """What a command prints with ``--json``, as a file."""
    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
    write_text(folder, name, text + "\n")
