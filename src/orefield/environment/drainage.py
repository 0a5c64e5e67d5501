"""Where an asset's water enters the rivers, read from a described chain.

A chain is a person's description of the way to the sea, and may stop short of certainty:

    local stream > Re Qu or Zi Qu > Jinsha (JS03) > Yangtze > East China Sea

It is read by these rules, and never beyond them:

* steps stand between ``>``; a node's id stands in parentheses, a reach as ``(A-B)``;
* the first step that holds an id or names a river of the network is where the asset enters:
  ``at`` the node of a single id; of a reach, ``above`` its lower end, which all of it passes;
  of a river without an id, somewhere on it, hence ``above`` that river's lowest node;
* two rivers of the network joined by ``or`` in that step are two candidates;
* a later id on that same river narrows the place to it; any other must lie on the way down;
* a river of the network that the *note* names and whose water never meets that way is a
  doubt, hence another candidate;
* ``as <asset>`` takes another asset's chain;
* a chain that touches no river of the network has no candidate: it is only described.

Two or more candidates make a drainage **unresolved**. All of them are kept and reported;
choosing needs a terrain model, not a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from numpy.typing import ArrayLike

from orefield.core.amounts import Array
from orefield.core.errors import TableError
from orefield.core.tables import Row
from orefield.environment.rivers import PathPoint, RiverNetwork, RiverPath
from orefield.environment.water import share_of_flow

CHAIN_COLUMNS = ("asset_id", "chain", "countries", "mark_note")
"""Columns of a table of chains."""

_ID_GROUP = re.compile(r"\(([A-Z]{2}\d{2})(?:-([A-Z]{2}\d{2}))?\)")
_AS = re.compile(r"as (\w+)")


class Position(StrEnum):
    """How surely a candidate's node is where the water enters."""

    AT = "at"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way that an asset's water may take.

    Attributes
    ----------
    position : Position
        ``AT`` the path's first node, or somewhere ``ABOVE`` it on the same river.
    path : RiverPath
        From that node down.
    """

    position: Position
    path: RiverPath


@dataclass(frozen=True, slots=True)
class Dilution:
    """Make-up water beside the river that an asset drains to.

    Attributes
    ----------
    point : PathPoint
        First node on the way with a flow. Its ``node.flow_mark`` says how the flow is
        known.
    at_least : bool
        Whether the true share is larger, as the water enters further up, where there is
        less of it.
    share : ndarray
        Yearly make-up water / mean annual flow.
    """

    point: PathPoint
    at_least: bool
    share: Array


@dataclass(frozen=True, slots=True)
class Drainage:
    """Where an asset's water goes, as far as it is known.

    Attributes
    ----------
    asset_id, description, note : str
        The chain and its note as written.
    countries : tuple of str
        Countries that the table gives, ``"CN;IN;BD"``; alternatives as written.
    candidates : tuple of Candidate
        None for a chain outside the network, one when resolved, more when not.
    """

    asset_id: str
    description: str
    note: str
    countries: tuple[str, ...]
    candidates: tuple[Candidate, ...]

    @property
    def in_network(self) -> bool:
        """Whether any river of the chain is in the network."""
        return bool(self.candidates)

    @property
    def unresolved(self) -> bool:
        """Whether it is open which river the water takes."""
        return len(self.candidates) > 1

    @property
    def countries_known(self) -> tuple[str, ...]:
        """Countries of the table and of the borders surely passed on any way, each once."""
        listed = [code for text in self.countries for code in text.split(";")]
        passed = [code for c in self.candidates for code in c.path.countries]
        return tuple(dict.fromkeys([*listed, *passed]))

    @property
    def status(self) -> str:
        """One line for a report."""
        if not self.candidates:
            return f"described only: {self.description}"
        ways = [f"{c.path.rivers[0]} ({c.position} {c.path.node_ids[0]})" for c in self.candidates]
        text = f"unresolved: {' or '.join(ways)}" if self.unresolved else ways[0]
        for candidate in self.candidates:
            for lake in candidate.path.terminal_lakes:
                if lake.downstream_id:
                    text += f"; {lake.node_id} flows on to {lake.downstream_id} at times only"
                else:
                    text += f"; {lake.node_id} has no outlet"
        return text

    def dilution(self, make_up_m3: ArrayLike) -> tuple[Dilution | None, ...]:
        """Make-up water (m3 a year) as a share of the first known flow, a candidate each.

        None for a candidate without any flow on its way. This is a share of water taken,
        not a concentration.

        Raises
        ------
        InputError
            For negative or non-finite water.
        """
        out: list[Dilution | None] = []
        for candidate in self.candidates:
            point = candidate.path.first_with_flow()
            if point is None or point.node.flow_m3_s is None:
                out.append(None)
                continue
            lower = candidate.position is Position.ABOVE or point.cumulative_km > 0.0
            share = share_of_flow(make_up_m3, point.node.flow_m3_s)
            out.append(Dilution(point, lower, share))
        return tuple(out)


def read_chains(rows: Iterable[Row], network: RiverNetwork) -> dict[str, Drainage]:
    """Drainages by asset, from a table with :data:`CHAIN_COLUMNS`.

    Raises
    ------
    TableError
        For a repeated asset, an id that the network lacks, a reach whose lower end does
        not lie below its upper one, or ``as`` an asset that is absent or itself ``as``.
    """
    by_asset: dict[str, Row] = {}
    for row in rows:
        asset = row.text("asset_id")
        if asset in by_asset:
            raise TableError(f"asset '{asset}' has two chains", where=row.where)
        by_asset[asset] = row
    return {asset: _read_chain(row, by_asset, network) for asset, row in by_asset.items()}


def _read_chain(row: Row, by_asset: Mapping[str, Row], network: RiverNetwork) -> Drainage:
    source = row
    same = _AS.fullmatch(row.text("chain"))
    if same is not None:
        source = by_asset.get(same[1], row)
        if source is row or _AS.fullmatch(source.text("chain")):
            raise TableError(
                f"'{row.text('chain')}' names no asset with a chain of its own",
                where=f"{row.where}, column 'chain'",
                fix="write the chain out",
            )
    chain, note = source.text("chain"), row.text("mark_note", "")
    found = _from_steps(chain, source.where, network)
    on_the_way = {node_id for c in found for node_id in c.path.node_ids}
    for river in _named(note, network.rivers) if found else ():
        doubt = network.downstream(network.last_of(river).node_id)
        if on_the_way.isdisjoint(doubt.node_ids):
            found.append(Candidate(Position.ABOVE, doubt))
    return Drainage(
        asset_id=row.text("asset_id"),
        description=chain,
        note=note,
        countries=tuple(c.strip() for c in row.text("countries").split(" or ")),
        candidates=tuple(found),
    )


def _from_steps(chain: str, where: str, network: RiverNetwork) -> list[Candidate]:
    place = f"{where}, column 'chain'"
    for node_id in (found for group in _ID_GROUP.findall(chain) for found in group if found):
        if node_id not in network.by_id:
            raise TableError(
                f"the chain names the unknown river node '{node_id}'",
                where=place,
                fix="add the node, or mend the id",
            )
    candidates: list[Candidate] = []
    for step in chain.split(">"):
        group = _ID_GROUP.search(step)
        if group is not None and candidates and not _narrows(group[1], candidates, network):
            _require_below(group[1], candidates, place)
        elif group is not None:
            upper, lower = network.downstream(group[1]), network.downstream(group[2] or group[1])
            entry = Candidate(Position.ABOVE if group[2] else Position.AT, lower)
            _require_below(lower.node_ids[0], [Candidate(Position.AT, upper)], place)
            candidates = [entry]
        elif not candidates:
            rivers = _named(step, network.rivers)
            candidates = [
                Candidate(Position.ABOVE, network.downstream(network.last_of(river).node_id))
                for river in (rivers if " or " in step else rivers[:1])
            ]
    return candidates


def _narrows(node_id: str, candidates: list[Candidate], network: RiverNetwork) -> bool:
    """Whether a node says where on its river a single candidate enters."""
    first = candidates[0]
    return (
        len(candidates) == 1
        and first.position is Position.ABOVE
        and network.by_id[node_id].river == first.path.rivers[0]
        and first.path.node_ids[0] in network.downstream(node_id).node_ids
    )


def _require_below(node_id: str, candidates: list[Candidate], place: str) -> None:
    if not any(node_id in candidate.path.node_ids for candidate in candidates):
        raise TableError(
            f"'{node_id}' does not lie below {candidates[0].path.node_ids[0]}",
            where=place,
            fix="write steps and reaches in the order in which the water passes them",
        )


def _named(text: str, rivers: tuple[str, ...]) -> tuple[str, ...]:
    """Rivers whose whole name stands in ``text``, in the order of the text."""
    places = {}
    for river in rivers:
        match = re.search(rf"(?<![\w-]){re.escape(river)}(?![\w-])", text)
        if match is not None:
            places[river] = match.start()
    return tuple(sorted(places, key=lambda river: places[river]))
