"""What definitions, flows and marks are called in the report, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Definition:
    """A definition of self-sufficiency.

    Attributes
    ----------
    short, title : str
        For tables, and for headings.
    numerator, denominator, meaning : str
    """

    short: str
    title: str
    numerator: str
    denominator: str
    meaning: str


DEFINITIONS: Mapping[str, Definition] = MappingProxyType(
    {
        "mine_over_use": Definition(
            "Mine / use",
            "Mines over use",
            "copper in the concentrate of domestic mines",
            "all copper that fabricators use, refined and melted scrap",
            "The strictest: what comes out of the country's own ground.",
        ),
        "mine_plus_domestic_scrap_over_use": Definition(
            "Mine + scrap / use",
            "Mines and domestic scrap over use",
            "the same, and old and new scrap recovered at home",
            "all copper that fabricators use, refined and melted scrap",
            "What the country's ground and its own stock of used metal give together.",
        ),
        "domestic_refined_over_refined_use": Definition(
            "Refined / refined use",
            "Refined from domestic raw material over refined use",
            "refined copper made from domestic concentrate and domestic scrap",
            "refined copper used",
            "What smelters and refineries could still make if imports of raw material stopped; "
            "scrap that is melted without refining is on neither side.",
        ),
    }
)
"""The definitions, the narrowest first."""


def definition(key: str) -> Definition:
    """Words for a definition; one made from its key when it is new."""
    plain = key.replace("_", " ")
    return DEFINITIONS.get(key) or Definition(plain, plain.capitalize(), "", "", "")


@dataclass(frozen=True)
class Flow:
    """A yearly flow of the national balance.

    Attributes
    ----------
    metric : str
        Field of the results.
    label : str
    domestic : bool
    note : str
    """

    metric: str
    label: str
    domestic: bool
    note: str = ""


SUPPLY: tuple[Flow, ...] = (
    Flow("modelled_mine_t", "Modelled mines", True, "the assets of this study"),
    Flow("mine_remainder_t", "Other mines", True, "national total less the modelled mines"),
    Flow("old_scrap_t", "Old scrap", True, "from products at the end of their life"),
    Flow("new_scrap_t", "New scrap", True, "from fabrication"),
    Flow("concentrate_imports_t", "Concentrate imports", False, "metal contained"),
    Flow("anode_imports_t", "Anode and blister imports", False, "metal contained"),
    Flow("scrap_imports_t", "Scrap imports", False, "metal contained"),
    Flow("refined_imports_t", "Refined imports", False,
         "gross where published, net of exports after"),
    Flow("unexplained_feed_t", "Unexplained feed", False,
         "what published refined output implies and no visible source explains"),
)  # fmt: skip
"""Sources of copper to the nation, as they are stacked."""

USES: tuple[Flow, ...] = (
    Flow("refined_output_t", "Refined output", True, "all refineries"),
    Flow("refined_exports_t", "Refined exports", False),
    Flow("refined_use_t", "Refined copper used", True),
    Flow("direct_melt_t", "Scrap melted directly", True, "used without refining"),
    Flow("total_use_t", "Total use", True, "refined used and scrap melted directly"),
)
"""Where it goes."""

MARKS: Mapping[str, str] = MappingProxyType(
    {
        "read": "read in its source",
        "derived": "derived from figures that were read",
        "recall": "recalled: from memory, no source at hand yet",
        "assumption": "assumed: with a reason and, where it matters, a range",
        "override": "set by the user over what the study says",
    }
)
"""What the marks of evidence mean."""

STAND_IN = "stand-in geology"
"""Label of deposits that no blocks or drill holes were given for."""


def is_stand_in(geology: str) -> bool:
    """Whether an asset's geology is synthetic."""
    return geology.startswith(STAND_IN)
