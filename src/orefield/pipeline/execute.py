"""The pipeline: a study in, tables of a run folder out, stage by stage."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from orefield import balance, store
from orefield.core import Closure, EvidenceError, MetalLedger, RunError, fields
from orefield.evidence.reconcile import findings as reconciliation_findings
from orefield.pipeline import announced, reconciled, tables
from orefield.pipeline.asset_build import AssetBuild
from orefield.pipeline.asset_draws import AssetDraws, simulate_asset
from orefield.pipeline.asset_inputs import asset_inputs
from orefield.pipeline.asset_pool import build_assets
from orefield.pipeline.claims_checked import (
    CheckedClaims,
    checked_claims,
    count_table,
    evidence_summary,
    finding_table,
)
from orefield.pipeline.lineage import Lineage
from orefield.pipeline.national import balance_inputs, targets
from orefield.pipeline.results import Results
from orefield.pipeline.rivers import river_tables
from orefield.pipeline.tornado import tornado_table
from orefield.plant import write_asset
from orefield.study import BASELINE, Draws, Parameters, Study

if TYPE_CHECKING:
    import pandas as pd

STAGES = ("evidence", "deposit", "pit", "plant", "environment", "balance", "scenarios", "report")
"""Stages in order; ``until`` names the last one to run."""

BLOCKS_PER_WORKER = 3_000_000
"""Blocks that keep a process busy for about as long as it takes to start."""

Progress = Callable[[str, float], None]


@dataclass
class Outcome:
    """What a run found, for the manifest, the summary and the report.

    Attributes
    ----------
    closures : mapping of scenario to Closure
    assets : list of dict
        ``id, blocks, modelled, published, ...`` of every asset.
    targets : list of dict
    self_sufficiency : mapping
        By scenario, definition and year: ``p10, p50, p90``.
    deviations : list of dict
        Modelled against published output, by asset and year.
    evidence : mapping
        Claims, findings by verdict, reconciled totals and claims blamed.
    unread : list of str
        Parameters of the study that no stage read: misspelt, or of no use yet.
    seconds, plan_seconds : mapping of stage, of asset, to float
    workers : int
        Processes that built the deposits: 1 when this one did it alone.
    """

    closures: dict[str, Closure] = field(default_factory=dict)
    assets: list[dict[str, Any]] = field(default_factory=list)
    targets: list[dict[str, Any]] = field(default_factory=list)
    self_sufficiency: dict[str, Any] = field(default_factory=dict)
    deviations: list[dict[str, Any]] = field(default_factory=list)
    evidence: dict[str, Any] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    plan_seconds: dict[str, float] = field(default_factory=dict)
    workers: int = 1


def quiet(_what: str, _share: float) -> None:
    """A progress callback that says nothing."""


def execute(
    study: Study,
    folder: Path,
    *,
    seed: int,
    draws: int,
    until: str = STAGES[-1],
    workers: int | None = None,
    progress: Progress = quiet,
) -> Outcome:
    """Run a study's stages up to ``until`` and write their tables into ``folder``.

    Parameters
    ----------
    study : Study
        Opened and checked.
    folder : Path
        Exists and is empty; :func:`orefield.store.new_run` makes it.
    seed : int
        Of all randomness.
    draws : int
        Random draws beside the central case.
    until : str
        One of :data:`STAGES`.
    workers : int, optional
        Processes for building assets; results do not depend on it. By default this process
        alone up to :data:`BLOCKS_PER_WORKER` blocks in all: starting others costs more.
    progress : callable
        Called with what is being done and the share done.

    Raises
    ------
    RunError
        For an unknown stage.
    LedgerError
        When the ledger does not close; the node is named.
    OrefieldError
        Whatever a stage refuses.
    """
    if until not in STAGES:
        raise RunError(
            f"unknown stage '{until}'", where="until", fix=f"stages: {', '.join(STAGES)}"
        )
    run = _Run(study, folder, seed, draws, STAGES.index(until), workers, progress)
    run.evidence()
    if run.reaches("deposit"):
        run.build()
    if run.reaches("plant"):
        run.scenario(BASELINE)
    if run.reaches("scenarios"):
        for name in study.scenarios:
            if name != BASELINE:
                run.scenario(name)
    if run.reaches("plant"):
        run.hold_against_plan()
    run.write()
    return run.outcome


class _Run:
    """State of one run: what earlier stages made for later ones."""

    def __init__(
        self,
        study: Study,
        folder: Path,
        seed: int,
        n_draws: int,
        last: int,
        workers: int | None,
        progress: Progress,
    ) -> None:
        self.study, self.folder, self.seed, self.n_draws = study, folder, seed, n_draws
        self.last, self.progress = last, progress
        self.workers = workers
        self.outcome = Outcome()
        self.lineage = Lineage()
        self.results = Results(n_draws)
        self.builds: dict[str, AssetBuild] = {}
        self.scenarios: dict[str, Parameters] = {}
        self.baseline_draws: list[AssetDraws] = []
        self.openings: dict[str, float] = {}
        self.checked: CheckedClaims | None = None
        self.totals: reconciled.Totals | None = None
        self.best: dict[str, announced.Best] = {}

    def reaches(self, stage: str) -> bool:
        return STAGES.index(stage) <= self.last

    def _spent(self, stage: str, started: float) -> None:
        seconds = self.outcome.seconds
        seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - started

    # -- stages --------------------------------------------------------------------

    def evidence(self) -> None:
        started = time.perf_counter()
        self.progress("evidence: claims, sources, parameters", 0.01)
        self.scenarios = {name: self.study.scenario(name) for name in self.study.scenarios}
        for name, frame in tables.evidence(self.study, self.scenarios).items():
            store.write_table(self.folder, name, frame)
        self.progress("evidence: checking and reconciling claims", 0.012)
        self.checked = checked_claims(self.study)
        if self.study.document.evidence.reconcile:
            self._reconcile(self.checked)
        self._write_findings()
        self._spent("evidence", started)

    def _reconcile(self, checked: CheckedClaims) -> None:
        base = self.study.parameters
        with base.recording() as used:
            try:
                self.totals = reconciled.reconcile_study(self.study, base, checked.corpus)
            except EvidenceError as error:
                raise EvidenceError(
                    f"the national totals cannot be reconciled: {error.what}",
                    where=error.where or "stage evidence",
                    fix="; or ".join(
                        [
                            *([error.fix] if error.fix else []),
                            "set reconcile = false below [evidence] in study.toml",
                        ]
                    ),
                ) from error
        if self.totals is None:
            return
        self.checked = checked.with_findings(reconciliation_findings(self.totals.result))
        reconciled.record(self.results, self.totals)
        self._write_known("reconciled", reconciled.total_table(self.totals))
        self._write_known("reconciled_claims", reconciled.claim_table(self.totals))
        self.lineage.record(
            BASELINE, reconciled.STAGE, self.totals.country, used, claims=self.totals.claims
        )

    def _write_known(self, name: str, frame: pd.DataFrame) -> None:
        """Write a table of the field dictionary, checked against it."""
        fields.check_table(name, frame)
        store.write_table(self.folder, name, frame)

    def _write_findings(self) -> None:
        assert self.checked is not None
        self._write_known("findings", finding_table(self.checked))
        counts = count_table(self.checked)
        fields.check_table("findings", counts)
        store.write_table(self.folder, "finding_counts", counts)
        self.outcome.evidence = evidence_summary(
            self.checked, {} if self.totals is None else reconciled.summary(self.totals)
        )

    def hold_against_plan(self) -> None:
        """What is announced for the mines against what their plans give."""
        assert self.checked is not None
        found = announced.of_study(
            self.study, self.checked.corpus, self.baseline_draws, self.n_draws, self.best
        )
        self._write_known("announced", announced.announced_table(found))
        self.checked = self.checked.with_findings(a.finding() for a in found)
        self._write_findings()

    def build(self) -> None:
        started = time.perf_counter()
        blocks = self.folder / "blocks"
        blocks.mkdir()
        with_pit = self.reaches("pit")
        base = self.study.parameters
        jobs = {}
        for asset in self.study.assets:
            with base.recording() as used:
                jobs[asset] = asset_inputs(self.study, base, asset)
            self._record_build(asset, used)
        # The largest first, so that no worker is left alone with it at the end.
        order = sorted(jobs, key=lambda a: -jobs[a].blocks)
        wanted = self.workers or default_workers(j.blocks for j in jobs.values())
        workers = self.outcome.workers = max(1, min(wanted, len(jobs)))
        made = build_assets(
            {a: (jobs[a], self.seed, blocks / f"{a}.parquet", with_pit) for a in order}, workers
        )
        for done, (asset, built) in enumerate(made, start=1):
            self.builds[asset] = built
            self.progress(f"deposit and pit: {asset}", 0.02 + 0.55 * done / len(order))
        self.builds = {asset: self.builds[asset] for asset in self.study.assets}
        for asset, built in self.builds.items():
            tables.record_build(self.results, asset, built)
            self.outcome.assets.append(tables.asset_summary(self.study, built))
        self.outcome.plan_seconds = {a: b.plan.seconds for a, b in self.builds.items() if b.plan}
        for name, frame in tables.builds(self.builds).items():
            store.write_table(self.folder, name, frame)
        self._spent("deposit and pit", started)

    def _record_build(self, asset: str, used: set[str]) -> None:
        geological = {k for k in used if ".inventory." in k or ".geology." in k or ".site." in k}
        self.lineage.record(BASELINE, "deposit", asset, geological)
        self.lineage.record(BASELINE, "pit", asset, used - geological, [f"deposit:{asset}"])

    def scenario(self, name: str) -> None:
        started = time.perf_counter()
        parameters = self.scenarios[name]
        swings = (
            [row.key for row in parameters if row.uncertain]
            if name == BASELINE and self.reaches("scenarios")
            else []
        )
        draws = Draws(parameters, self.seed, self.n_draws, swings)
        ledger = MetalLedger(name)
        mines = np.zeros((draws.columns, len(self.study.years)))
        simulated = []
        for i, (asset, build) in enumerate(self.builds.items()):
            self.progress(f"{name}: {asset}", self._share(name, i / (len(self.builds) + 1)))
            with parameters.recording() as used:
                result = simulate_asset(
                    self.study, parameters, draws, build, self.openings.get(asset)
                )
            self.openings.setdefault(asset, result.opening_t)
            simulated.append(result)
            mines += np.asarray(result.flows.plant.copper_concentrate.cu_t)
            if not self.reaches("balance"):
                # without the nation behind it, the concentrate market is where it ends
                ledger.boundaries.add("concentrate market")
            write_asset(ledger, tables.first_draws(result.flows, self.n_draws + 1))
            self._record_asset(name, asset, used)
            tables.record_asset(self.results, name, result, self.study.years)
        self.best = announced.best_of({name: simulated}, self.n_draws, self.best)
        if name == BASELINE:
            self.baseline_draws = simulated
            self._write_baseline(parameters)
        if self.reaches("balance"):
            self._balance(name, parameters, draws, mines, ledger)
        self.outcome.closures[name] = ledger.check().require()
        ledger.to_parquet(
            self.folder / f"ledger_{name.replace('-', '_')}.parquet",
            None if name == BASELINE else [0],
        )
        self._spent(f"draws: {name}", started)

    def _share(self, name: str, within: float) -> float:
        return 0.58 + 0.34 * (list(self.scenarios).index(name) + within) / len(self.scenarios)

    def _record_asset(self, name: str, asset: str, used: set[str]) -> None:
        outside = {k for k in used if ".environment." in k}
        self.lineage.record(name, "plant", asset, used - outside, [f"pit:{asset}"])
        self.lineage.record(name, "environment", asset, outside, [f"plant:{asset}"])

    def _write_baseline(self, parameters: Parameters) -> None:
        frames: Mapping[str, Any] = tables.baseline(self.study, self.baseline_draws)
        # what the dictionary does not know, or knows to be out of range, is not written
        fields.check_table("results", frames["schedule"])
        for name, frame in frames.items():
            store.write_table(self.folder, name, frame)
        self.outcome.deviations = frames["deviations"].to_dict("records")
        if self.reaches("environment"):
            with parameters.recording() as used:
                rivers = river_tables(self.study, parameters, self.baseline_draws)
            for asset in self.builds:
                sites = {key for key in used if key.startswith(f"{asset}.")}
                self.lineage.record(BASELINE, "environment", asset, sites)
            for name, frame in rivers.items():
                store.write_table(self.folder, name, frame)
            for result in self.baseline_draws:
                tables.record_river_share(self.results, self.study, result)

    def _balance(
        self,
        name: str,
        parameters: Parameters,
        draws: Draws,
        mines: np.ndarray[Any, np.dtype[np.float64]],
        ledger: MetalLedger,
    ) -> None:
        country = self.study.document.study.country
        with parameters.recording() as used:
            national = balance.national_balance(
                balance_inputs(self.study, parameters, draws, self.totals), mines
            )
        national.write_ledger(ledger, range(self.n_draws + 1), modelled_source=None)
        upstream = [f"plant:{asset}" for asset in self.builds]
        if self.totals is not None:
            upstream.append(f"{reconciled.STAGE}:{country}")
        self.lineage.record(name, "balance", country, used, upstream)
        shares = balance.self_sufficiency(national)
        tables.record_balance(self.results, name, country, national, shares)
        spread = tables.share_summary(shares, self.study.years, self.n_draws)
        self.outcome.self_sufficiency[name] = spread
        if name != BASELINE:
            return
        with parameters.recording() as used:
            judged = targets(self.study, parameters, draws)
            added = parameters.number("target.exploration.added_t")
        self.lineage.record(name, "targets", country, used)
        self.outcome.targets = tables.record_targets(self.results, country, judged)
        # no number was set for exploration: what was announced stands beside it
        self.results.scalar(BASELINE, country, "target.exploration.added_t", "t", "targets", added)
        for table, frame in tables.balance_tables(national, shares, self.n_draws).items():
            store.write_table(self.folder, table, frame)
        if draws.swings:
            frame = tornado_table(parameters, draws, shares, self.study.years)
            store.write_table(self.folder, "tornado", frame)

    def write(self) -> None:
        lineage = self.lineage.frame()
        store.write_table(self.folder, "lineage", lineage)
        if self.reaches("balance"):
            read = set(lineage.loc[lineage["kind"] == "parameter", "name"])
            self.outcome.unread = [k for k in self.study.parameters.keys() if k not in read]  # noqa: SIM118 -- not a mapping
        frame = self.results.frame()
        fields.check_table("results", frame)
        store.write_table(self.folder, "results", frame)


def default_workers(target_blocks: Iterable[int]) -> int:
    """Processes worth starting for models of these sizes, at most one a core."""
    wanted = 1 + sum(target_blocks) // BLOCKS_PER_WORKER
    return min(os.cpu_count() or 1, wanted)
