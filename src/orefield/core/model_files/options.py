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
    parent : (float, float, float), optional
        Block size (m) onto which a sub-blocked model is regularised: rows of several sizes. OMF
        tells the size of parent blocks itself.
    straddling : {"error", "split"}
        What to do with a sub-block that crosses the faces of blocks.
    majority, by_volume, sums : sequence of str
        Fields of sub-blocks that are codes; that are weighted by volume; that are amounts of
        a whole sub-block. See :class:`orefield.core.model_files.sub_blocks.Weighing`.
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
    parent: tuple[float, float, float] | None = None
    straddling: Literal["error", "split"] = "error"
    majority: Sequence[str] = ()
    by_volume: Sequence[str] = ()
    sums: Sequence[str] = ()
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
            ("straddling", ("error", "split")),
        ):
            value = getattr(self, name)
            if value not in allowed:
                raise ModelError(
                    f"'{value}' is not a choice", where=f"[model] {name}", fix=" or ".join(allowed)
                )
        for name, lengths in (("size", self.size), ("parent", self.parent)):
            if lengths is not None and not all(v > 0 and math.isfinite(v) for v in lengths):
                raise ModelError(
                    f"block size {lengths} is not positive",
                    where=f"[model] {name}",
                    fix="give three lengths in metres",
                )
        weighed = [*self.majority, *self.by_volume, *self.sums]
        if len(set(weighed)) != len(weighed):
            raise ModelError(
                "a field is weighed in two ways", where="[model]", fix="majority, by_volume or sums"
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


_TEXT = {
    *"xyzijk", "missing", "topography", "above_topography", "straddling", "element", "note",
}  # fmt: skip
_NAMES = {"majority", "by_volume", "sums"}


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
        elif name in _NAMES:
            out[name] = tuple(
                _is(v, str, where, "a name") for v in _is(value, list, where, "a list")
            )
        elif name in ("origin", "size", "parent"):
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


def refuse_parent(options: ModelOptions, where: str) -> None:
    """Raise where a file has a grid of its own and no sub-blocks, and they are asked for.

    Raises
    ------
    ModelError
        When ``parent`` is given, or ways of weighing.
    """
    if options.parent is not None:
        raise ModelError(
            "the file has a grid: it holds no sub-blocks as rows",
            where=where,
            fix="leave out [model] parent, or export the sub-blocks as CSV or OMF 2",
        )
    refuse_weighing(options, where)


def refuse_weighing(options: ModelOptions, where: str) -> None:
    """Raise where a file has no sub-blocks, and ways of weighing them are given.

    Raises
    ------
    ModelError
    """
    given = options.majority or options.by_volume or options.sums
    if given or options.straddling != "error":
        raise ModelError(
            "majority, by_volume, sums and straddling are for sub-blocked models",
            where=where,
            fix="for rows of sub-blocks give [model] parent = [dx, dy, dz], the size of a block",
        )


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
