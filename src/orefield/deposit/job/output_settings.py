"""The ``[output]`` section: kinds of files in which block models are left."""

from __future__ import annotations

from orefield.core import ModelError
from orefield.core.sections import hint
from orefield.deposit.job.settings import DepositSettings

KINDS = ("parquet", "csv", "vtk")
"""Endings of block model files that are written."""


def block_files(settings: DepositSettings) -> tuple[str, ...]:
    """Endings of block models; Parquet is always among them, later commands read it.

    Raises
    ------
    ModelError
        For unknown keys, or a kind of file that is not written.
    """
    section = settings.section_or_empty("output")
    chosen = section.names("blocks")
    section.done()
    for each in chosen:
        if each not in KINDS:
            raise ModelError(
                f"'{each}' is no kind of block model file",
                where=f"{section.where}, blocks",
                fix=hint(each, KINDS),
            )
    return tuple(dict.fromkeys((KINDS[0], *chosen)))
