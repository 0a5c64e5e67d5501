"""The file that describes a deposit: sections of TOML, each read by what needs it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orefield.core import Grid, ModelError, TableError
from orefield.core.model_files.keys import refuse_unknown
from orefield.core.sections import Section

SECTIONS = (
    "holes", "domains", "composite", "samples", "statistics", "experimental", "variogram",
    "grid", "estimate", "simulate", "check", "classify", "statement", "plan", "update",
    "output",
)  # fmt: skip
"""Sections of a file; each is described in docs/deposit-settings.md."""

DEFAULT_FOLDER = "results"

DATA = "data:"
"""Begins the name of a file of a public data set: ``data:babbitt/collar_BABBITT.csv``."""

Find = Callable[[str], Path]
"""Finds a file of a public data set on this machine: ``babbitt/collar_BABBITT.csv``."""


def no_data_sets(name: str) -> Path:
    """A :data:`Find` for callers who know of no data sets.

    Raises
    ------
    ModelError
        Always.
    """
    raise ModelError(f"'{DATA}{name}' names a data set", fix="give the path of a file instead")


@dataclass(frozen=True)
class DepositSettings:
    """A file of settings, read but for its sections.

    Attributes
    ----------
    path : Path
        The file; paths within it are relative to its folder.
    folder : Path
        Where commands leave their results and find those of earlier ones.
    values : mapping
        The sections as TOML has them.
    find : callable
        Finds files of public data sets.
    """

    path: Path
    folder: Path
    values: Mapping[str, Any]
    find: Find = no_data_sets

    def has(self, name: str) -> bool:
        """Whether there is such a section."""
        return name in self.values

    def section(self, name: str, why: str = "") -> Section:
        """A section that must be there.

        Parameters
        ----------
        name : str
            One of :data:`SECTIONS`.
        why : str
            What it is needed for, for the error.

        Raises
        ------
        ModelError
            When it is missing or no table.
        """
        where = f"{self.path}, [{name}]"
        if name not in self.values:
            raise ModelError(
                f"section [{name}] is missing",
                where=str(self.path),
                fix=why or "see docs/deposit-settings.md for examples",
            )
        return Section(self.values[name], where)

    def section_or_empty(self, name: str) -> Section:
        """A section, or an empty one where it is absent: every key has its default."""
        return Section(self.values.get(name, {}), f"{self.path}, [{name}]")

    def sections(self, name: str) -> list[Section]:
        """A section written once as ``[name]`` or several times as ``[[name]]``; may be none.

        Raises
        ------
        ModelError
            When it is neither.
        """
        found = self.values.get(name, [])
        where = f"{self.path}, [{name}]"
        if isinstance(found, Mapping):
            return [Section(found, where)]
        if not isinstance(found, list):
            raise ModelError(f"{found!r} is no table", where=where, fix=f"write [[{name}]]")
        return Section.listed(found, where)

    def file(self, name: str) -> Path:
        """A file named in the settings: relative to their folder, or of a data set.

        Raises
        ------
        InputError
            When a data set or its file is not there.
        """
        if name.startswith(DATA):
            return self.find(name.removeprefix(DATA))
        return self.path.parent / name

    def named_files(self) -> list[str]:
        """Files beside the settings that they name, relative to their folder, each once.

        Every text of a section that is the name of a file counts; results of earlier commands
        do not, nor do :meth:`named_data`.
        """
        return [text for text in self._texts() if _is_file(self.path.parent / text)]

    def named_data(self) -> list[str]:
        """Files of public data sets that the settings name, ``SET/FILE``, each once."""
        return [text.removeprefix(DATA) for text in self._texts() if text.startswith(DATA)]

    def _texts(self) -> list[str]:
        """Every text of every section, each once."""
        out: dict[str, None] = {}
        left: list[Any] = [self.values]
        while left:
            value = left.pop()
            if isinstance(value, Mapping):
                left.extend(reversed(list(value.values())))
            elif isinstance(value, list):
                left.extend(reversed(value))
            elif isinstance(value, str):
                out[value] = None
        return list(out)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a text that no file system takes for a name
        return False


def read_settings(
    path: Path | str, folder: Path | None = None, find: Find = no_data_sets
) -> DepositSettings:
    """Read a file of settings; its sections are checked by those who read them.

    Parameters
    ----------
    path : Path
        A TOML file.
    folder : Path, optional
        For results, in place of the file's own ``folder``.
    find : callable, optional
        Finds files of public data sets.

    Raises
    ------
    TableError
        When the file is missing or no TOML.
    ModelError
        For an unknown section; the nearest is named.
    """
    file = Path(path)
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(
            f"settings cannot be read: {error}", where=str(file), fix="give a TOML file"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise TableError(
            f"settings are no TOML: {error}",
            where=str(file),
            fix="see docs/deposit-settings.md for examples",
        ) from error
    refuse_unknown(values, ("folder", *SECTIONS), str(file))
    name = Section(values, str(file)).text("folder", DEFAULT_FOLDER)
    sections = {key: value for key, value in values.items() if key != "folder"}
    return DepositSettings(file, folder or file.parent / name, sections, find)


def read_grid(settings: DepositSettings) -> Grid:
    """The grid of ``[grid]``: origin, size, shape, rotation_deg.

    Raises
    ------
    ModelError
        When it is missing, has unknown keys or cannot be.
    """
    section = settings.section("grid", "describe the blocks: origin, size, shape, rotation_deg")
    values = {key: section.take(key, [], (list,), "three numbers") for key in _GRID_KEYS}
    values["rotation_deg"] = section.number("rotation_deg", 0.0)
    section.done()
    return section.build(Grid.from_dict, values=values)


_GRID_KEYS = ("origin", "size", "shape")
