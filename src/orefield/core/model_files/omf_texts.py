"""Texts of blocks as categories: a list of names, and a place in it for each block."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import ModelError, TableError


def categories(
    name: str, values: NDArray[np.generic], where: str
) -> tuple[list[str], NDArray[np.int64]]:
    """Names in order, none of them empty, and each value's place; -1 for an empty text.

    Parameters
    ----------
    name : str
        The field, for errors.
    values : array, shape (n,)
        Texts, ``None`` for an empty one.
    where : str
        The file, for errors.

    Raises
    ------
    ModelError
        When the values are no texts.
    """
    import pyarrow as pa

    texts = values.dtype.kind == "U"
    if values.dtype.kind == "O":
        texts = all(v is None or isinstance(v, str) for v in values.tolist())
    if not texts:
        raise ModelError(
            f"field '{name}' holds {values.dtype}: neither numbers nor texts",
            where=where,
            fix="convert it, or leave it out",
        )
    # found by hashing: sorting millions of texts takes far longer
    coded = pa.array(values, pa.string()).dictionary_encode()
    found = coded.dictionary.to_pylist()
    names = sorted(v for v in found if v)
    order = {v: i for i, v in enumerate(names)}
    rank = np.asarray([*(order.get(v, -1) for v in found), -1], dtype=np.int64)
    return names, rank[coded.indices.fill_null(len(found)).to_numpy()]


def texts_at(
    names: list[str], place: NDArray[np.integer[Any]], most: int, of: str, where: str
) -> NDArray[np.str_]:
    """The inverse of :func:`categories`: names at places, or an empty text one place beyond them.

    Parameters
    ----------
    names : list of str
        Of categories.
    place : integer array, shape (n,)
        From 0 to the number of names, which stands for nothing.
    most : int
        Bytes that the array may take.
    of, where : str
        What the texts are of, and the file, for errors.

    Raises
    ------
    TableError
        When the longest name makes the array, in which all are as long, absurdly large.
    """
    longest = max(map(len, names), default=0)
    if np.dtype("U1").itemsize * longest * max(len(place), len(names)) > most:
        raise TableError(f"{of} has texts of {longest:,} letters", where=where)
    out: NDArray[np.str_] = np.asarray([*names, ""], dtype=np.str_)[place]
    return out
