"""The bars: 90 % of aliases found, 1 % false merges, on public records and generated names."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from orefield.evidence.names import Resolver

RECALL, FALSE = 0.90, 0.01


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    path = Path(__file__).parents[3] / "benchmarks" / "bench_names.py"
    spec = importlib.util.spec_from_file_location("bench_names", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def resolver(bench: ModuleType) -> Resolver:
    return Resolver(bench.study_entities())


def folder(name: str) -> Path:
    found = os.environ.get(name, "")
    if not found or not Path(found).is_dir():
        pytest.skip(f"{name} names no folder of public data")
    return Path(found)


def test_subjects_as_written(bench: ModuleType, resolver: Resolver) -> None:
    score = bench.score_subjects(resolver)
    assert score.recall >= RECALL, score.missed
    assert score.false <= FALSE, score.wrong


@pytest.mark.slow
def test_generated_variants_and_strangers(bench: ModuleType, resolver: Resolver) -> None:
    entities = bench.study_entities()
    score = bench.score_variants(resolver, entities)
    assert score.recall >= RECALL, score.missed
    assert score.false <= FALSE, score.wrong
    strangers = bench.score_strangers(resolver, entities)
    assert strangers.false <= FALSE, strangers.wrong


@pytest.mark.data
def test_links_of_public_records(bench: ModuleType) -> None:
    records = bench.minmod_records(folder("OREFIELD_DATA"))
    assert len(records) == 354 + 81
    score = bench.score_links(records)
    assert score.recall >= RECALL, score.missed
    assert score.false <= FALSE, score.wrong


@pytest.mark.data
def test_records_and_aliases_of_the_facts(bench: ModuleType, resolver: Resolver) -> None:
    facts = folder("OREFIELD_FACTS")
    records = bench.minmod_records(folder("OREFIELD_DATA"))
    for score in (
        bench.score_records(records, facts, resolver),
        bench.score_aliases(facts, resolver),
    ):
        assert score.recall >= RECALL, (score.name, score.missed)
        assert score.false <= FALSE, (score.name, score.wrong)
