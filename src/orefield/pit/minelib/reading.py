"""Reading MineLib instances: positions, precedences, and the problem to be solved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core import TableError
from orefield.kernels.precedence import find_cycle, first_repeated, regrouped
from orefield.pit.minelib.descriptor import read_descriptor
from orefield.pit.minelib.folder import InstanceFiles, find_instance
from orefield.pit.minelib.instance import Instance, Kind, UpitProblem
from orefield.pit.minelib.sections import in_range, once
from orefield.pit.minelib.source import Source
from orefield.pit.production.problem import ProductionProblem

_NAMED_OF_A_CYCLE = 8


def read_instance(folder: Path | str, kind: Kind, name: str | None = None) -> Instance:
    """Read ``name.prec`` and the optimisation file of one kind of problem.

    Parameters
    ----------
    folder : path
        Where the files are.
    kind : "upit", "cpit" or "pcpsp"
        Also the ending of the optimisation file.
    name : str, optional
        May be left out when the folder holds one instance.

    Raises
    ------
    TableError
        For a missing or broken file, with its line; precedences that go in a circle.
    """
    return _read(find_instance(folder, kind, name), kind)


def _read(files: InstanceFiles, kind: Kind) -> Instance:
    given = read_descriptor(files.path(kind), kind)
    start, needed = read_precedence(files.path("prec"), given.counts["NBLOCKS"])
    return Instance(
        name=files.name,
        kind=kind,
        start=start,
        needed=needed,
        value=given.value,
        n_periods=1 if kind == "upit" else given.counts["NPERIODS"],
        rate=given.rate or 0.0,
        lower=given.lower,
        upper=given.upper,
        use=given.use,
        general_lower=given.general_lower,
        general_upper=given.general_upper,
        general=given.general,
    )


def read_upit(folder: Path | str, name: str | None = None) -> UpitProblem:
    """Read ``name.blocks``, ``name.prec`` and ``name.upit`` from a folder.

    Raises
    ------
    TableError
        When a file is missing, truncated or contradicts the others; the line is named.
    """
    files = find_instance(folder, "upit", name)
    given = _read(files, "upit")
    position = read_positions(files.path("blocks"), given.n)
    return UpitProblem(
        files.name, position, given.value[:, 0], given.start, given.needed.astype(np.int64)
    )


def read_cpit(folder: Path | str, name: str | None = None) -> ProductionProblem:
    """Read ``name.prec`` and ``name.cpit``: a schedule with one destination.

    The value of a block mined in period ``t`` is divided by ``(1 + rate) ** t``, and the
    first period is 0: so the published solutions have their published values.

    Raises
    ------
    TableError
        When a file is missing, truncated or contradicts the other; the line is named.
    """
    return read_instance(folder, "cpit", name).production_problem()


def read_pcpsp(folder: Path | str, name: str | None = None) -> ProductionProblem:
    """Read ``name.prec`` and ``name.pcpsp``: a schedule with several destinations.

    Discounted as :func:`read_cpit` does.

    Raises
    ------
    TableError
        When a file is missing, truncated or contradicts the other; the line is named.
    """
    return read_instance(folder, "pcpsp", name).production_problem()


def read_positions(path: Path, n: int) -> NDArray[np.int64]:
    """Indices x, y, z of ``n`` blocks from a ``.blocks`` file, shape (n, 3).

    The first line may name the columns; columns behind z are passed over.

    Raises
    ------
    TableError
        For a block out of range, listed twice or missing, or an index that is no whole number.
    """
    position = np.zeros((n, 3), np.int64)
    seen = np.zeros(n, bool)
    with Source(path) as source:
        if n > source.size:
            raise _too_short(source, n)
        line = source.next_line()
        if line is not None and line[0].isalpha():
            source.drop_line()
        for rows in source.rows(1, 3, "a block's id, x, y and z", more=True):
            in_range(source, rows, 0, n, "block")
            block = rows.whole[:, 0]
            once(source, rows, seen[block])
            bad = (rows.real != np.rint(rows.real)).any(axis=1) | (np.abs(rows.real) > 2**53).any(
                axis=1
            )
            if bad.any():
                k = int(np.argmax(bad))
                raise source.fault(
                    f"x, y and z of block {block[k]} are not whole numbers", line=int(rows.line[k])
                )
            position[block] = rows.real.astype(np.int64)
            seen[block] = True
        line = source.next_line()
        if line is not None and line.upper() != "EOF":
            raise source.fault(f"'{line[:40]}' is not a block's id, x, y and z")
        if not seen.all():
            raise source.fault(
                f"block {int(np.argmin(seen))} is missing", whole=True, fix="is the file truncated?"
            )
    return position


def read_precedence(path: Path, n: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Precedences of ``n`` blocks from a ``.prec`` file.

    Returns
    -------
    start : int64 array, shape (n + 1,); needed : int32 array, shape (k,)
        Block ``i`` needs ``needed[start[i]:start[i + 1]]``, in the order of the file.

    Raises
    ------
    TableError
        For a block out of range, listed twice or not at all; a list of another length than
        announced, that names a block twice or its own; precedences that go in a circle.
    """
    first = np.full(n, -1, np.int64)
    count = np.zeros(n, np.int32)
    with Source(path) as source:
        if n > source.size:
            raise _too_short(source, n)
        needed, by_block = source.precedences(first, count)
    if (first < 0).any():
        raise TableError(
            f"block {int(np.argmax(first < 0))} has no line",
            where=str(path),
            fix="is the file truncated? a block that needs nothing has a line 'id 0'",
        )
    if not by_block:
        needed = regrouped(first, count, needed)
    start = np.zeros(n + 1, np.int64)
    np.cumsum(count, out=start[1:])
    _sound(path, start, needed)
    return start, needed


def _sound(path: Path, start: NDArray[np.int64], needed: NDArray[np.int32]) -> None:
    """Refuse arcs that stand twice, and circles."""
    block, other = first_repeated(start, needed)
    if block >= 0:
        raise TableError(
            f"block {block} names block {other} twice",
            where=f"{path}:{_line_of(path, block)}",
            fix="name each block once",
        )
    cycle = find_cycle(start, needed)
    if len(cycle):
        round_ = [*cycle[:_NAMED_OF_A_CYCLE].tolist(), "..."]
        shown = round_ if len(cycle) > _NAMED_OF_A_CYCLE else [*round_[:-1], int(cycle[0])]
        raise TableError(
            f"the precedences go in a circle: {' needs '.join(map(str, shown))}",
            where=f"{path}:{_line_of(path, int(cycle[0]))}",
            fix="remove the precedence that closes the circle",
        )


def _line_of(path: Path, block: int) -> int:
    """Line of a ``.prec`` file that lists a block's needs."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if line.replace(":", " ").split()[:1] == [str(block)]:
                return number
    return 1


def _too_short(source: Source, n: int) -> TableError:
    return source.fault(
        f"{n:,} blocks are announced, more than {source.size:,} bytes hold",
        whole=True,
        fix="is the file truncated?",
    )
