"""From drill holes to composites, as settings describe it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orefield.core import ModelError
from orefield.core.sections import hint
from orefield.core.telling import Tell, told
from orefield.deposit.domains import Domains
from orefield.deposit.drillholes.composite import HoleComposites, composite
from orefield.deposit.drillholes.composite_sums import Balance
from orefield.deposit.drillholes.desurvey import Paths, desurvey
from orefield.deposit.drillholes.findings import Findings
from orefield.deposit.drillholes.segments import segments_of
from orefield.deposit.drillholes.tables import Drillholes
from orefield.deposit.job.composite_settings import (
    CompositeSettings,
    composite_settings,
    densities,
)
from orefield.deposit.job.domain_settings import domains_of
from orefield.deposit.job.holes_settings import holes_of
from orefield.deposit.job.settings import DepositSettings
from orefield.deposit.samples import Samples


@dataclass(frozen=True, eq=False)
class Composited:
    """Everything between the files and the composites.

    Attributes
    ----------
    holes, findings, paths, composites, balances
        As the steps return them.
    asked : CompositeSettings
    domains : Domains or None
    """

    holes: Drillholes
    findings: Findings
    paths: Paths
    composites: HoleComposites
    balances: dict[str, Balance]
    asked: CompositeSettings
    domains: Domains | None


def composites_of(settings: DepositSettings) -> Samples:
    """Composites of ``[holes]`` by ``[composite]`` and ``[domains]``.

    Raises
    ------
    OrefieldError
        For files that cannot be read, errors in the holes, and composites that cannot be.
    """
    holes, findings = holes_of(settings)
    findings.refuse_errors("orefield deposit composite lists them all")
    return composited(settings, holes, findings).composites.samples


def composited(
    settings: DepositSettings,
    holes: Drillholes,
    findings: Findings,
    tell: Tell | None = None,
) -> Composited:
    """Composites of holes that were read and validated; ``tell`` is told how far it is.

    Raises
    ------
    OrefieldError
        For settings that are wrong, solids that cannot be read, composites that cannot be.
    """
    say = told(tell)
    asked = composite_settings(settings)
    domains = domains_of(settings)
    say("desurveying holes", 0.3)
    paths = desurvey(holes)
    segments = segments_of(holes)
    code = "domain"
    if domains is not None:
        say("coding domains", 0.4)
        code = domains.name
        ends, _ = paths.locate(np.arange(len(holes.collars)), holes.depth_m())
        domains.refuse_far_bodies(np.vstack([paths.node_xyz_m, ends]))
        segments = domains.of_segments(holes, paths, segments)
    say("compositing", 0.6)
    composites, balances = composite(
        holes,
        paths,
        segments,
        asked.rules,
        values=asked.values,
        density=densities(
            holes, segments, asked.density_t_m3, code, domains.names if domains else ()
        ),
        domain=code,
        note=_note(asked, len(holes.collars)),
    )
    if asked.domains:
        if code not in composites.samples.codes:
            raise ModelError(
                f"composites of {', '.join(asked.domains)} are to be kept, but none has a domain",
                where=f"{settings.path}, [composite] domains",
                fix="describe domains in [domains], or leave 'domains' out",
            )
        composites = _of_domains(composites, code, asked.domains, tuple(balances))
    return Composited(holes, findings, paths, composites, balances, asked, domains)


def _of_domains(
    composites: HoleComposites, code: str, names: tuple[str, ...], values: tuple[str, ...]
) -> HoleComposites:
    words = composites.samples.code(code)
    known = sorted(set(words.tolist()))
    for name in names:
        if name not in known:
            raise ModelError(f"no composite is in domain '{name}'", fix=hint(name, known))
    kept = composites.where(np.isin(words, names))
    if all(np.isnan(kept.samples[value]).all() for value in values):
        raise ModelError(
            f"no composite of {', '.join(names)} has a value", fix="name further domains"
        )
    return kept


def _note(asked: CompositeSettings, holes: int) -> str:
    rules = asked.rules
    what = f"{rules.bench_m:g} m bench" if rules.bench_m else f"{rules.length_m:g} m"
    missing = "" if isinstance(rules.missing, str) else f", missing taken as {rules.missing:g}"
    return f"{what} composites of {holes:,} holes{missing}"
