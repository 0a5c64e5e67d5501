"""The metal ledger: every tonne that moves, and the one check that closes it.

A row says that in a period a quantity of a commodity, in some material, went from one
node to another. Nodes are of three kinds:

* **process** nodes (a mill, a smelter): what enters leaves in the same period;
* **stock** nodes (a deposit, a tailings facility, copper in use): inflow less outflow
  is the change of a *level*, which the stage that keeps the stock writes down by its own
  reckoning, so that the check compares two independent accounts;
* **boundary** nodes (the rest of the world, losses to the environment): the system ends
  there and nothing is required of them.

A commodity is ``Cu``, ``Mo``, ``Ag``, ``Au`` (contained tonnes) or ``solids`` (dry mass
of everything), so total mass closes beside each metal.

Sources: the law is mass conservation; layout of process, flow and stock tables after
Brunner & Rechberger, *Practical Handbook of Material Flow Analysis* (2004), ch. 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orefield.core._codes import Codes, whole
from orefield.core.errors import LedgerError

if TYPE_CHECKING:
    import pandas as pd

TOLERANCE = 1e-9
"""Largest relative residual that counts as closed."""

_LEVEL_SHARE = 1e-6
# A level of 1e7 t carries a rounding error of about 1e-9 t; measured against a flow of
# 1e-9 t that would be no closure at all. Residuals are therefore measured against the
# larger of the flows and this share of the level.

_TEXT = ("stage", "asset", "from", "to", "material", "commodity", "basis", "source")
_DTYPES = {
    "is_level": np.bool_, "period": np.int16, "draw": np.int32, "quantity_t": np.float64,
    **dict.fromkeys(_TEXT, np.int16),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Closure:
    """Result of a check: how well the ledger closes, and where it is worst.

    Attributes
    ----------
    rows : int
        Rows checked, flows and levels together.
    cells : int
        Combinations of node, commodity, period and draw that were closed.
    max_relative_residual : float
    worst : str
        The node, commodity, period and draw of that residual.
    """

    rows: int
    cells: int
    max_relative_residual: float
    worst: str

    def require(self, tolerance: float = TOLERANCE) -> Closure:
        """Return self, or raise.

        Raises
        ------
        LedgerError
            When the residual exceeds ``tolerance``; the node is named.
        """
        if not self.max_relative_residual <= tolerance:
            raise LedgerError(
                f"the metal ledger does not close: relative residual "
                f"{self.max_relative_residual:.3e} exceeds {tolerance:.0e}",
                where=self.worst,
                fix="the stage that writes this node creates or loses metal; mend the stage",
            )
        return self


class MetalLedger:
    """Append-only rows of flows and stock levels for one scenario.

    Parameters
    ----------
    scenario : str
        Name of the scenario that all rows belong to.
    boundaries : iterable of str
        Names of the boundary nodes.
    """

    def __init__(self, scenario: str = "baseline", boundaries: Iterable[str] = ()) -> None:
        self.scenario = scenario
        self.boundaries = set(boundaries)
        self._codes = {name: Codes() for name in _TEXT}
        self._nodes = Codes()
        self._chunks: list[dict[str, NDArray[np.generic]]] = []
        self.rows = 0

    # -- writing -------------------------------------------------------------------

    def flow(
        self,
        *,
        stage: str,
        src: str,
        dst: str,
        material: str,
        commodity: str,
        period: ArrayLike,
        quantity_t: ArrayLike,
        draw: ArrayLike = 0,
        asset: str = "",
        basis: str = "contained",
        source: str = "model",
    ) -> None:
        """Append flows of ``quantity_t`` tonnes from node ``src`` to node ``dst``.

        ``period``, ``draw`` and ``quantity_t`` broadcast against each other; rows of
        exactly zero are not stored.

        Raises
        ------
        LedgerError
            When a quantity is negative, NaN or infinite, or both nodes are the same.
        """
        if src == dst:
            raise LedgerError(f"a flow from node '{src}' to itself", where=f"stage {stage}")
        self._append("flow", stage, asset, src, dst, material, commodity, basis, source,
                     period, draw, quantity_t)  # fmt: skip

    def level(
        self,
        *,
        stage: str,
        node: str,
        material: str,
        commodity: str,
        period: ArrayLike,
        quantity_t: ArrayLike,
        draw: ArrayLike = 0,
        asset: str = "",
        basis: str = "contained",
        source: str = "model",
    ) -> None:
        """Append the level (t) of a stock node at the *end* of each period.

        The opening level belongs to the period before the first flow.

        Raises
        ------
        LedgerError
            When a level is negative, NaN or infinite.
        """
        self._append("level", stage, asset, node, node, material, commodity, basis, source,
                     period, draw, quantity_t)  # fmt: skip

    def _append(
        self,
        kind: str,
        stage: str,
        asset: str,
        src: str,
        dst: str,
        material: str,
        commodity: str,
        basis: str,
        source: str,
        period: ArrayLike,
        draw: ArrayLike,
        quantity_t: ArrayLike,
    ) -> None:
        place = f"stage {stage}, {src} -> {dst}"
        try:
            p, d, q = np.broadcast_arrays(
                whole(period, np.int16, "period", place),
                whole(draw, np.int32, "draw", place),
                np.asarray(quantity_t, dtype=np.float64),
            )
        except ValueError as error:
            raise LedgerError(
                f"period, draw and quantity do not fit each other: {error}",
                where=place,
                fix="give shapes that broadcast, such as (n_years,), (n_draws, 1), both",
            ) from error
        p, d, q = p.ravel(), d.ravel(), q.ravel()
        bad = ~(np.isfinite(q) & (q >= 0.0))
        if bad.any():
            at = int(np.flatnonzero(bad)[0])
            raise LedgerError(
                f"{commodity} {kind} of {q[at]} t",
                where=f"stage {stage}, {src} -> {dst}, {p[at]}, draw {d[at]}",
                fix="quantities are finite and not negative; turn the flow round instead",
            )
        if kind == "flow":
            keep = q != 0.0
            p, d, q = p[keep], d[keep], q[keep]
        if q.size == 0:
            return
        text = (stage, asset, src, dst, material, commodity, basis, source)
        codes = {
            name: np.full(
                q.size, (self._nodes if name in ("from", "to") else self._codes[name])(value),
                dtype=np.int16,
            )
            for name, value in zip(_TEXT, text, strict=True)
        }  # fmt: skip
        is_level = np.full(q.size, kind == "level")
        self._chunks.append(
            {"period": p, "draw": d, "quantity_t": q, "is_level": is_level, **codes}
        )
        self.rows += q.size

    # -- reading -------------------------------------------------------------------

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """All rows as columns; text columns as integer codes (see :meth:`names`)."""
        if not self._chunks:
            return {}
        if len(self._chunks) > 1:
            merged = {
                name: np.concatenate([chunk[name] for chunk in self._chunks])
                for name in self._chunks[0]
            }
            self._chunks = [merged]
        return self._chunks[0]

    def names(self, column: str) -> list[str]:
        """What the codes of a text column stand for."""
        return (self._nodes if column in ("from", "to") else self._codes[column]).names

    def frame(self) -> pd.DataFrame:
        """All rows as a pandas frame with categorical text columns."""
        import pandas as pd

        columns = self.columns()
        out: dict[str, Any] = {}
        for name, values in columns.items():
            if name in _TEXT:
                out[name] = pd.Categorical.from_codes(
                    values.astype(np.int32), categories=pd.Index(self.names(name))
                )
            else:
                out[name] = values
        frame = pd.DataFrame(out)
        frame["unit"] = "t"
        frame["scenario"] = self.scenario
        return frame

    def to_parquet(self, path: Path | str, draws: Iterable[int] | None = None) -> int:
        """Write rows (of the given draws, or all) to Parquet; returns the number written."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = self.columns()
        if not columns:
            keep = np.zeros(0, dtype=bool)
        elif draws is None:
            keep = np.ones(self.rows, dtype=bool)
        else:
            keep = np.isin(columns["draw"], np.asarray(list(draws)))
        arrays: dict[str, pa.Array] = {}
        for name in ("is_level", "period", "draw", *_TEXT, "quantity_t"):
            values = columns[name][keep] if columns else np.zeros(0, dtype=_DTYPES[name])
            if name in _TEXT:
                arrays[name] = pa.DictionaryArray.from_arrays(
                    pa.array(values.astype(np.int16)), pa.array(self.names(name), pa.string())
                )
            else:
                arrays[name] = pa.array(values)
        table = pa.table(arrays)
        n = int(table.num_rows)
        table = table.append_column("unit", pa.array(["t"] * n).dictionary_encode())
        table = table.append_column("scenario", pa.array([self.scenario] * n).dictionary_encode())
        pq.write_table(table, path, compression="zstd", compression_level=3)
        return n

    # -- the check -----------------------------------------------------------------

    def check(self) -> Closure:
        """Close every node, commodity, period and draw.

        At a process node the residual is inflow less outflow; at a stock node it is
        that less the change of level. A stock node must have a level for every period
        between its first and last, or the check fails there.

        Returns
        -------
        Closure
            Call :meth:`Closure.require` to raise when it is not closed.
        """
        columns = self.columns()
        if not columns:
            return Closure(0, 0, 0.0, "empty ledger")
        quantity = np.asarray(columns["quantity_t"], dtype=np.float64)
        is_level = columns["is_level"].astype(bool)
        period = columns["period"].astype(np.int64)
        draw = columns["draw"].astype(np.int64)
        commodity = columns["commodity"].astype(np.int64)
        p0, d0 = int(period.min()), int(draw.min())
        n_p = int(period.max()) - p0 + 1
        n_c, n_n = len(self.names("commodity")), len(self._nodes.names)
        n_d = int(draw.max()) - d0 + 1
        cell = ((draw - d0) * n_c + commodity) * n_n
        size = n_d * n_c * n_n * n_p

        def total(mask: NDArray[np.bool_], node: NDArray[np.int64]) -> NDArray[np.float64]:
            key = (cell[mask] + node[mask]) * n_p + period[mask] - p0
            sums = np.bincount(key, weights=quantity[mask], minlength=size)
            return np.asarray(sums, dtype=np.float64).reshape(n_d, n_c, n_n, n_p)

        src, dst = columns["from"].astype(np.int64), columns["to"].astype(np.int64)
        inflow, outflow = total(~is_level, dst), total(~is_level, src)
        level = total(is_level, src)
        key = (cell[is_level] + src[is_level]) * n_p + period[is_level] - p0
        known = (np.bincount(key, minlength=size) > 0).reshape(level.shape)
        if (np.bincount(key, minlength=1) > 1).any():
            # Several materials may share a stock node; their levels add up. But the
            # same material twice in a period would be counted double: refuse it.
            self._refuse_double_levels(columns, is_level)

        change = np.zeros_like(level)
        change[..., 1:] = level[..., 1:] - level[..., :-1]
        is_stock = known.any(axis=3, keepdims=True)
        has_change = np.zeros_like(known)
        has_change[..., 1:] = known[..., 1:] & known[..., :-1]
        flows = np.maximum(inflow, outflow)
        residual = np.abs(inflow - outflow - np.where(has_change, change, 0.0))
        # a stock with a flow but without both levels cannot be checked: count it as open
        residual = np.where(is_stock & ~has_change & (flows > 0), flows, residual)
        scale = np.maximum(flows, np.where(has_change, _LEVEL_SHARE * level, 0.0))
        scale = np.maximum(scale, np.where(has_change & (scale == 0), np.abs(change), 0.0))
        checked = (scale > 0) & ~self._boundary_mask(n_n)[None, None, :, None]
        relative = np.zeros_like(residual)
        np.divide(residual, scale, out=relative, where=checked)
        # between its first and last level a stock is watched, idle or not
        before = np.maximum.accumulate(known, axis=3)
        after = np.maximum.accumulate(known[..., ::-1], axis=3)[..., ::-1]
        gap = before & after & ~known & ~self._boundary_mask(n_n)[None, None, :, None]
        relative[gap] = np.maximum(relative[gap], 1.0)
        checked |= gap
        at = int(np.argmax(relative))
        i_d, i_c, i_n, i_p = np.unravel_index(at, relative.shape)
        worst = (
            f"node {self._nodes.names[int(i_n)]}, {self.names('commodity')[int(i_c)]}, "
            f"{p0 + int(i_p)}, draw {d0 + int(i_d)}, scenario {self.scenario}: "
            f"in {inflow[i_d, i_c, i_n, i_p]:.6g} t, out {outflow[i_d, i_c, i_n, i_p]:.6g} t, "
            f"change of level {change[i_d, i_c, i_n, i_p]:.6g} t"
        )
        return Closure(self.rows, int(checked.sum()), float(relative.ravel()[at]), worst)

    def _boundary_mask(self, n_nodes: int) -> NDArray[np.bool_]:
        return np.array([self._nodes.names[i] in self.boundaries for i in range(n_nodes)])

    def _refuse_double_levels(
        self, columns: dict[str, NDArray[np.generic]], is_level: NDArray[np.bool_]
    ) -> None:
        keys = np.column_stack(
            [columns[c][is_level] for c in ("from", "material", "commodity", "period", "draw")]
        )
        unique, counts = np.unique(keys, axis=0, return_counts=True)
        if (counts > 1).any():
            row = unique[int(np.argmax(counts))]
            raise LedgerError(
                f"two levels of {self.names('material')[int(row[1])]} at one node and period",
                where=f"node {self._nodes.names[int(row[0])]}, {int(row[3])}, draw {int(row[4])}",
                fix="a stock's level is written once, by the stage that keeps it",
            )
