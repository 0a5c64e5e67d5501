"""Writing MineLib instances, so that reading them gives the same numbers back."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError, RunError
from orefield.pit.minelib.instance import Instance, Kind, ResourceUse, UpitProblem
from orefield.pit.minelib.production import instance_of_production
from orefield.pit.production.problem import ProductionProblem

_AT_ONCE = 50_000


def write_upit(folder: Path | str, problem: UpitProblem) -> list[Path]:
    """Write ``.blocks``, ``.prec`` and ``.upit`` under the problem's name.

    Returns
    -------
    list of Path
        The files, each of which is written whole or not at all.

    Raises
    ------
    ModelError
        When a value is not finite.
    RunError
        When a file cannot be written.
    """
    value = np.asarray(problem.value, np.float64)
    _finite(value)
    base, name = Path(folder), _file_name(problem.name)
    head = [f"NAME: {problem.name}", "TYPE: UPIT", f"NBLOCKS: {len(value)}"]
    return [
        write_blocks(base / f"{name}.blocks", problem.position),
        _write_precedence(base / f"{name}.prec", problem.precedence_start, problem.precedence),
        write_lines(base / f"{name}.upit", [*head, *_objective(value[:, None]), "EOF"]),
    ]


def write_cpit(
    folder: Path | str, problem: ProductionProblem, position: NDArray[np.int64] | None = None
) -> list[Path]:
    """Write ``.prec`` and ``.cpit``, and ``.blocks`` when positions (n, 3) are given.

    Raises
    ------
    ModelError
        When the problem has several destinations or side constraints of a general form, or
        its values are not discounted at one rate.
    RunError
        When a file cannot be written.
    """
    return _write_production(folder, problem, "cpit", position)


def write_pcpsp(
    folder: Path | str, problem: ProductionProblem, position: NDArray[np.int64] | None = None
) -> list[Path]:
    """Write ``.prec`` and ``.pcpsp``, and ``.blocks`` when positions (n, 3) are given.

    Raises
    ------
    ModelError
        When its values are not discounted at one rate.
    RunError
        When a file cannot be written.
    """
    return _write_production(folder, problem, "pcpsp", position)


def _write_production(
    folder: Path | str, problem: ProductionProblem, kind: Kind, position: NDArray[np.int64] | None
) -> list[Path]:
    instance = instance_of_production(problem, kind)
    base, name = Path(folder), _file_name(problem.name)
    files = []
    if position is not None:
        if np.shape(position) != (problem.n, 3):
            raise ModelError(f"positions of shape {np.shape(position)} for {problem.n:,} blocks")
        files.append(write_blocks(base / f"{name}.blocks", position))
    files.append(_write_precedence(base / f"{name}.prec", instance.start, instance.needed))
    files.append(write_lines(base / f"{name}.{kind}", _descriptor(instance)))
    return files


def write_blocks(path: Path, position: NDArray[np.int64]) -> Path:
    """Write ids and positions x, y, z, shape (n, 3), as a ``.blocks`` file.

    Raises
    ------
    RunError
        When it cannot be written.
    """
    rows = enumerate(np.asarray(position, np.int64).tolist())
    return write_lines(path, (f"{i} {x} {y} {z}" for i, (x, y, z) in rows))


def _write_precedence(
    path: Path, start: NDArray[np.int64], needed: NDArray[np.int64] | NDArray[np.int32]
) -> Path:
    def lines() -> Iterator[str]:
        for first in range(0, len(start) - 1, _AT_ONCE):
            cut = start[first : first + _AT_ONCE + 1].tolist()
            flat = needed[cut[0] : cut[-1]].tolist()
            for i in range(len(cut) - 1):
                own = flat[cut[i] - cut[0] : cut[i + 1] - cut[0]]
                yield " ".join(map(str, (first + i, len(own), *own)))

    return write_lines(path, lines())


def _descriptor(x: Instance) -> Iterator[str]:
    """Lines of a schedule's optimisation file, in the order of the format's description."""
    wide = x.kind == "pcpsp"
    yield f"NAME: {x.name}"
    yield f"TYPE: {x.kind.upper()}"
    yield f"NBLOCKS: {x.n}"
    yield f"NPERIODS: {x.n_periods}"
    if wide:
        yield f"NDESTINATIONS: {x.n_destinations}"
    yield f"NRESOURCE_SIDE_CONSTRAINTS: {len(x.lower)}"
    if wide:
        yield f"NGENERAL_SIDE_CONSTRAINTS: {len(x.general_lower)}"
    yield f"DISCOUNT_RATE: {number(x.rate)}"
    yield from _objective(x.value)
    if len(x.lower):
        yield "RESOURCE_CONSTRAINT_COEFFICIENTS:"
        yield from _uses(x.use, wide)
        yield "RESOURCE_CONSTRAINT_LIMITS:"
        for r, bounds in enumerate(zip(x.lower.tolist(), x.upper.tolist(), strict=True)):
            for t, (lower, upper) in enumerate(zip(*bounds, strict=True)):
                yield f"{r} {t} {_limit(lower, upper)}"
    if len(x.general_lower):
        g = x.general
        yield "GENERAL_CONSTRAINT_COEFFICIENTS:"
        columns = (y.tolist() for y in (g.block, g.destination, g.period, g.row, g.factor))
        for b, d, t, j, v in zip(*columns, strict=True):
            yield f"{b} {d} {t} {j} {number(v)}"
        yield "GENERAL_CONSTRAINT_LIMITS:"
        for j in range(len(x.general_lower)):
            yield f"{j} {_limit(x.general_lower[j], x.general_upper[j])}"
    yield "EOF"


def _objective(value: NDArray[np.float64]) -> Iterator[str]:
    yield "OBJECTIVE_FUNCTION:"
    for i, row in enumerate(value.tolist()):
        yield " ".join((str(i), *map(number, row)))


def _uses(use: ResourceUse, wide: bool) -> Iterator[str]:
    columns = (y.tolist() for y in (use.block, use.destination, use.resource, use.factor))
    for b, d, r, v in zip(*columns, strict=True):
        yield f"{b} {d} {r} {number(v)}" if wide else f"{b} {r} {number(v)}"


def _limit(lower: float, upper: float) -> str:
    """Letter and numbers of a limit; no limit at all is L and infinity."""
    if lower == -math.inf:
        return f"L {number(upper)}"
    if upper == math.inf:
        return f"G {number(lower)}"
    return f"I {number(lower)} {number(upper)}"


def number(value: float) -> str:
    """The shortest text that is read back as the same number."""
    value = float(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def write_lines(path: Path, lines: Iterable[str]) -> Path:
    """Write lines of text to a file beside its place, and move it there when it is whole.

    Raises
    ------
    RunError
        When it cannot be written; an earlier file of that name is then as it was.
    """
    made = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with made.open("w", encoding="utf-8", newline="\n") as file:
            rest = iter(lines)
            while some := list(islice(rest, _AT_ONCE)):
                file.write("\n".join(some) + "\n")
        os.replace(made, path)
    except OSError as error:
        raise RunError(
            f"the file cannot be written: {error.strerror or error}",
            where=str(path),
            fix="choose another place, or make room",
        ) from error
    finally:
        with suppress(OSError):
            made.unlink(missing_ok=True)
    return path


def _finite(value: NDArray[np.float64]) -> None:
    if not np.isfinite(value).all():
        raise ModelError(
            "a value is not finite", where=f"block {int(np.argmin(np.isfinite(value)))}"
        )


def _file_name(name: str) -> str:
    if not name or name != Path(name).name or name in (".", ".."):
        raise ModelError(f"'{name}' cannot be the name of a file", fix="give the problem a name")
    return name
