"""``[schedule]``: where, in what units, in what order, how long to search."""

from __future__ import annotations

from dataclasses import dataclass

from orefield.core import ModelError
from orefield.core.numbers import positive, whole, whole_or_none, wholes
from orefield.pit.phasing import WorkingRoom
from orefield.pit.worth.sections import Section


@dataclass(frozen=True)
class NotBefore:
    """``[[schedule.not_before]]``: rock that may not be mined before a period.

    That of some ``phases``; or, where ``field`` is named, of blocks whose code is in ``codes``;
    or, where ``period`` is ``None``, of each block from the period that the field gives.
    """

    phases: tuple[int, ...]
    field: str
    codes: tuple[str, ...]
    period: int | None


@dataclass(frozen=True)
class Order:
    """``[[schedule.order]]``: a phase that leads another, by so many benches."""

    before: int
    after: int
    lead: int


@dataclass(frozen=True)
class Scheduling:
    """``[schedule]``: where, in what units, in what order, how long to search.

    ``room`` is ``None`` where periods may be as narrow as they come;
    ``sinking_benches`` is ``None`` where the sinking rate is free; without
    ``sinking_each_period`` it holds from the start to the end of any period, not in each.
    """

    within: str
    gap: float
    seconds: float
    seed: int
    cells: tuple[int, int] | None
    by_phase: bool
    room: WorkingRoom | None
    sinking_benches: int | None
    sinking_each_period: bool
    not_before: tuple[NotBefore, ...]
    order: tuple[Order, ...]

    @property
    def asks_for_phases(self) -> bool:
        """Whether something is said of phases."""
        return self.by_phase or bool(self.order) or any(w.phases for w in self.not_before)


def read_schedule(section: Section) -> Scheduling:
    """Settings of a section ``[schedule]``.

    Raises
    ------
    ModelError
        For keys that are unknown, contradict each other or are out of range.
    """
    within = section.text("within", "limit")
    if within not in ("limit", "phases"):
        raise ModelError(
            f"a schedule within '{within}'", where=section.where, fix='"limit" or "phases"'
        )
    gap = section.number("gap", 0.01)
    if not 0 <= gap < 1:
        raise ModelError(f"'gap' is {gap:g}", where=section.where, fix="give a fraction, e.g. 0.01")
    out = Scheduling(
        within=within,
        gap=gap,
        seconds=positive(section, "seconds", 300.0),
        seed=whole(section, "seed", 0, default=0),
        cells=_cells(section),
        room=_room(section),
        by_phase=section.flag("by_phase"),
        sinking_benches=whole_or_none(section, "sinking_benches", 1),
        sinking_each_period=_each_period(section),
        not_before=tuple(_not_before(s) for s in section.sections("not_before")),
        order=tuple(_order(s) for s in section.sections("order")),
    )
    section.done()
    _check(out, section.where)
    return out


def _check(out: Scheduling, where: str) -> None:
    if out.by_phase and out.within != "phases":
        raise ModelError("units by phase need phases", where=where, fix='within = "phases"')
    if out.asks_for_phases and out.within != "phases":
        raise ModelError("an order of phases needs phases", where=where, fix='within = "phases"')


def _room(section: Section) -> WorkingRoom | None:
    if not section.has("mining_width_m"):
        if section.has("element"):
            raise ModelError(
                "'element' without a mining width", where=section.where, fix="mining_width_m = 40"
            )
        return None
    width, shape = positive(section, "mining_width_m", 0.0), section.text("element", "square")
    return section.build(WorkingRoom, mining_m=width, shape=shape)


def _each_period(section: Section) -> bool:
    if not section.has("sinking_each_period"):
        return True
    if not section.has("sinking_benches"):
        raise ModelError(
            "'sinking_each_period' without a sinking rate",
            where=section.where,
            fix="sinking_benches = 3, say",
        )
    return section.flag("sinking_each_period")


def _cells(section: Section) -> tuple[int, int] | None:
    if not section.has("cells"):
        return None
    given = section.deck("cells").values
    if len(given) != 2 or not all(v in range(10**6) for v in given):
        raise ModelError(
            f"cells of {given} blocks", where=section.where, fix="cells = [2, 2]; 0 is all"
        )
    return int(given[0]), int(given[1])


def _not_before(section: Section) -> NotBefore:
    phases = wholes(section, "phase", 0) if section.has("phase") else ()
    field, codes = section.text("field", ""), section.names("codes")
    period = whole_or_none(section, "period", 0)
    section.done()
    if bool(phases) == bool(field):
        raise ModelError(
            "a first period is of a phase or of a field",
            where=section.where,
            fix='phase = 1, or field = "...", with period = 3',
        )
    if period is None and (phases or codes):
        raise ModelError("'period' is missing", where=section.where, fix="count periods from 0")
    if period is not None and field and not codes:
        raise ModelError(
            f"of field '{field}' no codes are given",
            where=section.where,
            fix="codes = [...], or leave out 'period' where the field gives the period",
        )
    if codes and phases:
        raise ModelError("'codes' are of a field", where=section.where, fix="leave them out")
    return NotBefore(phases, field, codes, period)


def _order(section: Section) -> Order:
    out = Order(
        before=whole(section, "before", 0),
        after=whole(section, "after", 0),
        lead=whole(section, "lead", default=0),
    )
    section.done()
    if out.before == out.after:
        raise ModelError(
            f"phase {out.before} cannot lead itself", where=section.where, fix="name two phases"
        )
    return out
