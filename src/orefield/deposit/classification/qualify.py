"""What qualifies a resource statement: said with it, always."""

from __future__ import annotations

from dataclasses import dataclass

from orefield.deposit.classification.classes import SOURCE

UNSIGNED = (
    "not signed: no competent person (CRIRSCO) or qualified expert has taken responsibility for "
    "these figures, so they are no public report"
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a statement rests on.

    Attributes
    ----------
    date : str
        Effective date; empty where none was given.
    prospects : str
        What was assessed of reasonable prospects for eventual economic extraction; empty for
        nothing.
    shell : str
        Field of a pit's shell that restricts the blocks; empty for none.
    density : str
        Where tonnes come from.
    synthetic : bool
        The data are invented or stand in for others.
    note : str
        What the data say of themselves.
    realisations : int
    confidence : float
        Of the intervals.
    method : str
        What decided classes.
    rule_source : str
        Where the rules come from; empty where the reader set them.
    reach : str
        How far from samples a block has a class; empty where the rules themselves say it.
    smoothing : str
        How classes were smoothed; empty for not at all.
    outside_interval : tuple of str
        Lines whose estimate is not within the interval of realisations, in words.
    not_estimated_t, not_asked_t, not_simulated_t, outside_t : float
        Rock without estimate, rock outside the estimate's domains, stated blocks without
        realisations, rock outside the shell (t).
    """

    date: str
    prospects: str
    shell: str
    density: str
    synthetic: bool
    note: str
    realisations: int
    confidence: float
    method: str
    rule_source: str
    reach: str
    smoothing: str
    outside_interval: tuple[str, ...]
    not_estimated_t: float
    not_asked_t: float
    not_simulated_t: float
    outside_t: float


def qualifications(found: Circumstances) -> list[str]:
    """Sentences that go with the figures, the weightiest first."""
    out = []
    if found.synthetic:
        out.append(f"synthetic or stand-in data ({found.note}): no resource of any deposit")
    out.append(UNSIGNED)
    out += _prospects(found)
    if not found.date:
        out.append("no effective date was given")
    out.append(f"density: {found.density}")
    out.append(f"classes by {found.method}; {found.rule_source or 'rules set by the user'}")
    if found.reach:
        out.append(found.reach)
    if found.smoothing:
        out.append(f"the map of classes was smoothed: {found.smoothing}")
    out += _intervals(found)
    if found.not_estimated_t > 0:
        out.append(f"{found.not_estimated_t:,.0f} t of rock were not estimated: no resource")
    if found.not_asked_t > 0:
        out.append(
            f"{found.not_asked_t:,.0f} t of rock lie outside the estimate's domains: not looked at"
        )
    out.append(
        "inferred resources are not added to measured and indicated ones; a mean grade is metal "
        "over tonnes before rounding, so rounded figures may differ from it in the last digit"
    )
    out.append(SOURCE)
    return out


def _prospects(found: Circumstances) -> list[str]:
    out = []
    if found.shell:
        out.append(
            f"blocks inside the shell of field '{found.shell}' only; {found.outside_t:,.0f} t of "
            "estimated rock lie outside; the shell's price and costs are those of who made it"
        )
    if found.prospects:
        out.append(f"reasonable prospects of eventual economic extraction: {found.prospects}")
    elif not found.shell:
        out.append(
            "reasonable prospects of eventual economic extraction were not assessed (no shell, no "
            "price): by CRIRSCO these figures are a mineral inventory, no resource, until they are"
        )
    return out


def _intervals(found: Circumstances) -> list[str]:
    if not found.realisations:
        return ["no interval: there are no realisations"]
    out = [
        f"intervals: central {found.confidence:.0%} of {found.realisations} realisations on the "
        "model's blocks, of the grades alone: not of geology, density, data or the variogram, nor "
        "of the histogram unless realisations drew it anew"
    ]
    if found.outside_interval:
        out.append(
            "* the estimate is not within the interval of realisations. A difference that is there "
            "without a cut-off is bias of one of the two; the rest comes of the estimate's "
            "smoothness, which leaves fewer blocks far above and far below a cut-off than there "
            "are (`orefield deposit check`)"
        )
        out += [f"* {text}" for text in found.outside_interval]
    if found.not_simulated_t > 0:
        out.append(
            f"{found.not_simulated_t:,.0f} t of stated rock have no realisation: intervals leave "
            "them out and are low by as much"
        )
    return out
