"""Gross errors: which observations are wrong, how surely, and which cannot be told apart.

Everything happens in the parity space of :mod:`._linear`, where the data are ``p ~ Normal(0, I)``
without gross errors and an error of ``k`` sigma in observation ``i`` adds ``k u_i``.

1. **Measurement test** (Mah & Tamhane 1982, doi:10.1002/aic.690280519; Tamhane & Mah 1985,
   doi:10.1080/00401706.1985.10488080): ``z_i = u_i . p / |u_i|``, standard normal without
   errors. For errors in observations it is the generalised likelihood ratio of Narasimhan &
   Mah 1987 (doi:10.1002/aic.690330911): ``z_i^2`` is the drop of the sum of squares without ``i``.
2. **Level**: someone is blamed only when the largest ``|z_i|`` exceeds what the largest of these
   very correlated normals exceeds with chance ``level`` (:mod:`._calibration`), so the level is
   that of the whole procedure and exact. The global chi-square test is reported beside it.
3. **Several errors**: the direction found is projected out and the test repeated (serial
   elimination); each one found is exchanged for any other that explains more, and dropped when
   the others explain it, so that smearing leaves no trace. From the second on it must also be
   likely by the posterior of step 5 (:data:`LIKELY`).
4. **Ties**: observations whose directions are collinear, given the other errors found, are
   equivalent (Bagajewicz & Jiang 1998, gross errors as equivalent sets): the set is
   reported and none is blamed. Nearly collinear ones are tied until the data favour one by
   :data:`ODDS`.
5. **How surely**: posterior over one more error in each observation, or none, with a prior chance
   and size of errors (the idea of Tamhane, Iordache & Mah 1988, A Bayesian approach to gross
   error detection): the Bayes factor of ``i`` is
   ``(1 + t^2 q)^-1/2 exp(z_i^2 t^2 q / (2 (1 + t^2 q)))`` with ``q = |u_i|^2``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orefield.core.errors import EvidenceError
from orefield.evidence.reconcile._calibration import family_p

Floats = NDArray[np.float64]

VISIBLE = 1e-6
"""Length of ``u_i`` below which an observation is not redundant: no error in it can be seen."""

COLLINEAR = 1e-5
"""Sine of the angle between two directions below which they are one."""

NEAR = 0.9
"""Cosine from which two directions are nearly one, and the data must favour one clearly."""

ODDS = 19.0
"""By how much the likelihood must favour one of two that are nearly collinear."""


LIKELY = 0.8
"""Posterior chance that a second or later error must have: without it, one true error would
bring a false one along as often as the level says."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is assumed of errors before looking.

    Parameters
    ----------
    wrong : float
        Chance that an observation is grossly wrong (assumption).
    size : float
        Standard deviation of a gross error, in sigmas (assumption).

    Raises
    ------
    EvidenceError
        For a chance outside 0 to 1, or a size not above 0.
    """

    wrong: float = 0.05
    size: float = 10.0

    def __post_init__(self) -> None:
        if not 0.0 < self.wrong < 1.0 or not 0.0 < self.size < np.inf:
            raise EvidenceError(
                f"the prior of gross errors is {self.wrong} with size {self.size}",
                fix="a chance between 0 and 1, a size above 0",
            )


@dataclass(frozen=True, slots=True)
class GrossError:
    """One error found.

    Attributes
    ----------
    rows : tuple of int
        The row blamed; several for a tie, of which ``errors`` are wrong.
    errors : int
        How many of the rows are wrong: 1, or more where errors share their ties.
    statistic : float
        Measurement test given the other errors, standard normal without this one.
    p_value : float
        Family-wise, over all observations that could be blamed.
    surely : float
        Posterior chance that an error is in these rows, given the other errors.
    size : float
        Estimated error in sigmas: of the row blamed, or the first of a tie.
    """

    rows: tuple[int, ...]
    errors: int
    statistic: float
    p_value: float
    surely: float
    size: float

    @property
    def is_tie(self) -> bool:
        """Whether nothing known says which of several rows is wrong."""
        return len(self.rows) > 1


def find_gross_errors(
    parity: Floats,
    directions: Floats,
    *,
    level: float = 0.05,
    prior: Prior | None = None,
    further: bool = False,
) -> tuple[GrossError, ...]:
    """Blame observations until no more stands out, or no redundancy is left.

    Parameters
    ----------
    parity : ndarray of shape (dof,)
        Standard normal when nobody is wrong.
    directions : ndarray of shape (m, dof)
        How an error of one sigma in each row moves the parity vector.
    level : float
        Chance of blaming anyone, or reporting a tie, when nobody is wrong.
    prior : Prior, optional
        Of gross errors, for ``surely``.
    further : bool
        Errors were found before: from the first on, one must be :data:`LIKELY`.

    Returns
    -------
    tuple of GrossError, the most significant first

    Raises
    ------
    EvidenceError
        For a level outside 0 to 1.
    """
    if not 0.0 < level < 1.0:
        raise EvidenceError(f"the level of the tests is {level}", fix="between 0 and 1, say 0.05")
    prior = prior or Prior()
    chosen: list[int] = []
    while len(chosen) < parity.size:
        view = _View(parity, directions, chosen)
        if not view.candidates or view.p_of(view.best) > level:
            break
        if (chosen or further) and view.posterior(view.tied(view.best), prior) < LIKELY:
            break
        chosen.append(view.best)
        _exchange(parity, directions, chosen)
    chosen = _drop(parity, directions, chosen, level)
    found = []
    for rows, members in _tie_sets(parity, directions, chosen):
        view = _View(parity, directions, [c for c in chosen if c != members[0]])
        found.append(
            GrossError(
                rows, len(members), float(abs(view.z[members[0]])), view.p_of(members[0]),
                view.posterior(rows, prior), float(view.z[members[0]] / view.length[members[0]]),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda g: (-g.statistic, g.rows)))


class _View:
    """The tests that remain when some rows are taken as wrong."""

    def __init__(self, parity: Floats, directions: Floats, without: list[int]) -> None:
        u, p = directions, parity
        if without:
            Q, R = np.linalg.qr(directions[without].T)
            Q = Q[:, np.abs(np.diag(R)) > VISIBLE]
            u, p = directions - (directions @ Q) @ Q.T, parity - Q @ (Q.T @ parity)
        self.parity = p
        self.length = np.linalg.norm(u, axis=1)
        seen = self.length > VISIBLE
        seen[without] = False
        self.unit = np.zeros_like(u)
        self.unit[seen] = u[seen] / self.length[seen, None]
        self.z = self.unit @ p
        self.candidates = [int(i) for i in np.flatnonzero(seen)]

    @property
    def best(self) -> int:
        """The row with the largest statistic; the first of equals."""
        size = np.abs(self.z[self.candidates])
        return self.candidates[int(np.argmax(size >= size.max() * (1.0 - 1e-9)))]

    def p_of(self, row: int) -> float:
        """Family-wise p of a row."""
        return family_p(self.distinct(), float(self.z[row]))

    def distinct(self) -> Floats:
        """Directions of the candidates, one of each collinear class."""
        return one_of_each(self.unit[self.candidates])

    def tied(self, row: int) -> tuple[int, ...]:
        """Rows that cannot be told from a row, itself included."""
        cosine = np.abs(self.unit @ self.unit[row])
        favour = 0.5 * (self.z[row] ** 2 - self.z**2)
        return tuple(
            i
            for i in self.candidates
            if i == row
            or _sine(cosine[i]) < COLLINEAR
            or (cosine[i] >= NEAR and favour[i] < np.log(ODDS))
        )

    def posterior(self, rows: tuple[int, ...], prior: Prior) -> float:
        """Chance that one more error is in these rows, against all others and none."""
        q = prior.size**2 * self.length[self.candidates] ** 2
        log_odds = (
            np.log(prior.wrong / (1.0 - prior.wrong))
            - 0.5 * np.log1p(q)
            + 0.5 * self.z[self.candidates] ** 2 * q / (1.0 + q)
        )
        top = max(float(log_odds.max()), 0.0)
        weight = np.exp(log_odds - top)
        inside = np.isin(self.candidates, rows)
        return float(weight[inside].sum() / (weight.sum() + np.exp(-top)))


def one_of_each(units: Floats) -> Floats:
    """The first of each class of collinear directions."""
    same = _sine(units @ units.T) < COLLINEAR
    return np.asarray(units[~np.tril(same, -1).any(axis=1)])


def _sine(cosine: Floats) -> Floats:
    return np.sqrt(np.maximum(1.0 - np.asarray(cosine) ** 2, 0.0))


def _explained(parity: Floats, directions: Floats, rows: list[int]) -> float:
    Q, R = np.linalg.qr(directions[rows].T)
    Q = Q[:, np.abs(np.diag(R)) > VISIBLE]
    return float(np.sum((Q.T @ parity) ** 2))


def _exchange(parity: Floats, directions: Floats, chosen: list[int]) -> None:
    """Replace a chosen row by another as long as that explains more of the disagreement."""
    for _ in range(10 * len(chosen)):
        now = _explained(parity, directions, chosen)
        for place in range(len(chosen) - 1, -1, -1):
            others = chosen[:place] + chosen[place + 1 :]
            best = _View(parity, directions, others).best
            if best != chosen[place]:
                trial = [*others[:place], best, *others[place:]]
                if _explained(parity, directions, trial) > now * (1.0 + 1e-9) + 1e-9:
                    chosen[:] = trial
                    break
        else:
            return


def _drop(parity: Floats, directions: Floats, chosen: list[int], level: float) -> list[int]:
    """Leave out what the other errors explain, the least significant first."""
    while len(chosen) > 1:
        views = {c: _View(parity, directions, [o for o in chosen if o != c]) for c in chosen}
        least = min(chosen, key=lambda c: abs(views[c].z[c]))
        if views[least].p_of(least) <= level:
            break
        chosen = [c for c in chosen if c != least]
    return chosen


def _tie_sets(
    parity: Floats, directions: Floats, chosen: list[int]
) -> list[tuple[tuple[int, ...], list[int]]]:
    """Each chosen row with all it is tied to; sets that overlap are one."""
    sets: list[tuple[set[int], list[int]]] = []
    for c in chosen:
        rows = set(_View(parity, directions, [o for o in chosen if o != c]).tied(c))
        members = [c]
        for other in [s for s in sets if s[0] & rows]:
            sets.remove(other)
            rows |= other[0]
            members = [*other[1], *members]
        sets.append((rows, members))
    return [(tuple(sorted(rows)), members) for rows, members in sets]
