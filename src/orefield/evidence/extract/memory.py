"""What a text has spoken of so far: antecedents of its pronouns, and what it is about."""

from __future__ import annotations

from dataclasses import dataclass, field

from orefield.evidence.extract.anchor import Anchor

_ASSETS = frozenset(
    {
        "resource", "resource added", "reserve", "potential", "grade", "recovery", "throughput",
        "depth", "drilled length", "thickness", "mine life", "distance", "altitude", "length",
        "capacity",
    }
)  # fmt: skip
"""What a mine or a plant has, and a company only through them."""
_FINANCES = frozenset({"revenue", "profit", "EBITDA", "margin", "sales"})
"""What a company has, and a mine only for it."""
_TRADES = frozenset({"imports", "exports", "demand", "trade value", "self-sufficiency", "stocks"})
"""What a country or a market has, whoever was named last."""
_PARTNERED = frozenset({"from", "to", "with", "via", "来自", "向", "对", "与"})
"""What leads the other side of a trade: no country that "the country" means."""
COMPARED = frozenset({"仅次于", "较", "距", "距离", "than", "like", "behind", "near", "outside"})
"""What leads a thing that another is only held against."""
_UNMEMORABLE = frozenset({"person", "world", "thing", "price"})


@dataclass
class Memory:
    """What the text has spoken of so far.

    Attributes
    ----------
    last : dict of str to Anchor
        The last name of each kind.
    subject : Anchor or None
        What the sentence before was about.
    first_company : Anchor or None
    topic : Anchor or None
        What the whole text, or the part under the last heading, is about.
    home : Anchor or None
        The country or market whose trade the text reports.
    """

    last: dict[str, Anchor] = field(default_factory=dict)
    subject: Anchor | None = None
    first_company: Anchor | None = None
    topic: Anchor | None = None
    home: Anchor | None = None

    def note(self, anchors: list[Anchor]) -> None:
        """Remember the names of a sentence that was read."""
        for anchor in anchors:
            partner = anchor.kind == "place" and anchor.preposition in _PARTNERED
            if partner or anchor.preposition in COMPARED:
                continue
            if not anchor.pointing and anchor.kind not in _UNMEMORABLE:
                self.last[anchor.kind] = anchor
                if anchor.kind == "company" and self.first_company is None:
                    self.first_company = anchor

    def recall(self, kind: str) -> Anchor | None:  # noqa: PLR0911 -- in order
        """The nearest thing of a kind; one of unknown kind stands in for any but a place."""
        if not kind:
            return self.subject
        subject = self.subject
        last = self.last.get(kind)
        if subject is not None and subject.kind == kind:
            later = last is not None and last.start > subject.start and not last.preposition
            return last if later and kind in {"site", "plant"} else subject
        if kind == "company" and subject is not None and not subject.kind:
            return subject
        if kind in self.last:
            return self.last[kind]
        if kind == "plant":
            return self.last.get("site") or self.last.get("")
        if kind == "site" and "plant" in self.last:
            return self.last["plant"]
        if kind == "place" and self.home is not None:
            return self.home
        others = {"org", "thing", "world", *({"company"} if kind in {"site", "plant"} else ())}
        return self.last.get("") or (
            subject if subject is not None and subject.kind not in others else None
        )

    def carried(self, attribute: str) -> Anchor | None:
        """Whom a measure is of that its own sentence gives to nobody.

        Resources and grades go to the last asset, profits to the last company, trade to the
        country or market of the text; all else to what the sentence before was about.
        """
        subject = self.subject
        if attribute in _TRADES and self.home is not None:
            owned = subject is not None and subject.kind in {"company", "site", "plant"}
            return subject if owned and self.topic is not self.home else self.home
        if attribute in _ASSETS and subject is not None and subject.kind == "company":
            return self.last.get("site") or self.last.get("plant") or subject
        if attribute in _FINANCES and subject is not None and subject.kind in {"site", "plant"}:
            return self.last.get("company") or subject
        return subject
