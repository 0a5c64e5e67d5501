"""The cells of a row that meaning is read from, whatever table it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orefield.evidence.vocabulary import SigmaClass


@dataclass(frozen=True, slots=True)
class LooseRow:
    """The cells of a row that meaning is read from, in any table of claims.

    Parameters
    ----------
    id, source, subject, attribute, unit, period, qualifier, paraphrase : str
    low, high : float or None
    reported : str
        ISO date or part of one.
    cells : mapping
        Further columns by canonical name: entity, commodity, basis, stage, class, rate_type,
        valid_from, valid_to, vintage, supersedes, rounding, sigma_class, release, counterpart.
    hops : int
    sigma_class : SigmaClass
    release : str
    written : str
        The first number with its digits as written: "1.0" is more exact than "1".
    """

    id: str
    source: str
    subject: str
    attribute: str
    low: float | None
    high: float | None
    unit: str
    period: str
    qualifier: str
    paraphrase: str
    reported: str
    cells: Mapping[str, str]
    hops: int = 0
    sigma_class: SigmaClass = SigmaClass.E
    release: str = ""
    written: str = ""
