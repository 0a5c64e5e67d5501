"""Lineage: what every result was made from, recorded while it was made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class Lineage:
    """Stages of entities, the parameters each read, and the stages each built on.

    A node is ``(stage, entity)``. The parameter keys are those that
    :meth:`orefield.study.Parameters.recording` saw being read.
    """

    _parameters: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)
    _upstream: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)
    _claims: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)

    def record(
        self,
        scenario: str,
        stage: str,
        entity: str,
        keys: Iterable[str],
        upstream: Iterable[str] = (),
        claims: Iterable[str] = (),
    ) -> None:
        """Note what a stage of an entity read, and on which ``stage:entity`` it builds.

        ``claims`` are those that it reads itself, not through a parameter.
        """
        node = (scenario, stage, entity)
        self._parameters.setdefault(node, set()).update(keys)
        self._upstream.setdefault(node, set()).update(upstream)
        self._claims.setdefault(node, set()).update(claims)

    def frame(self) -> pd.DataFrame:
        """Table ``scenario, stage, entity, kind, name``; kind is parameter, upstream, claim."""
        import pandas as pd

        rows = [
            (*node, kind, name)
            for kind, table in (
                ("parameter", self._parameters), ("upstream", self._upstream),
                ("claim", self._claims),
            )
            for node, names in table.items()
            for name in sorted(names)
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["scenario", "stage", "entity", "kind", "name"])
