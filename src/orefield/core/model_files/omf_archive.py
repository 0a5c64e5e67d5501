"""The ZIP archive of an OMF 2 file: its JSON index and its Parquet arrays, within limits."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import TableError
from orefield.core.model_files.omf_texts import texts_at

if TYPE_CHECKING:
    import pyarrow as pa

_ENCRYPTED = 0x1
"""Flag of an archive's member."""

_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The description allows stored members; packers deflate them."""

_MOST_INDEX = 64 * 2**20
"""Bytes of an unpacked index; more is no index but an attack."""

MOST_ARRAY = 4 * 2**30
"""Bytes of an unpacked array: twice the numbers of the largest grid that is read."""

_MOST_NAMES = 1_000_000
"""Categories of an attribute."""


class OmfArchive:
    """An OMF 2 file that is open.

    Parameters
    ----------
    archive : zipfile.ZipFile
        Open for reading.
    where : str
        The file, for errors.
    """

    def __init__(self, archive: zipfile.ZipFile, where: str) -> None:
        self.where = where
        self._archive = archive

    def index(self) -> Any:
        """The JSON index.

        Raises
        ------
        TableError
            When the archive is no OMF 2 file, or the index is absurdly large or deep.
        """
        if not re.match(rb"Open Mining Format 2\.\d", self._archive.comment):
            raise TableError("this ZIP archive is no OMF 2 file", where=self.where)
        packed = self._member("index.json.gz", _MOST_INDEX)
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as stream:
            text = stream.read(_MOST_INDEX + 1)
        if len(text) > _MOST_INDEX:
            raise TableError("the index of the OMF file is absurdly large", where=self.where)
        try:
            return json.loads(text)
        except RecursionError as error:
            raise TableError(
                "the index of the OMF file is absurdly deep", where=self.where
            ) from error

    def table(self, array: Mapping[str, Any], rows: int | None, of: str) -> pa.Table:
        """An array with all its columns; columns of texts as dictionaries.

        Parameters
        ----------
        array : mapping
            ``filename`` in the archive and ``item_count``, as the index has them.
        rows : int, optional
            How many items there must be.
        of : str
            What the array is of, for errors.

        Raises
        ------
        TableError
            When it cannot be read, is not as long as it should be, or absurdly large. That is
            asked of the head of the array, before its values are unpacked.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        name = array["filename"]
        packed = io.BytesIO(self._member(name, MOST_ARRAY))
        try:
            file = pq.ParquetFile(packed)
            self._check_head(file.metadata, array, rows, of)
            texts = [c.name for c in file.schema_arrow if _is_text(c.type)]
            packed.seek(0)
            found = pq.ParquetFile(packed, read_dictionary=texts).read()
        except pa.ArrowException as error:
            raise TableError(f"array '{name}' cannot be read: {error}", where=self.where) from error
        if len(found) != file.metadata.num_rows:
            raise TableError(f"array '{name}' is not as long as its head says", where=self.where)
        return found

    def numbers(self, array: Mapping[str, Any], rows: int | None, of: str) -> NDArray[Any]:
        """The first column of an array, NaN or None where nothing is.

        Raises
        ------
        TableError
            As :meth:`table`.
        """
        out: NDArray[Any] = self.table(array, rows, of).column(0).to_numpy()
        return out

    def switches(self, array: Mapping[str, Any], rows: int | None, of: str) -> NDArray[np.bool_]:
        """The first column of an array of booleans; false where nothing is.

        Raises
        ------
        TableError
            As :meth:`table`, and when it holds no booleans.
        """
        import pyarrow as pa

        column = self.table(array, rows, of).column(0)
        if not pa.types.is_boolean(column.type):
            raise TableError(f"{of} holds no booleans but {column.type}", where=self.where)
        out: NDArray[np.bool_] = column.fill_null(False).to_numpy()
        return out

    def texts(self, array: Mapping[str, Any], rows: int | None, of: str) -> NDArray[np.str_]:
        """The first column of an array of texts; empty texts where nothing is.

        Raises
        ------
        TableError
            As :meth:`table`, and when it holds no texts.
        """
        import pyarrow as pa

        column = self.table(array, rows, of).column(0)
        if not pa.types.is_dictionary(column.type):
            raise TableError(f"{of} holds no texts but {column.type}", where=self.where)
        parts = [(c.indices, c.dictionary.to_pylist()) for c in column.chunks]
        found = [self.words(n, i.fill_null(len(n)).to_numpy(), of) for i, n in parts]
        return np.concatenate(found) if found else np.zeros(0, dtype=np.str_)

    def names(self, array: Mapping[str, Any], of: str) -> list[str]:
        """Names of categories.

        Raises
        ------
        TableError
            As :meth:`texts`, and when there are absurdly many.
        """
        if (array.get("item_count") or 0) > _MOST_NAMES:
            raise TableError(f"{of} has absurdly many categories", where=self.where)
        return [str(v) for v in self.texts(array, None, of).tolist()]

    def words(self, names: list[str], place: NDArray[Any], of: str) -> NDArray[np.str_]:
        """Names at places; see :func:`orefield.core.model_files.omf_texts.texts_at`.

        Raises
        ------
        TableError
            When the texts would be absurdly large.
        """
        return texts_at(names, place, MOST_ARRAY, of, self.where)

    def _check_head(
        self, head: pa.parquet.FileMetaData, array: Mapping[str, Any], rows: int | None, of: str
    ) -> None:
        count = head.num_rows
        if rows is not None and count != rows:
            raise TableError(f"{of} has {count:,} values, {rows:,} are due", where=self.where)
        told = array.get("item_count")
        if told is not None and told != count:
            raise TableError(
                f"{of} has {count:,} values, the index says {told}",
                where=self.where,
                fix="the file is damaged: export it again",
            )
        groups = [head.row_group(g) for g in range(head.num_row_groups)]
        unpacked = sum(g.total_byte_size for g in groups)
        if max(unpacked, 8 * count * head.num_columns) > MOST_ARRAY:
            raise TableError(f"{of} is absurdly large: {count:,} values", where=self.where)
        if sum(g.num_rows for g in groups) != count:
            raise TableError(f"{of} is not as long as its head says", where=self.where)

    def _member(self, name: str, most: int) -> bytes:
        """The bytes of a file in the archive."""
        info = self._archive.getinfo(name)
        if info.flag_bits & _ENCRYPTED or info.compress_type not in _COMPRESSIONS:
            raise TableError(
                f"'{name}' is encrypted or compressed in an unknown way",
                where=self.where,
                fix="export the file again, without a password",
            )
        if info.file_size > most:
            raise TableError(
                f"'{name}' is absurdly large: {info.file_size:,} bytes", where=self.where
            )
        try:
            return self._archive.read(info)
        except NotImplementedError as error:  # compressed patches, strong encryption, newer forms
            raise TableError(f"'{name}' cannot be unpacked: {error}", where=self.where) from error


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
