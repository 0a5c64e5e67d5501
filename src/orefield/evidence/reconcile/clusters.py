"""One wire story counted once: observations of one release become one row of the fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from orefield.evidence.reconcile.system import Observation


@dataclass(frozen=True, slots=True)
class Row:
    """One independent statement of the fit, and all observations that repeat it.

    Attributes
    ----------
    speaker : Observation
        The one nearest to the origin; of equals, the most precise, then the first by id.
    members : tuple of Observation
    """

    speaker: Observation
    members: tuple[Observation, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all that repeat it."""
        return tuple(o.id for o in self.members)


def rows(observations: Iterable[Observation]) -> tuple[Row, ...]:
    """Observations with the repeats of one release, on one thing, taken together.

    A repeat adds no information: the fit sees the speaker alone, with its own sigma. Repeats
    that garble the number do not move the fit; each still gets its adjustment.
    """
    groups: dict[tuple[object, ...], list[Observation]] = {}
    for o in observations:
        what = (o.cluster, o.sense, frozenset(o.terms.items())) if o.cluster else (o.id, None)
        groups.setdefault(what, []).append(o)
    return tuple(
        Row(min(group, key=lambda o: (o.hops, o.sigma, o.id)), tuple(group))
        for group in groups.values()
    )
