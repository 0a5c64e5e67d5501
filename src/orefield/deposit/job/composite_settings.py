"""The ``[composite]`` section: lengths, residuals, what is missing, density."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.core import ModelError
from orefield.core.sections import Section, hint
from orefield.deposit.drillholes.composite import DENSITY
from orefield.deposit.drillholes.runs import CompositeRules
from orefield.deposit.drillholes.segments import Segments
from orefield.deposit.drillholes.tables import Drillholes
from orefield.deposit.job.settings import DepositSettings


@dataclass(frozen=True)
class CompositeSettings:
    """What is composited, and how.

    Attributes
    ----------
    rules : CompositeRules
    values : tuple of str
        All values of the tables when empty.
    domains : tuple of str
        Domains whose composites are kept; all when empty.
    density_t_m3 : dict of str to float
        By domain; ``default`` for all others.
    """

    rules: CompositeRules
    values: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    density_t_m3: dict[str, float] = field(default_factory=dict)


def composite_settings(settings: DepositSettings) -> CompositeSettings:
    """Read ``[composite]``.

    Raises
    ------
    ModelError
        When it is missing, has unknown keys, or what it asks cannot be.
    """
    section = settings.section("composite", "say how long composites are: length_m = ...")
    given: dict[str, Any] = {}
    for key in ("length_m", "minimum_m", "minimum_coverage", "bench_m", "bench_base_m"):
        if section.has(key):
            given[key] = section.number(key)
    if not section.has("length_m", "bench_m") or not {"length_m", "bench_m"} & set(given):
        raise ModelError(
            "'length_m' is missing", where=section.where, fix="give a length, or bench_m"
        )
    for key in ("residual", "weight"):
        if section.has(key):
            given[key] = section.text(key)
    if section.has("missing"):
        given["missing"] = section.take("missing", "", (str, int, float), "a word or a number")
    given["keep_empty"] = section.flag("keep_empty")
    values, domains = section.names("values"), section.names("domains")
    density = section.numbers("density")
    for name, value in density.items():
        if not 0.0 < value <= 25.0:
            raise ModelError(
                f"the density of '{name}' is {value:g} t/m3", where=f"{section.where}.density",
                fix="give t/m3",
            )  # fmt: skip
    section.done()
    return CompositeSettings(_rules(section, given), values, domains, density)


def _rules(section: Section, given: dict[str, Any]) -> CompositeRules:
    return section.build(CompositeRules, **given)


def densities(
    holes: Drillholes,
    segments: Segments,
    by_domain: Mapping[str, float],
    domain: str,
    known_domains: Collection[str] = (),
) -> NDArray[np.float64] | None:
    """Density (t/m3) of each piece: measured, else of its domain, else the default.

    Parameters
    ----------
    holes, segments
        Validated holes and their pieces, with the code ``domain`` where there are domains.
    by_domain : mapping of str to float
        Density (t/m3) by domain; ``default`` for all others.
    domain : str
        Name of the code.
    known_domains : collection of str
        Domains that may have a density though no piece lies in them.

    Returns
    -------
    ndarray of shape (n,) or None
        NaN where nothing is known; ``None`` where no table has a density and none is given.

    Raises
    ------
    ModelError
        For a density of a domain that there is not.
    """
    out = np.full(len(segments), np.nan)
    known = bool(by_domain)
    for name, table in holes.tables.items():
        if DENSITY in table.values and len(table):
            row = segments.row[name]
            measured = table.values[DENSITY][np.maximum(row, 0)]
            out = np.where((row >= 0) & ~np.isnan(measured), measured, out)
            known = True
    if not known:
        return None
    words = segments.codes.get(domain, np.full(len(segments), ""))
    for name, value in by_domain.items():
        if name == "default":
            continue
        here = words == name
        if not here.any() and name not in known_domains:
            raise ModelError(
                f"a density is given for domain '{name}', which there is not",
                fix=hint(name, (*known_domains, *np.unique(words).tolist(), "default")),
            )
        out = np.where(np.isnan(out) & here, value, out)
    out = np.where(np.isnan(out), by_domain.get("default", np.nan), out)
    return out
