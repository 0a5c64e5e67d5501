"""Which files of a folder belong to an instance, whatever the case of their names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orefield.core import TableError


@dataclass(frozen=True)
class InstanceFiles:
    """The files of one instance in a folder.

    Attributes
    ----------
    folder : Path
    name : str
        What the optimisation file is called, without its ending.
    alone : bool
        Whether the folder is known to hold no other instance.
    """

    folder: Path
    name: str
    alone: bool = False

    def path(self, ending: str) -> Path:
        """The file of an ending such as ``prec``; a file that may not exist when none fits.

        It has the instance's name; or any, when the folder holds one instance and one file of
        the ending.

        Raises
        ------
        TableError
            When several files differ only in case and none is named exactly so, or none has
            the instance's name and there are several.
        """
        exact = self.folder / f"{self.name}.{ending}"
        if exact.is_file():
            return exact
        wanted = exact.name.casefold()
        found = [p for p in _files(self.folder) if p.name.casefold() == wanted]
        if not found and self.alone:
            found = _ending(self.folder, ending)
        if len(found) > 1:
            raise TableError(
                f"several files may be meant: {', '.join(p.name for p in found)}",
                where=str(self.folder),
                fix="keep one of them",
            )
        return found[0] if found else exact


def find_instance(folder: Path | str, ending: str, name: str | None = None) -> InstanceFiles:
    """The instance in a folder: the one that is named, or the only one with such a problem.

    Of several in one folder, it is the one that is called as the folder is.

    Parameters
    ----------
    folder : path
        Where to look.
    ending : str
        ``upit``, ``cpit`` or ``pcpsp``.
    name : str, optional
        Name of the files without their endings.

    Raises
    ------
    TableError
        When there is no such folder, no such problem in it, or several.
    """
    base = Path(folder)
    if name is not None:
        return InstanceFiles(base, name)
    if not base.is_dir():
        raise TableError(
            "MineLib files cannot be read: there is no such folder",
            where=str(base),
            fix="name the folder that holds the .prec and the problem files",
        )
    found = _ending(base, ending)
    if not found:
        raise TableError(
            f"there is no .{ending} file in the folder",
            where=str(base),
            fix="name the folder that holds the files of one instance",
        )
    if len(found) == 1:
        return InstanceFiles(base, found[0].stem, alone=True)
    called = base.resolve().name.casefold()
    named = [p for p in found if p.stem.casefold() == called]
    if len(named) != 1:
        raise TableError(
            f"the folder holds several instances: {', '.join(p.stem for p in found)}",
            where=str(base),
            fix="move each to a folder of its own, or call the folder as the one that is meant",
        )
    return InstanceFiles(base, named[0].stem)


def _ending(folder: Path, ending: str) -> list[Path]:
    return [p for p in _files(folder) if p.suffix.casefold() == f".{ending}"]


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if p.is_file())
    except OSError as error:
        raise TableError(
            f"MineLib files cannot be read: {error.strerror}", where=str(folder)
        ) from error
