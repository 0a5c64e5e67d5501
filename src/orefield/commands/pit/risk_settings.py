"""``[risk]``: which realisations there are, how many are held out, what the plan must deliver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orefield.core import ModelError
from orefield.core.numbers import whole
from orefield.pit.worth import Amount, Deck, Usage
from orefield.pit.worth.sections import Section

_TARGET = "target: "
"""Put before the name of a target where it stands among the limits."""


@dataclass(frozen=True)
class TargetSettings:
    """``[[risk.target]]``: an amount to deliver in every period.

    Attributes
    ----------
    name : str
    usage : Usage
        What counts, without bounds; called other than any limit.
    amount : Deck
        To be delivered, in the unit of the usage.
    per : {"year", "period"}
        What the amount is for.
    penalty_usd : Deck or None
        A unit short, not discounted; ``None`` where the target is only watched.
    geological_rate : float
        A period, as a fraction: see :func:`orefield.pit.risk.geological_penalty`.
    until : int or None
        Number of periods in which it is asked for; all of them by default.
    """

    name: str
    usage: Usage
    amount: Deck
    per: str
    penalty_usd: Deck | None
    geological_rate: float
    until: int | None


@dataclass(frozen=True)
class RiskSettings:
    """``[risk]``.

    Attributes
    ----------
    given : bool
        Whether the file has the section.
    fields : mapping of str to tuple of str
        Field of the model to a pattern with ``{}``, or a list, of fields that realise it; with
        ``files``, to the field of each file.
    files : tuple of str
        Patterns of further model files, relative to the file of settings.
    count : int or None
        How many realisations to take, drawn by the seed; all by default.
    hold_out : float
        Share (below 1) or number of realisations that plans are not made with.
    hold_out_given : bool
        Whether the file says so.
    seed : int
        Of what is drawn.
    adapt : bool
        Whether destinations follow grades once they are known.
    alpha : float
        Share of the worst realisations, for value at risk and expected shortfall.
    rounds : int
        Of pricing what plans lack of targets.
    targets : tuple of TargetSettings
    """

    given: bool = False
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    count: int | None = None
    hold_out: float = 0.25
    hold_out_given: bool = False
    seed: int = 0
    adapt: bool = True
    alpha: float = 0.05
    rounds: int = 2
    targets: tuple[TargetSettings, ...] = ()


def read_risk(section: Section | None) -> RiskSettings:
    """Settings of a section ``[risk]``; what they are without it.

    Raises
    ------
    ModelError
        For a key that is unknown or missing, or a value out of range.
    """
    if section is None:
        return RiskSettings()
    fields: dict[str, tuple[str, ...]] = {}
    if section.has("fields"):
        inner = section.inner("fields")
        fields = {name: inner.names(name) for name in inner.keys_asked()}
        for name, columns in fields.items():
            if not columns:
                raise ModelError(
                    f"'{name}' has no realisations",
                    where=inner.where,
                    fix=f'give a pattern, {name} = "{name}_{{}}", or a list of fields',
                )
    hold_out = section.number("hold_out", 0.25)
    if not (0 <= hold_out < 1 or (1 <= hold_out < 1e6 and hold_out == int(hold_out))):
        raise ModelError(
            f"'hold_out' is {hold_out:g}",
            where=section.where,
            fix="give a share below 1, or a whole number of realisations",
        )
    alpha = section.number("alpha", 0.05)
    if not 0 < alpha <= 1:
        raise ModelError(
            f"'alpha' is {alpha:g}", where=section.where, fix="give a share, e.g. 0.05"
        )
    targets = tuple(_target(table) for table in section.sections("target"))
    names = [t.name for t in targets]
    for name in names:
        if names.count(name) > 1:
            raise ModelError(f"two targets are called '{name}'", where=section.where)
    out = RiskSettings(
        given=True,
        fields=fields,
        files=section.names("files"),
        count=whole(section, "count", 2) if section.has("count") else None,
        hold_out=hold_out,
        hold_out_given=section.has("hold_out"),
        seed=whole(section, "seed", 0) if section.has("seed") else 0,
        adapt=section.flag("adapt") if section.has("adapt") else True,
        alpha=alpha,
        rounds=whole(section, "rounds", 0) if section.has("rounds") else 2,
        targets=targets,
    )
    section.done()
    return out


def _target(table: Section) -> TargetSettings:
    name = table.text("name")
    if not name:
        raise ModelError("a target has no name", where=table.where, fix="name it")
    amount = table.build(
        Amount,
        of=table.text("of"),
        element=table.text("element", ""),
        rate=table.rate(empty=1.0),
        destinations=table.names("destinations"),
    )
    usage = table.build(Usage, name=_TARGET + name, amounts=(amount,), unit=table.text("unit", "t"))
    asked = table.deck("amount")
    table.build(asked.at_least, low=0.0, where="amount")
    penalty = table.deck("penalty") if table.has("penalty") else None
    if penalty is not None:
        table.build(penalty.at_least, low=0.0, where="penalty")
    elif table.has("geological_rate"):
        raise ModelError(
            "a target that costs nothing is not discounted", where=table.where,
            fix="give its penalty in USD per unit, or leave out geological_rate",
        )  # fmt: skip
    rate = table.number("geological_rate", 0.0)
    if not -1 < rate < 1e3:
        raise ModelError(
            f"'geological_rate' is {rate:g}", where=table.where, fix="give a fraction, e.g. 0.1"
        )
    per = table.text("per", "year")
    if per not in ("year", "period"):
        raise ModelError(f"amounts per '{per}'", where=table.where, fix="year or period")
    until = whole(table, "until", 1) if table.has("until") else None
    table.done()
    return TargetSettings(name, usage, asked, per, penalty, rate, until)
