"""What ``orefield deposit variogram`` finds, as records."""

from __future__ import annotations

from dataclasses import dataclass

from orefield.deposit.samples import Samples
from orefield.deposit.variography import Experimental, Fitted, FittedCoregionalisation, VariogramMap


@dataclass(frozen=True, eq=False)
class VariogramRun:
    """What was measured of one variable, or of two, and the model.

    Attributes
    ----------
    name : str
        Of the model; of both variables for a cross variogram.
    value : str
        As the samples call it.
    measured : str
        What is averaged, and of what: "semivariogram of normal scores".
    domain : str
        Samples it is of; may be empty.
    curves : list of Experimental
        By direction; the first is of all directions where others follow.
    down_hole : Experimental or None
    fitted : Fitted or None
        ``None`` where no model was asked for, and for cross variograms.
    scores : VariogramRun or None
        Of the value's normal scores, where the model was fitted to these and taken back.
    map : VariogramMap or None
        Where one was asked for.
    """

    name: str
    value: str
    measured: str
    domain: str
    curves: list[Experimental]
    down_hole: Experimental | None
    fitted: Fitted | None
    scores: VariogramRun | None = None
    map: VariogramMap | None = None

    @property
    def every_curve(self) -> list[Experimental]:
        """All curves, that down the hole first."""
        return [*([] if self.down_hole is None else [self.down_hole]), *self.curves]

    @property
    def directional(self) -> list[Experimental]:
        """Curves that have a direction; those of all directions where none has."""
        if all(c.direction.everywhere for c in self.curves):
            return self.curves
        return [c for c in self.every_curve if not c.direction.everywhere]


@dataclass(frozen=True, eq=False)
class RunResult:
    """All of one section."""

    runs: list[VariogramRun]
    together: FittedCoregionalisation | None
    together_name: str
    samples: Samples
    notes: tuple[str, ...]
