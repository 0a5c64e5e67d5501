"""Which files a data set has: size, SHA-256, public address, licence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath

from orefield.core.errors import TableError
from orefield.core.tables import read_rows
from orefield.datasets.transfer import is_allowed

MAX_BYTES = 64 * 2**20
"""No registered file is larger (bytes)."""

_TABLE = Path(str(files("orefield") / "datasets" / "registry.csv"))
_COLUMNS = ("dataset", "file", "sha256", "bytes", "url", "licence", "origin", "note")


@dataclass(frozen=True, slots=True)
class DataFile:
    """One registered file.

    Attributes
    ----------
    dataset : str
        The data set it belongs to.
    file : str
        Where it stands below a data folder, with forward slashes.
    sha256 : str
        64 lower-case hexadecimal digits.
    n_bytes : int
    url : str
        Public address of these very bytes; empty where none is known.
    licence, origin, note : str
        As the public copy states them; what the set holds.

    Raises
    ------
    TableError
        When a field cannot be: a path that leaves the folder, a hash that is none, a
        size beyond :data:`MAX_BYTES`, an address that is not https.
    """

    dataset: str
    file: str
    sha256: str
    n_bytes: int
    url: str
    licence: str
    origin: str
    note: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,63}", self.dataset):
            raise TableError(f"'{self.dataset}' is no name for a data set", fix="use a-z, 0-9, -")
        path = PurePosixPath(self.file)
        plain = re.fullmatch(r"[\w][\w. -]*(/[\w][\w. -]*)*", self.file, re.ASCII)
        if not plain or path.is_absolute() or ".." in path.parts:
            raise TableError(
                f"'{self.file}' is no path inside a data folder",
                fix="write a relative path with forward slashes",
            )
        if not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            raise TableError(
                f"'{self.sha256}' is no SHA-256", fix="write 64 lower-case hexadecimal digits"
            )
        if not 0 < self.n_bytes <= MAX_BYTES:
            raise TableError(
                f"a file of {self.n_bytes:,} bytes", fix=f"sizes are 1 to {MAX_BYTES:,} bytes"
            )
        if self.url and not is_allowed(self.url):
            raise TableError(f"'{self.url}' is no https address", fix="write https://host/path")


def registry(table: Path | None = None) -> dict[str, tuple[DataFile, ...]]:
    """The registered files of every data set.

    Parameters
    ----------
    table : Path, optional
        Another table than the one of the package.

    Raises
    ------
    TableError
        When the table is broken, or a row cannot be; see :class:`DataFile`.
    """
    found: dict[str, list[DataFile]] = {}
    rows = read_rows(_TABLE if table is None else table, _COLUMNS, key="file")
    for row in rows:
        size = row.number("bytes", 0.0) or 0.0
        try:
            file = DataFile(
                row.text("dataset"), row.text("file"), row.text("sha256"),
                int(size) if size.is_integer() else 0, row.text("url", ""), row.text("licence"),
                row.text("origin"), row.text("note", ""),
            )  # fmt: skip
        except TableError as error:
            raise TableError(error.what, where=error.where or row.where, fix=error.fix) from error
        found.setdefault(file.dataset, []).append(file)
    return {name: tuple(members) for name, members in found.items()}
