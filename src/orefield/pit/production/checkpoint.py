"""What a search knows, on disk: the best plan, the bound and the multipliers that prove it."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.core import RunError, TableError
from orefield.pit.production.problem import Plan, ProductionProblem
from orefield.pit.production.relaxation import side_constraints

_UNREADABLE = (
    OSError, ValueError, KeyError, EOFError, TypeError, RuntimeError, zipfile.BadZipFile, zlib.error
)  # fmt: skip
"""What numpy and zipfile raise at files that are damaged, or of another kind."""


@dataclass(frozen=True)
class Checkpoint:
    """The state of a search that can be taken up again.

    Attributes
    ----------
    plan : Plan
    upper_bound, lp_bound : float
    multiplier : float64 array
        Of the side constraints; a new relaxation starts from it.
    """

    plan: Plan
    upper_bound: float
    lp_bound: float
    multiplier: NDArray[np.float64]


def fingerprint(problem: ProductionProblem) -> str:
    """SHA-256 of all that a problem consists of."""
    digest = hashlib.sha256()
    arrays = [problem.start, problem.needed, problem.value, problem.factor]
    for limit in problem.limits:
        arrays += [limit.use, limit.lower, limit.upper]
    for row in problem.rows:
        bounds = np.array([row.lower, row.upper])
        arrays += [row.period, row.block, row.destination, row.factor, bounds]
    for array in arrays:
        digest.update(str((array.shape, array.dtype.str)).encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def save(path: Path, problem: ProductionProblem, state: Checkpoint) -> None:
    """Write a checkpoint; an earlier one stays whole until the new one is.

    Raises
    ------
    RunError
        When the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez_compressed(
                    file,
                    problem=np.array(fingerprint(problem)),
                    period=state.plan.period,
                    share=state.plan.share,
                    bounds=np.array([state.upper_bound, state.lp_bound]),
                    multiplier=state.multiplier,
                )
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise RunError(
            f"the checkpoint cannot be written: {error}",
            where=str(path),
            fix="name a file in a folder with room that may be written to",
        ) from error


def load(path: Path, problem: ProductionProblem) -> Checkpoint:
    """Read a checkpoint of this problem.

    Raises
    ------
    TableError
        When the file is no checkpoint, is truncated, or belongs to another problem.
    """
    try:
        with np.load(path, allow_pickle=False) as data:
            found = {name: data[name] for name in data.files}
        key = str(found["problem"])
        plan = Plan(found["period"].astype(np.int32), found["share"].astype(np.float64))
        upper_bound, lp_bound = (float(x) for x in found["bounds"])
        multiplier = found["multiplier"].astype(np.float64)
    except _UNREADABLE as error:
        raise TableError(
            f"the checkpoint cannot be read: {error}",
            where=str(path),
            fix="start without it",
        ) from error
    shapes = (plan.period.shape, plan.share.shape, multiplier.shape)
    rows = (len(side_constraints(problem)),)
    if key == fingerprint(problem) and shapes != (
        (problem.n,),
        (problem.n, problem.n_destinations),
        rows,
    ):
        raise TableError(
            f"the checkpoint's arrays have shapes {shapes}",
            where=str(path),
            fix="start without it",
        )
    if key != fingerprint(problem):
        raise TableError(
            "the checkpoint belongs to another problem",
            where=str(path),
            fix="name the checkpoint of this problem, or start without one",
        )
    return Checkpoint(plan, upper_bound, lp_bound, multiplier)
