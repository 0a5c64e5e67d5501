"""What is known between one day's update and the next: readings taken in, biases, records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from orefield.commands.deposit.update_readings import Readings
from orefield.core import RunError, TableError
from orefield.core.model_files.whole import whole_file
from orefield.deposit.updating import Entry, Memory, Record

STATE = "update_state.json"
_VERSION = 1
_TAKEN, _REFUSED = "+", "-"


@dataclass
class State:
    """As kept in :data:`STATE`.

    Attributes
    ----------
    prior, updated : str
        SHA-256 of the realisations before any reading, and of those after the last.
    marks : dict of str to str
        Id of each reading judged, to whether it was taken in and what it was.
    memory : Memory
    last : str
        Time of the latest reading.
    """

    prior: str = ""
    updated: str = ""
    marks: dict[str, str] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    last: str = ""

    def remember(self, readings: Readings, entries: Iterable[Entry]) -> None:
        """Note what became of readings."""
        marks = dict(zip(readings.all.ids, readings.marks, strict=True))
        for entry in entries:
            self.marks[entry.id] = (_TAKEN if entry.accepted else _REFUSED) + marks[entry.id]
            self.last = max(self.last, entry.time)

    def was_accepted(self, name: str) -> bool:
        """Whether a reading was taken in, now or in an earlier update."""
        return self.marks.get(name, "").startswith(_TAKEN)

    def write(self, folder: Path) -> None:
        """Keep it.

        Raises
        ------
        RunError
            When the file cannot be written.
        """
        data = {
            "version": _VERSION,
            "prior": self.prior,
            "updated": self.updated,
            "last": self.last,
            "taken": self.memory.taken,
            "bias": {k: v.tolist() for k, v in self.memory.bias.items()},
            "records": {k: asdict(v) for k, v in self.memory.records.items()},
            "marks": self.marks,
        }
        with whole_file(folder / STATE) as out:
            out.write(json.dumps(data, indent=1, allow_nan=False).encode("utf-8") + b"\n")


@dataclass(eq=False)
class Sifted:
    """Readings by what is to be done with them: positions among all.

    Attributes
    ----------
    new, known : list of int
        To be taken in; judged in an earlier update.
    twins : list of (int, str)
        Those that say what another reading said, and the id of that one.
    warnings : list of str
    """

    new: list[int] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    twins: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def sift(readings: Readings, state: State) -> Sifted:
    """What is new among readings; an id is taken in once, and so is what it says."""
    out = Sifted()
    owner = {mark[1:]: name for name, mark in state.marks.items()}
    changed = []
    for i, (name, mark) in enumerate(zip(readings.all.ids, readings.marks, strict=True)):
        if name in state.marks:
            out.known.append(i)
            if state.marks[name][1:] != mark:
                changed.append(name)
        elif mark in owner:
            out.twins.append((i, owner[mark]))
        else:
            out.new.append(i)
            owner[mark] = name
    if changed:
        out.warnings.append(
            f"{len(changed)} readings say something else than when they were judged, first "
            f"'{changed[0]}': left as they were; give corrected readings a new id, or restart"
        )
    if out.twins:
        out.warnings.append(
            f"{len(out.twins)} readings repeat others under another id, first "
            f"'{readings.all.ids[out.twins[0][0]]}': refused"
        )
    return out


def read_state(folder: Path, realisations: Path, updated: Path, *, restart: bool) -> State:
    """The state to go on from: a new one where nothing was taken in yet.

    Parameters
    ----------
    folder : Path
        Of results.
    realisations : Path
        Before any reading.
    updated : Path
        After those so far.
    restart : bool
        Begin anew, whatever is there.

    Raises
    ------
    TableError
        When the state is broken, or does not belong to these files.
    """
    prior = digest(realisations)
    if restart or not (folder / STATE).exists():
        return State(prior=prior)
    path = folder / STATE
    fix = "set [update] restart = true to begin again from the realisations"
    try:
        state = _parsed(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TableError(
            f"the state of earlier updates cannot be read: {error!r}", where=str(path), fix=fix
        ) from error
    if state.prior != prior:
        raise TableError(
            f"{realisations.name} is not what earlier updates began from", where=str(path), fix=fix
        )
    if not updated.is_file() or digest(updated) != state.updated:
        raise TableError(
            f"{updated.name} is not what the last update wrote", where=str(path), fix=fix
        )
    return state


def _parsed(data: Mapping[str, Any]) -> State:
    if data["version"] != _VERSION:
        raise ValueError(f"version {data['version']}")
    memory = Memory(
        {k: np.array(v, dtype=np.float64) for k, v in data["bias"].items()},
        {k: Record(**v) for k, v in data["records"].items()},
        int(data["taken"]),
    )
    return State(data["prior"], data["updated"], dict(data["marks"]), memory, data["last"])


def digest(path: Path) -> str:
    """SHA-256 of a file.

    Raises
    ------
    RunError
        When it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RunError(
            f"file cannot be read: {error.strerror or error}", where=str(path)
        ) from error
