"""The optimisation file of an instance: ``.upit``, ``.cpit`` or ``.pcpsp``.

Keywords and layout follow D. Espinoza, M. Goycoolea, E. Moreno and A. Newman (2012), "MineLib
file format specification V1.0"; files in circulation differ in the order of lines, in case,
and in how words of a keyword are joined, and all of these are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orefield.pit.minelib.instance import (
    HIGHEST_RATE,
    GeneralUse,
    Kind,
    ResourceUse,
    no_general,
    no_use,
)
from orefield.pit.minelib.sections import (
    read_entries,
    read_limits,
    read_number,
    read_objective,
)
from orefield.pit.minelib.source import Source

_COUNTS = (
    "NBLOCKS", "NPERIODS", "NDESTINATIONS", "NRESOURCE_SIDE_CONSTRAINTS",
    "NGENERAL_SIDE_CONSTRAINTS",
)  # fmt: skip
_OBJECTIVE, _LIMITS, _USES, _GENERAL_LIMITS, _GENERAL_USES = _SECTIONS = (
    "OBJECTIVE_FUNCTION", "RESOURCE_CONSTRAINT_LIMITS", "RESOURCE_CONSTRAINT_COEFFICIENTS",
    "GENERAL_CONSTRAINT_LIMITS", "GENERAL_CONSTRAINT_COEFFICIENTS",
)  # fmt: skip
_KEYWORDS = ("NAME", "TYPE", "DISCOUNT_RATE", "EOF", *_COUNTS, *_SECTIONS)
_MOST_PERIODS = 100_000


def _plain(keyword: str) -> str:
    """A keyword without case, joints between words and plurals."""
    words = re.split(r"[\s_-]+", keyword.upper())
    return "".join(w.removesuffix("S") if len(w) > 3 else w for w in words)


_BY_PLAIN = {_plain(k): k for k in _KEYWORDS}


@dataclass
class Descriptor:
    """What an optimisation file says.

    Attributes
    ----------
    counts : dict
        Of blocks, periods, destinations and side constraints, by keyword.
    rate : float or None
    value : float64 array, shape (n, d)
    lower, upper : float64 arrays, shape (r, t)
    use : ResourceUse
    general_lower, general_upper : float64 arrays, shape (m,)
    general : GeneralUse
    """

    counts: dict[str, int] = field(default_factory=dict)
    rate: float | None = None
    value: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 1)))
    lower: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 1)))
    upper: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 1)))
    use: ResourceUse = field(default_factory=no_use)
    general_lower: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    general_upper: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    general: GeneralUse = field(default_factory=no_general)


def read_descriptor(path: Path, kind: Kind) -> Descriptor:
    """Read an optimisation file.

    Raises
    ------
    TableError
        For a fault of the file, with its line: a section or count that is missing, given twice
        or does not fit; a number that is none, not finite or out of range; a file that ends early.
    """
    with Source(path) as source:
        return _Reader(source, kind).read()


class _Reader:
    """Goes through an optimisation file line by line, and section by section."""

    def __init__(self, source: Source, kind: Kind) -> None:
        self.source = source
        self.kind = kind
        self.out = Descriptor()
        self.given: set[str] = set()

    def read(self) -> Descriptor:
        """The whole file."""
        last = ""
        while (line := self.source.next_line()) is not None:
            if last == "EOF":
                raise self.source.fault("there is more after EOF", fix="end the file with EOF")
            last, value = self._keyword(line)
            if last in self.given:
                raise self.source.fault(f"{last} is given twice")
            self.given.add(last)
            if last in _SECTIONS:
                if value:
                    raise self.source.fault(f"'{value[:40]}' stands behind {last}")
                self._section(last)
            elif last != "EOF":
                self._header(last, value)
                self.source.drop_line()
            else:
                self.source.drop_line()
        self._complete(last)
        return self.out

    def _keyword(self, line: str) -> tuple[str, str]:
        """The keyword that a line begins with, and what follows it."""
        if not line[0].isalpha():
            missing = next((s for s in self._required() if s not in self.given), None)
            raise self.source.fault(
                f"{missing} is missing before these numbers" if missing
                else "these numbers stand in no section"
            )  # fmt: skip
        key, colon, value = line.partition(":")
        if not colon:
            words = line.split()
            fits = [k for k in range(1, len(words) + 1) if _plain(" ".join(words[:k])) in _BY_PLAIN]
            k = max(fits, default=1)
            key, value = " ".join(words[:k]), " ".join(words[k:])
        known = _BY_PLAIN.get(_plain(key.strip()))
        if known is None:
            near = get_close_matches(key.strip().upper(), _KEYWORDS, 1, 0.5)
            raise self.source.fault(
                f"'{key.strip()[:40]}' is no keyword of MineLib",
                fix=f"did you mean {near[0]}?" if near else "",
            )
        return known, value.strip()

    def _required(self) -> Iterable[str]:
        yield "NBLOCKS"
        if self.kind != "upit":
            yield from ("NPERIODS", "NRESOURCE_SIDE_CONSTRAINTS", "DISCOUNT_RATE")
        if self.kind == "pcpsp":
            yield "NDESTINATIONS"
        yield _OBJECTIVE
        if self.out.counts.get("NRESOURCE_SIDE_CONSTRAINTS", 0) > 0:
            yield from (_LIMITS, _USES)
        if self.out.counts.get("NGENERAL_SIDE_CONSTRAINTS", 0) > 0:
            yield from (_GENERAL_LIMITS, _GENERAL_USES)

    def _complete(self, last: str) -> None:
        for key in self._required():
            if key not in self.given:
                raise self.source.fault(
                    f"{key} is missing", whole=True, fix="is the file truncated?"
                )
        if last in (_USES, _GENERAL_USES):
            # how many of these there are is not announced, so only the mark tells
            raise self.source.fault(
                f"the file ends in {last}, without EOF: it may be truncated",
                whole=True,
                fix="get the file again, or end it with a line EOF if it is whole",
            )

    def _header(self, key: str, value: str) -> None:
        source = self.source
        if key == "NAME":
            return  # the files are known by what they are called
        if key == "TYPE":
            if value.lower() != self.kind:
                raise source.fault(
                    f"problem type is {value or 'not given'}, not {self.kind.upper()}"
                )
        elif key == "DISCOUNT_RATE":
            rate = read_number(source, value)
            if not -1 < rate <= HIGHEST_RATE:
                raise source.fault(
                    f"DISCOUNT_RATE is {value}, which is no rate of a period",
                    fix="give a fraction: 0.08 is 8 per cent",
                )
            self.out.rate = rate
        else:
            self._count(key, value)

    def _count(self, key: str, value: str) -> None:
        source = self.source
        if not re.fullmatch(r"\+?[0-9]{1,30}", value):
            raise source.fault(f"{key} is '{value[:40]}', which is not a whole number of things")
        count = int(value)
        least = 0 if key.endswith("CONSTRAINTS") else 1
        if count < least:
            raise source.fault(f"{key} is {count}: there must be at least {least}")
        # each of these has lines of its own, and a line takes four bytes or more
        most = _MOST_PERIODS if key == "NPERIODS" else (source.size + 1) // 2
        if count > most:
            held = (
                "can be planned" if key == "NPERIODS" else f"a file of {source.size:,} bytes holds"
            )
            raise source.fault(
                f"{key} is {count:,}, more than {held}", fix="is the file truncated?"
            )
        if key == "NGENERAL_SIDE_CONSTRAINTS" and count and self.kind != "pcpsp":
            raise source.fault(f"{self.kind.upper()} has no general side constraints")
        self.out.counts[key] = count

    def _shape(self, section: str) -> tuple[int, int, int, int, int]:
        """Counts of blocks, periods, destinations, resources and general constraints."""
        counts = self.out.counts
        needs = ["NBLOCKS"]
        if self.kind == "pcpsp":
            needs += ["NDESTINATIONS"]
        if section != _OBJECTIVE:
            needs += ["NPERIODS", "NRESOURCE_SIDE_CONSTRAINTS"]
        for key in needs:
            if key not in counts:
                raise self.source.fault(f"{key} is missing before {section}")
        d = counts["NDESTINATIONS"] if self.kind == "pcpsp" else 1
        n, t, r, m = (counts.get(k, 0) for k in (_COUNTS[0], _COUNTS[1], _COUNTS[3], _COUNTS[4]))
        least = {_OBJECTIVE: n * (2 + 2 * d), _LIMITS: 8 * r * t, _GENERAL_LIMITS: 6 * m}
        if least.get(section, 0) > self.source.size + 1:
            raise self.source.fault(
                f"{section} is announced with more lines than {self.source.size:,} bytes hold",
                fix="is the file truncated?",
            )
        return n, t, d, r, m

    def _section(self, section: str) -> None:
        n, t, d, r, m = self._shape(section)
        self.source.drop_line()
        out = self.out
        if section == _OBJECTIVE:
            out.value = read_objective(self.source, n, d)
        elif section == _LIMITS:
            lower, upper = read_limits(self.source, (r, t), ("resource", "period"))
            out.lower, out.upper = lower.reshape(r, t), upper.reshape(r, t)
        elif section == _GENERAL_LIMITS:
            out.general_lower, out.general_upper = read_limits(
                self.source, (m,), ("general constraint",)
            )
        elif section == _USES:
            sizes = {"block": n, "destination": d, "resource": r}
            if self.kind == "cpit":
                del sizes["destination"]
            x, factor = read_entries(self.source, sizes)
            none = np.zeros(len(factor), np.int32)
            out.use = ResourceUse(x["block"], x.get("destination", none), x["resource"], factor)
        else:
            sizes = {"block": n, "destination": d, "period": t, "row": m}
            x, factor = read_entries(self.source, sizes)
            out.general = GeneralUse(x["block"], x["destination"], x["period"], x["row"], factor)
