"""Every error orefield raises, in one tree.

::

    OrefieldError                 what went wrong, where, what to do
    ├── InputError                something a user gave us cannot be used
    │   ├── StudyError            study.toml: unknown key, wrong type, cycle, missing table
    │   ├── TableError            a CSV or Parquet table: truncated, wrong column, NaN, duplicate
    │   ├── UnitError             a unit is unknown, or of the wrong dimension
    │   ├── EvidenceError         no source or basis, an entity cycle, no claim to choose
    │   └── ModelError            a block model, grid or drill hole that cannot exist
    ├── CalibrationError          a model cannot be made to meet its published inventory
    ├── LedgerError               a node, commodity or period does not close
    └── RunError                  the run itself: output exists, disk full, interrupted, unknown key

All of them print as three lines: what, where, what to do.
"""

from __future__ import annotations


class OrefieldError(Exception):
    """Base of all errors.

    Parameters
    ----------
    what : str
        What went wrong, one sentence.
    where : str, keyword only
        ``file:line``, ``table row:column``, ``node, commodity, period``, ...
    fix : str, keyword only
        What the reader can do about it.
    """

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.fix:
            lines.append(f"  fix:   {self.fix}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions with keyword-only arguments do not survive pickling between
        # worker processes without this.
        return (_rebuild, (type(self), self.what, self.where, self.fix))

    def as_dict(self) -> dict[str, str]:
        """The error as the object that ``--json`` prints."""
        return {
            "error": type(self).__name__,
            "what": self.what,
            "where": self.where,
            "fix": self.fix,
        }


def _rebuild(cls: type[OrefieldError], what: str, where: str, fix: str) -> OrefieldError:
    return cls(what, where=where, fix=fix)


class InputError(OrefieldError):
    """Something a user gave us cannot be used."""


class StudyError(InputError):
    """study.toml is wrong: an unknown key, a wrong type, a cycle, a missing table."""


class TableError(InputError):
    """A CSV or Parquet table is wrong: truncated, a wrong column, NaN, a duplicate."""


class UnitError(InputError):
    """A unit is unknown, or measures something else than the field needs."""


class EvidenceError(InputError):
    """A claim without source or basis, a cycle of entities, no claim to choose from."""


class ModelError(InputError):
    """A block model, grid or drill hole that cannot exist."""


class CalibrationError(OrefieldError):
    """A model cannot be made to meet its published inventory."""


class LedgerError(OrefieldError):
    """A node, commodity or period does not close."""


class RunError(OrefieldError):
    """The run itself failed: output exists, disk full, interrupted, unknown key."""
