"""How a planner's file is to be read: which column is what, and what to do about gaps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal

from orefield.core.errors import ModelError
from orefield.core.model_files.keys import refuse_unknown


@dataclass(frozen=True)
class ModelOptions:
    """The ``[model]`` section: all of it may be left out for a file that needs no help.

    Attributes
    ----------
    x, y, z : str
        Columns of block centres (m). Empty: the usual names are looked for.
    i, j, k : str
        Columns of block indices, used when there are no centres; then ``size`` is needed.
    origin : (float, float, float)
        Lower south-west corner (m) of the first block, for indices.
    size : (float, float, float), optional
        Block size (m). Found from the centres where left out.
    rotation_deg : float
        Angle (degrees, counter-clockwise from east) of the grid's x axis.
    depth : bool
        ``z`` (or ``k``) counts downwards: depth below a datum, or benches from the top.
    fields : mapping of str to str
        Name of a field to the column it is read from. Empty: every other column, by its
        own name.
    rename : mapping of str to str
        As ``fields``, but the other columns are kept too.
    fill : mapping of str to float
        What an empty cell of a field means. Without it an empty cell is an error.
    absent : sequence of float
        Numbers that stand for an empty cell, such as -99.
    missing : {"air", "error"}
        What a block of the grid is that the file leaves out.
    topography : str
        Field with the elevation (m) of the ground over each block; ``rock_fraction``
        follows from it.
    above_topography : {"error", "air"}
        What to do with a block above ground that holds metal or value.
    skip_rows : int
        Lines below the header that are no data.
    element : str
        Name of the block model in a file that holds several (OMF).
    note : str
        What the model is, shown wherever it is.

    Raises
    ------
    ModelError
        For a size that is not positive, an unknown word, or columns of both kinds.
    """

    x: str = ""
    y: str = ""
    z: str = ""
    i: str = ""
    j: str = ""
    k: str = ""
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    size: tuple[float, float, float] | None = None
    rotation_deg: float = 0.0
    depth: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)
    rename: Mapping[str, str] = field(default_factory=dict)
    fill: Mapping[str, float] = field(default_factory=dict)
    absent: Sequence[float] = ()
    missing: Literal["air", "error"] = "air"
    topography: str = ""
    above_topography: Literal["error", "air"] = "error"
    skip_rows: int = 0
    element: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        for name, allowed in (
            ("missing", ("air", "error")),
            ("above_topography", ("error", "air")),
        ):
            value = getattr(self, name)
            if value not in allowed:
                raise ModelError(
                    f"'{value}' is not a choice", where=f"[model] {name}", fix=" or ".join(allowed)
                )
        if self.size is not None and not all(v > 0 and math.isfinite(v) for v in self.size):
            raise ModelError(
                f"block size {self.size} is not positive",
                where="[model] size",
                fix="give three lengths in metres",
            )
        if not all(math.isfinite(v) for v in (*self.origin, self.rotation_deg)):
            raise ModelError("origin or rotation is not finite", where="[model]")
        if any((self.x, self.y, self.z)) and any((self.i, self.j, self.k)):
            raise ModelError(
                "columns of centres and of indices are both given",
                where="[model]",
                fix="give x, y, z or i, j, k",
            )
        if self.fields and self.rename:
            raise ModelError("both 'fields' and 'rename' are given", where="[model]", fix="use one")
        for name in ("fields", "rename", "fill"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))


_TEXT = {*"xyzijk", "missing", "topography", "above_topography", "element", "note"}


def options_from_dict(values: Mapping[str, Any]) -> ModelOptions:
    """Options from the plain values of a ``[model]`` section.

    Raises
    ------
    ModelError
        For an unknown key (the nearest one is named) or a value of the wrong kind.
    """
    refuse_unknown(values, [f.name for f in fields(ModelOptions)], "[model]")
    out: dict[str, Any] = {}
    for name, value in values.items():
        where = f"[model] {name}"
        if name in _TEXT:
            out[name] = _is(value, str, where, "a text")
        elif name in ("origin", "size"):
            out[name] = _three(value, where)
        elif name == "rotation_deg":
            out[name] = _number(value, where)
        elif name == "depth":
            out[name] = _is(value, bool, where, "true or false")
        elif name == "skip_rows":
            out[name] = _count(value, where)
        elif name == "absent":
            out[name] = tuple(_number(v, where) for v in _is(value, list, where, "a list"))
        elif name == "fill":
            table = _is(value, dict, where, "a table")
            out[name] = {k: _number(v, f"{where}.{k}") for k, v in table.items()}
        else:
            table = _is(value, dict, where, "a table")
            out[name] = {k: _is(v, str, f"{where}.{k}", "a text") for k, v in table.items()}
    return ModelOptions(**out)


def _is(value: Any, kind: type, where: str, what: str) -> Any:
    if not isinstance(value, kind):
        raise ModelError(f"{value!r} is not {what}", where=where)
    return value


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ModelError(f"{value!r} is not a finite number", where=where)
    return float(value)


def _count(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ModelError(f"{value!r} is not a number of rows", where=where)
    return value


def _three(value: Any, where: str) -> tuple[float, float, float]:
    if not isinstance(value, list) or len(value) != 3:
        raise ModelError(f"{value!r} is not three numbers", where=where)
    a, b, c = (_number(v, where) for v in value)
    return a, b, c
