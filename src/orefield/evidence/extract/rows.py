"""Candidates as rows of ``claims.csv``, so that a corpus folder can be started from documents."""

from __future__ import annotations

from collections.abc import Iterable

from orefield.evidence.extract.candidate import Candidate

COLUMNS = (
    "id", "source", "published", "subject", "attribute", "value_low", "value_high", "unit",
    "period", "qualifier", "paraphrase",
)  # fmt: skip
"""Columns of a loose ``claims.csv``."""

FURTHER_COLUMNS = (
    "basis", "stage", "class", "rate_type", "commodity", "entity", "counterpart", "locator",
    "hops", "speaker", "valid_from", "valid_to",
)  # fmt: skip
"""Columns added to them: what the words also say, and where they stand."""

_HEDGES = {"=": "exact", ">=": "more than", "<=": "up to", "~": "about", "range": "range"}


def candidates_to_rows(
    candidates: Iterable[Candidate], *, published: str = "", prefix: str = "E", first: int = 1
) -> list[dict[str, str]]:
    """Candidates as dictionaries of the columns above, in their order.

    Parameters
    ----------
    candidates : iterable of Candidate
        In the order of their ids.
    published : str
        ISO date of the document.
    prefix : str
        Ids are the prefix, the source and a number: ``E-S1-001``.
    first : int
        Number of the first id.

    Notes
    -----
    As in the loose tables that people keep, "up to 20" is given with both values 20, and "more
    than 20" with an open upper end; the qualifier says it. Fields of which the text says
    nothing are empty, but for basis and stage of a mass, which are ``missing``.
    """
    return [
        _row(
            candidate,
            published,
            "-".join(x for x in (prefix, candidate.source, f"{number:03d}") if x),
        )
        for number, candidate in enumerate(candidates, first)
    ]


def _row(c: Candidate, published: str, key: str) -> dict[str, str]:
    low = c.value_low if c.value_low is not None else c.value_high
    high = c.value_high if c.qualifier != "<=" or c.value_high is not None else low
    qualifier = "; ".join(x for x in (_HEDGES[c.qualifier], c.outlook) if x)
    if c.unit == "rank" and c.value_high is None:
        qualifier = "one of the largest"
    cells = (
        key, c.source, published, c.subject, c.attribute, number(low), number(high), c.unit,
        c.period, qualifier, c.paraphrase, c.basis, c.stage, c.resource_class, c.rate_type,
        c.commodity, c.entities[0] if len(c.entities) == 1 else "", c.counterpart, str(c.locator),
        str(c.hops), " > ".join(c.speakers), _year(c.first_year), _year(c.last_year),
    )  # fmt: skip
    return dict(zip((*COLUMNS, *FURTHER_COLUMNS), cells, strict=True))


def number(value: float | None) -> str:
    """A number as a cell: no needless digits, nothing for nothing."""
    return "" if value is None else f"{value:.12g}"


def _year(year: int | None) -> str:
    return "" if year is None else str(year)
