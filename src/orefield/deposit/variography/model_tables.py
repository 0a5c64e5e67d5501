"""Variogram models as tables of TOML: written by one command, read by those that estimate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from orefield.core.errors import ModelError
from orefield.core.sections import REQUIRED, Section, is_real
from orefield.deposit.orientation import Rotation
from orefield.deposit.variogram import Structure, Variogram
from orefield.deposit.variography.coregionalisation import Coregionalisation

_NOTES = ("value", "measure", "domain", "note")
"""Keys of a table that tell where a model came from; nothing depends on them."""


def read_model(section: Section) -> tuple[str, Variogram | Coregionalisation]:
    """One ``[[variogram]]`` table, with its name.

    A table with ``values`` (a list of names) is a coregionalisation: its nugget and its
    structures' sills are then matrices, lists of rows.

    Parameters
    ----------
    section : Section
        Keys: ``name``; ``nugget``; ``structure``, a list of tables of ``kind``, ``sill``,
        ``ranges_m`` (one number, two in a plane, or three), ``azimuth_deg``, ``dip_deg``,
        ``rake_deg``, ``shape``; and notes: ``value``, ``measure``, ``domain``, ``note``.

    Raises
    ------
    ModelError
        For keys that are missing, unknown or wrong, naming the table.
    """
    name = section.text("name", REQUIRED)
    for key in _NOTES:
        section.text(key, "")
    variables = section.names("values")
    parts = section.sections("structure")
    found: Variogram | Coregionalisation
    if variables:
        nugget = _matrix(section, "nugget", len(variables))
        shapes = [_structure(part, 1.0) for part in parts]
        sills = [_matrix(part, "sill", len(variables)) for part in parts]
        for part in (section, *parts):
            part.done()
        found = section.build(
            Coregionalisation,
            names=variables,
            nugget=nugget,
            structures=tuple(shapes),
            sills=np.array(sills).reshape(len(sills), len(variables), len(variables)),
        )
        return name, found
    nugget_part = section.number("nugget", 0.0)
    structures = [_structure(part, part.number("sill")) for part in parts]
    for part in (section, *parts):
        part.done()
    return name, section.build(Variogram, nugget=nugget_part, structures=tuple(structures))


def read_models(sections: list[Section]) -> dict[str, Variogram | Coregionalisation]:
    """All tables by name.

    Raises
    ------
    ModelError
        As :func:`read_model`, and when a name comes twice.
    """
    out: dict[str, Variogram | Coregionalisation] = {}
    for section in sections:
        name, model = read_model(section)
        if name in out:
            raise ModelError(
                f"two variograms are called '{name}'", where=section.where, fix="rename one"
            )
        out[name] = model
    return out


def write_models(
    models: Mapping[str, Variogram | Coregionalisation],
    notes: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """The text of a TOML file that :func:`read_models` reads; numbers keep every digit.

    Parameters
    ----------
    models : mapping of str to Variogram or Coregionalisation
        By name.
    notes : mapping of str to mapping, optional
        By name: ``value``, ``measure``, ``domain`` and ``note``, words only.
    """
    lines: list[str] = []
    for name, model in models.items():
        lines += ["[[variogram]]", f"name = {_word(name)}"]
        for key, text in (notes or {}).get(name, {}).items():
            if key not in _NOTES:
                raise ModelError(f"unknown note '{key}'", fix=f"one of {', '.join(_NOTES)}")
            lines.append(f"{key} = {_word(text)}")
        if isinstance(model, Variogram):
            lines.append(f"nugget = {model.nugget!r}")
            sills = [repr(float(s.sill)) for s in model.structures]
        else:
            words = ", ".join(map(_word, model.names))
            lines += [f"values = [{words}]", f"nugget = {model.nugget.tolist()!r}"]
            sills = [repr(matrix.tolist()) for matrix in model.sills]
        for structure, sill in zip(model.structures, sills, strict=True):
            turn = structure.rotation
            lines += [
                "",
                "[[variogram.structure]]",
                f'kind = "{structure.kind}"',
                f"sill = {sill}",
                f"ranges_m = {[float(r) for r in structure.ranges_m]!r}",
                f"azimuth_deg = {turn.azimuth_deg!r}",
                f"dip_deg = {turn.dip_deg!r}",
                f"rake_deg = {turn.rake_deg!r}",
            ]
            if structure.shape is not None:
                lines.append(f"shape = {float(structure.shape)!r}")
        lines.append("")
    return "\n".join(lines)


def _structure(part: Section, sill: float) -> Structure:
    given = part.take("ranges_m", REQUIRED, (int, float, list, tuple), "one to three ranges")
    ranges = list(given) if isinstance(given, (list, tuple)) else [given]
    if not 1 <= len(ranges) <= 3 or not all(map(is_real, ranges)):
        raise ModelError(f"'ranges_m' is {given!r}", where=part.where, fix="e.g. [200, 150, 50]")
    # a range not told is the last that is: one number means no anisotropy
    ranges += [ranges[-1]] * (3 - len(ranges))
    turn = part.build(
        Rotation,
        azimuth_deg=part.number("azimuth_deg", 90.0),
        dip_deg=part.number("dip_deg", 0.0),
        rake_deg=part.number("rake_deg", 0.0),
    )
    return part.build(
        Structure,
        kind=part.text("kind"),
        sill=sill,
        ranges_m=tuple(float(r) for r in ranges),
        rotation=turn,
        shape=part.number_or_none("shape"),
    )


def _matrix(section: Section, key: str, n: int) -> list[list[float]]:
    value = section.take(key, REQUIRED, (list, tuple), f"{n} rows of {n} numbers")
    right = len(value) == n and all(
        isinstance(row, (list, tuple)) and len(row) == n and all(map(is_real, row)) for row in value
    )
    if not right:
        raise ModelError(
            f"'{key}' is {value!r}", where=section.where, fix=f"give {n} rows of {n} numbers"
        )
    return [[float(x) for x in row] for row in value]


def _word(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if any(ord(c) < 32 for c in escaped):
        raise ModelError(f"name {text!r} has a line break or control character in it")
    return f'"{escaped}"'
