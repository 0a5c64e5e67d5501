"""Assets built one after another, or side by side in worker processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from pathlib import Path
from types import ModuleType

from orefield.core.errors import RunError
from orefield.pipeline.asset_build import AssetBuild, build_asset
from orefield.pipeline.asset_inputs import AssetInputs

Job = tuple[AssetInputs, int, Path, bool]
"""Inputs, seed, where the block model goes, and whether a pit is wanted."""


def build_assets(jobs: Mapping[str, Job], workers: int) -> Iterator[tuple[str, AssetBuild]]:
    """Build assets, in this process or in several; yields (asset, build) as they come.

    Parameters
    ----------
    jobs : mapping of asset to Job
        Started in this order.
    workers : int
        Processes; with one, everything happens in this process.

    Raises
    ------
    RunError
        When a worker process dies.
    OrefieldError
        Whatever a build refuses.
    """
    workers = min(workers, len(jobs))
    if workers <= 1:
        for asset, (inputs, seed, path, with_pit) in jobs.items():
            yield asset, build_asset(inputs, seed, path, with_pit=with_pit)
        return
    others = set(multiprocessing.active_children())
    # Fresh processes rather than forks: a fork of a process with threads may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker) as pool:
        try:
            with _without_main(), _without_interrupts():
                futures = {
                    pool.submit(build_asset, inputs, seed, path, with_pit=with_pit): asset
                    for asset, (inputs, seed, path, with_pit) in jobs.items()
                }
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BaseException as error:
            # Whoever interrupts a run does not wait for the largest deposit to be finished:
            # without its workers the pool gives up by itself, and is waited for as it ends.
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
            if isinstance(error, BrokenProcessPool):
                raise RunError(
                    "a worker process ended before its asset was built",
                    where="deposit and pit",
                    fix="memory may have run out: use --workers 1, or fewer target_blocks",
                ) from error
            raise


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide the main module while workers are started.

    A spawned process imports the main module of its parent. In a script of three lines
    that would run the study again; no worker needs anything from there.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back while workers are started: they inherit it, and never see one.

    What is pressed meanwhile reaches this process as soon as the block ends.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    # it would be started with the first worker, and lets signals through when it is
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, which stops its workers; end when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    # the parent was killed outright; nobody is left to take the result
    os._exit(1)
