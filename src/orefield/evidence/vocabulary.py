"""The closed lists of words that claims and sources are described with."""

from __future__ import annotations

from enum import StrEnum


class Basis(StrEnum):
    """What a mass is the mass of. Gross and contained tonnes are never mixed."""

    ORE = "ore"
    CONCENTRATE_GROSS = "concentrate_gross"
    CONTAINED = "contained"
    RECOVERABLE = "recoverable"
    PAYABLE = "payable"
    GROSS = "gross"
    NONE = "none"
    UNSTATED = "unstated"
    """The source gives a mass without saying of what: kept for checks, never used."""


class Stage(StrEnum):
    """Where in the chain of a metal the figure is taken."""

    MINE = "mine"
    SMELTER = "smelter"
    REFINED = "refined"
    SEMIS = "semis"
    USE = "use"
    SCRAP = "scrap"
    NONE = "none"


class ResourceClass(StrEnum):
    """How sure the figure is meant to be: CRIRSCO classes, and plan against outcome."""

    POTENTIAL = "potential"
    INFERRED = "inferred"
    INDICATED = "indicated"
    MEASURED = "measured"
    RESOURCE = "resource"
    RESERVE = "reserve"
    CAPACITY = "capacity"
    PLAN = "plan"
    GUIDANCE = "guidance"
    ACTUAL = "actual"
    NONE = "none"


class RateType(StrEnum):
    """Which rate a percentage of recovery or recycling is.

    ``eol_rr`` end-of-life recycling rate, ``eol_rir`` end-of-life recycled input rate,
    ``osr`` old scrap ratio (UNEP 2011, Recycling Rates of Metals), ``rir`` recycled input
    rate of new and old scrap together.
    """

    PROCESS_YIELD = "process_yield"
    EOL_RR = "eol_rr"
    EOL_RIR = "eol_rir"
    OSR = "osr"
    RIR = "rir"
    NONE = "none"


class Qualifier(StrEnum):
    """How the source hedges the figure."""

    EXACT = "="
    AT_LEAST = ">="
    ABOUT = "~"
    AT_MOST = "<="
    RANGE = "range"
    TARGET = "target"


class Mark(StrEnum):
    """How the figure came into the table."""

    READ = "read"
    DERIVED = "derived"
    RECALL = "recall"

    @property
    def label(self) -> str:
        """What a reader is shown beside the figure."""
        return _MARK_LABELS[self]


_MARK_LABELS = {
    Mark.READ: "read in the source",
    Mark.DERIVED: "derived from other figures",
    Mark.RECALL: "recalled, unverified",
}


class SigmaClass(StrEnum):
    """How far to trust a figure, by the kind of its source, best first.

    ====  ==================================================
    A     regulator, statistics, the company itself
    B     academic work, compilation
    C     trade press; anything derived from other figures
    D     news, mirror of another text
    E     machine-written text, memory
    ====  ==================================================
    """

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


class SourceKind(StrEnum):
    """Who speaks."""

    REGULATOR = "regulator"
    COMPANY = "company"
    STATISTICS = "statistics"
    ACADEMIC = "academic"
    TRADE_PRESS = "trade press"
    NEWS = "news"
    COMPILATION = "compilation"
    MIRROR = "mirror"
    MACHINE_WRITTEN = "machine-written"
    MEMORY = "memory"
    DERIVED = "derived"

    @property
    def sigma_class(self) -> SigmaClass:
        """The best class that a claim from such a source can have."""
        return _SIGMA[self]


_SIGMA = {
    SourceKind.REGULATOR: SigmaClass.A,
    SourceKind.COMPANY: SigmaClass.A,
    SourceKind.STATISTICS: SigmaClass.A,
    SourceKind.ACADEMIC: SigmaClass.B,
    SourceKind.COMPILATION: SigmaClass.B,
    SourceKind.TRADE_PRESS: SigmaClass.C,
    SourceKind.DERIVED: SigmaClass.C,
    SourceKind.NEWS: SigmaClass.D,
    SourceKind.MIRROR: SigmaClass.D,
    SourceKind.MACHINE_WRITTEN: SigmaClass.E,
    SourceKind.MEMORY: SigmaClass.E,
}
