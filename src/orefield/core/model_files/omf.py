"""Block models of the Open Mining Format, versions 1 and 2."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core.blockmodel import BlockModel
from orefield.core.errors import ModelError, TableError
from orefield.core.model_files.keys import nearest
from orefield.core.model_files.omf_1 import read_version_1
from orefield.core.model_files.omf_2 import read_version_2
from orefield.core.model_files.omf_grid import OmfModel, OmfSubBlocks
from orefield.core.model_files.omf_sub_blocks import sub_block
from orefield.core.model_files.options import ModelOptions, refuse_parent
from orefield.core.model_files.sub_blocks import Weighing, regularise, regularise_on

_Fields = dict[str, NDArray[np.generic]]


def read_omf_model(path: Path | str, options: ModelOptions | None = None) -> BlockModel:
    """Read a block model from an OMF file, version 1 or 2.

    Sub-blocks are regularised onto their parent blocks, or blocks of another size where
    ``parent`` gives one, as those of a table are.

    Parameters
    ----------
    path : Path
        The file.
    options : ModelOptions, optional
        ``element`` names the block model where the file holds several; ``fields``,
        ``rename``, ``fill`` and ``absent`` are used; the grid is the file's own. For sub-blocks
        also ``parent``, ``straddling``, ``missing``, ``majority``, ``by_volume`` and ``sums``.

    Raises
    ------
    TableError
        When the file is broken or holds no block model, several and none is named, or a
        value is missing.
    ModelError
        When the blocks are of several sizes, or the grid is not level; when sub-blocks overlap
        or lie outside of their parents; or when version 1 is met without the library.
    """
    chosen = options or ModelOptions()
    where = str(path)
    try:
        with Path(path).open("rb") as opened:
            start = opened.read(4)
    except OSError as error:
        raise TableError(f"OMF file cannot be read: {error}", where=where) from error
    if start == b"PK\x03\x04":
        found = read_version_2(path, chosen)
    elif start == b"\x84\x83\x82\x81":
        found = read_version_1(path, chosen)
    else:
        raise TableError("this is no OMF file", where=where, fix="export it again as OMF")
    note = chosen.note or found.note
    if found.sub_blocks is None:
        refuse_parent(chosen, where)
        return BlockModel(found.grid, _chosen_fields(found.fields, chosen, where), note)
    return _regularised(found, found.sub_blocks, chosen, note, where)


def _regularised(
    found: OmfModel, inner: OmfSubBlocks, options: ModelOptions, note: str, where: str
) -> BlockModel:
    twice = [name for name in inner.fields if name in found.fields]
    if twice:
        raise TableError(
            f"the block model has two attributes '{twice[0]}'",
            where=where,
            fix="one is of parent blocks, one of sub-blocks: rename or drop one of them",
        )
    everything = {**found.fields, **inner.fields}
    names = _names(everything, options, where)
    fields = {n: _filled(n, everything[a], options, where) for n, a in names.items()}
    of_blocks = {name: v for name, v in fields.items() if names[name] in found.fields}
    of_pieces = {name: v for name, v in fields.items() if name not in of_blocks}
    weighing = Weighing(options.majority, options.by_volume, options.sums)
    weighing.refuse_unknown(of_pieces, where)

    def row(at: int) -> str:
        return sub_block(where, at)

    if options.parent is None:
        model = regularise_on(
            found.grid, inner.low, inner.size, of_pieces, missing=options.missing,
            weighing=weighing, row=row, where=where, note=note,
        )  # fmt: skip
    else:
        model = regularise(
            found.grid.to_world(inner.low + 0.5 * inner.size), inner.size, of_pieces,
            options.parent, origin=found.grid.origin, rotation_deg=found.grid.rotation_deg,
            straddling=options.straddling, missing=options.missing, weighing=weighing, row=row,
            where=where, note=note,
        )  # fmt: skip
    what = "" if model.grid == found.grid else "is of the file's own parent blocks"
    if "rock_fraction" in of_blocks:
        what = "is of parent blocks, where the share that sub-blocks fill stands"
    if of_blocks and what:
        name = "rock_fraction" if "rock_fraction" in of_blocks else next(iter(of_blocks))
        raise ModelError(
            f"attribute '{name}' {what}",
            where=where,
            fix="leave it out: name the fields wanted in [model.fields]",
        )
    return model.with_fields(**of_blocks)


def _chosen_fields(
    attributes: Mapping[str, NDArray[np.generic]], options: ModelOptions, where: str
) -> _Fields:
    names = _names(attributes, options, where)
    return {n: _filled(n, attributes[a], options, where) for n, a in names.items()}


def _names(
    attributes: Mapping[str, NDArray[np.generic]], options: ModelOptions, where: str
) -> dict[str, str]:
    """Names of fields, each with the attribute it is read from."""
    names = {**options.fields, **options.rename}
    for source in names.values():
        if source not in attributes:
            near = nearest(source, attributes)
            raise TableError(
                f"block model has no attribute '{source}'",
                where=where,
                fix=f"did you mean '{near}'?" if near else f"it has: {', '.join(attributes)}",
            )
    if not options.fields:
        taken = set(names.values())
        names.update({name: name for name in attributes if name not in taken})
    return names


def _filled(
    name: str, values: NDArray[np.generic], options: ModelOptions, where: str
) -> NDArray[np.generic]:
    if values.dtype.kind not in "fiu":
        return values
    numbers = np.array(values, dtype=np.float64)
    empty = ~np.isfinite(numbers)
    for code in options.absent:
        empty |= numbers == code
    if empty.any():
        if name not in options.fill:
            raise TableError(
                f"{int(empty.sum()):,} values are missing",
                where=f"{where}, attribute '{name}', block {int(np.flatnonzero(empty)[0])}",
                fix="an empty grade is not zero: say what it means in [model.fill]",
            )
        numbers[empty] = options.fill[name]
        return numbers
    return values
