"""Candidate holes listed in a CSV file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from orefield.core.errors import ModelError, TableError
from orefield.deposit.drilling.holes import PlannedHoles

COLUMNS = ("x_m", "y_m", "z_m", "azimuth_deg", "dip_deg", "length_m")


def read_planned(path: Path) -> PlannedHoles:
    """Read holes: columns ``x_m, y_m, z_m, azimuth_deg, dip_deg, length_m`` and maybe ``hole``.

    Raises
    ------
    TableError
        When the file is missing, columns are, or a cell is no number.
    """
    import pandas as pd

    try:
        frame = pd.read_csv(path, dtype=str)
    except (OSError, ValueError, pd.errors.ParserError) as error:
        raise TableError(f"candidate holes cannot be read: {error}", where=str(path)) from error
    lacking = [name for name in COLUMNS if name not in frame]
    if lacking:
        raise TableError(
            f"columns are missing: {', '.join(lacking)}", where=str(path),
            fix=f"give {', '.join(COLUMNS)}",
        )  # fmt: skip
    numbers = {name: pd.to_numeric(frame[name], errors="coerce") for name in COLUMNS}
    for name, column in numbers.items():
        bad = np.flatnonzero(~np.isfinite(column.to_numpy(dtype=np.float64)))
        if bad.size:
            raise TableError(
                f"{frame[name].iloc[int(bad[0])]!r} is no number",
                where=f"{path}:{int(bad[0]) + 2}, {name}",
            )
    x, y, z, azimuth, dip, length = (numbers[n].to_numpy(dtype=np.float64) for n in COLUMNS)
    names = tuple(frame["hole"].astype(str)) if "hole" in frame else ()
    try:
        return PlannedHoles(np.column_stack([x, y, z]), azimuth, dip, length, names)
    except ModelError as error:
        raise TableError(error.what, where=str(path), fix=error.fix) from None
