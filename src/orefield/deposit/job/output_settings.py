"""The ``[output]`` section: kinds of files in which block models are left."""

from __future__ import annotations

from orefield.core import ModelError
from orefield.core.model_files import BLOCK_FILES, refuse_unwritable
from orefield.core.sections import hint
from orefield.deposit.job.settings import DepositSettings


def block_files(settings: DepositSettings) -> tuple[str, ...]:
    """Endings of block models; Parquet is always among them, later commands read it.

    Raises
    ------
    ModelError
        For unknown keys, a kind of file that is not written, or one whose library is not
        installed.
    """
    section = settings.section_or_empty("output")
    chosen = section.names("blocks")
    section.done()
    for each in chosen:
        if each not in BLOCK_FILES:
            raise ModelError(
                f"'{each}' is no kind of block model file",
                where=f"{section.where}, blocks",
                fix=hint(each, BLOCK_FILES),
            )
        refuse_unwritable(f"blocks.{each}")
    return tuple(dict.fromkeys((BLOCK_FILES[0], *chosen)))
