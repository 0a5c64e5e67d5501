"""Whatever a file holds, a study opens or is refused as a user would want it: nothing between."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mini_study import FILES, write

from orefield.core.errors import OrefieldError
from orefield.study import Draws, Parameters, open_study

TOKENS = [
    "", " ", "nan", "NaN", "inf", "-inf", "-1", "0", "1e308", "1e-320", "1e999", "9" * 400,
    "1_000", "1,5", "٣", "²", "0x10", "true", "null", "never", "2026H2", "2026H9", "9999", "0000",
    "99999-01-01", "2026-02-30", "x", "x0.5", "xnan", "x-1", "%", "t", "USD/lb", "ktt", "fixed",
    "normal", "lognormal", "set", "add", "scale", "delay_y", "baseline", "hill", "hill;belt",
    "assumption:", "claim:", "claim:cu#low", "claim:grade#high", "claim:start#from", "rule:",
    "rule:hill/", "rule:/x", "rule:hill/output_cu?year=", "rule:hill/output_cu?year=0",
    "rule:hill/output_cu?year=2024&basis=contained", "rule:hill/output_cu?&&=;", ";;;",
    "assumption:never", "assumption:name", "price.cu_usd_t", "*.x", "*.", ".", "..", "../..",
    "\x00", "\ufeff", "\u2028", "\x85", "\r", "\n", '"', '""', "'", '"""', "\\", "\\u0000", "#",
    "[", "]", "[[", "{", "}", "=", "小山", "ཁྱུ་ལུང", "🜨", "\ud7ff", "a" * 3000,
]  # fmt: skip

# The readers of these are of this room, and always say what to do as well.
OWN = {"study.toml", "assumptions.csv", "parameters.csv", "scenarios.csv"}

Change = Callable[[bytes], bytes]


def _cut(share: float) -> Change:
    return lambda data: data[: int(len(data) * share)]


def _put(share: float, token: bytes, over: int) -> Change:
    def change(data: bytes) -> bytes:
        at = int(len(data) * share)
        return data[:at] + token + data[at + over :]

    return change


def _flip(share: float, bit: int) -> Change:
    def change(data: bytes) -> bytes:
        if not data:
            return data
        at = min(int(len(data) * share), len(data) - 1)
        return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]

    return change


def _lines(first: int, second: int, how: str) -> Change:
    def change(data: bytes) -> bytes:
        lines = data.split(b"\n")
        a, b = first % len(lines), second % len(lines)
        if how == "swap":
            lines[a], lines[b] = lines[b], lines[a]
        elif how == "twice":
            lines.insert(b, lines[a])
        else:
            del lines[a]
        return b"\n".join(lines)

    return change


def _cells(row: int, column: int, other: int, token: str | None) -> Change:
    """Put a token into a cell, or swap two cells of a row; the table stays well formed."""

    def change(data: bytes) -> bytes:
        try:
            rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
        except (UnicodeDecodeError, csv.Error):
            return data
        rows = [r for r in rows if r]
        if not rows:
            return data
        cells = rows[row % len(rows)]
        a, b = column % len(cells), other % len(cells)
        if token is None:
            cells[a], cells[b] = cells[b], cells[a]
        else:
            cells[a] = token
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        return out.getvalue().encode("utf-8", "surrogatepass")

    return change


def _value(line: int, token: str) -> Change:
    """Put a token in place of a value of TOML, as it is or as a text."""

    def change(data: bytes) -> bytes:
        lines = data.split(b"\n")
        with_value = [i for i, text in enumerate(lines) if b"=" in text]
        if with_value:
            at = with_value[line % len(with_value)]
            lines[at] = lines[at].partition(b"=")[0] + b"= " + token.encode()
        return b"\n".join(lines)

    return change


_SHARES = st.floats(0, 1)
_NUMBERS = st.integers(0, 200)
_TEXTS = st.one_of(st.sampled_from(TOKENS), st.text(max_size=12))
ANYWHERE = st.one_of(
    st.builds(_cut, _SHARES),
    st.builds(_flip, _SHARES, st.integers(0, 7)),
    st.builds(
        _put, _SHARES, st.one_of(_TEXTS.map(lambda t: t.encode("utf-8", "ignore")),
                                 st.binary(max_size=8)), st.integers(0, 9),
    ),
    st.builds(_lines, _NUMBERS, _NUMBERS, st.sampled_from(["swap", "twice", "drop"])),
)  # fmt: skip
IN_TABLES = st.one_of(
    st.builds(_cells, _NUMBERS, _NUMBERS, _NUMBERS, st.one_of(st.none(), _TEXTS)), ANYWHERE
)
_VALUES = ["1", "-1", "nan", "inf", "1e400", "9" * 60, "true", "[]", "{}", "[[1]]", '""', '"x"',
           "2026-01-01", "2026-01-01T00:00:00Z", "07:32:00", '["hill", 3]', '["a.csv", "a.csv"]',
           '"../x.csv"', '"entities.csv"', '["claims.csv", "claims.csv"]', "{a = 1}", '"hill"',
           '["hill", "belt"]',
           "0x7fffffffffffffff", '"\\u0000"', '"."', '"china-copper"']  # fmt: skip
IN_TOML = st.one_of(st.builds(_value, _NUMBERS, st.sampled_from(_VALUES)), ANYWHERE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("fuzz"))


def opens_or_is_refused(folder: Path, name: str, changes: list[Change]) -> None:
    """Open the study with a changed file; what opens must be fit to run."""
    data = FILES[name].encode()
    for change in changes:
        data = change(data)
    (folder / name).write_bytes(data)
    refusal: OrefieldError | None = None
    scenarios: list[Parameters] = []
    try:
        study = open_study(folder)
        scenarios = [study.scenario(scenario) for scenario in study.scenarios]
    except OrefieldError as error:
        refusal = error
    finally:
        (folder / name).write_text(FILES[name])
    if refusal is not None:
        assert refusal.what
        assert refusal.where, refusal
        assert refusal.fix or name not in OWN, refusal
        assert len(refusal.what) < 20_000
    for parameters in scenarios:
        draws = Draws(parameters, study.document.run.seed, 8)
        for row in parameters:
            assert row.evidence, row.key
            if row.kind in ("number", "series"):
                values = draws.get(row.key)
                assert np.isfinite(values).all(), row.key
                assert math.isfinite(row.low)
                assert math.isfinite(row.high)
            elif row.kind == "date":
                assert isinstance(row.value, date)
            else:
                assert isinstance(row.value, str)


# an interrupted example leaves nothing behind, for each writes its file anew
FUZZ = {"derandomize": True, "deadline": None, "suppress_health_check": list(HealthCheck)}
TABLES = sorted(set(FILES) - {"study.toml"})


@settings(max_examples=250, **FUZZ)
@given(changes=st.lists(IN_TOML, min_size=1, max_size=3))
@example(changes=[_put(0, b"a." * 3000 + b"b = 1\n", 0)])
@example(changes=[_put(0, b"\xef\xbb\xbf", 0)])
def test_study_toml(folder: Path, changes: list[Change]) -> None:
    opens_or_is_refused(folder, "study.toml", changes)


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=100, **FUZZ)
@given(changes=st.lists(IN_TABLES, min_size=1, max_size=3))
def test_tables(folder: Path, name: str, changes: list[Change]) -> None:
    opens_or_is_refused(folder, name, changes)


@pytest.mark.slow
@settings(max_examples=800, **FUZZ)
@given(changes=st.lists(IN_TOML, min_size=1, max_size=4))
def test_study_toml_at_length(folder: Path, changes: list[Change]) -> None:
    opens_or_is_refused(folder, "study.toml", changes)


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=300, **FUZZ)
@given(changes=st.lists(IN_TABLES, min_size=1, max_size=4))
def test_tables_at_length(folder: Path, name: str, changes: list[Change]) -> None:
    opens_or_is_refused(folder, name, changes)


_OVERRIDES = st.fixed_dictionaries(
    {"value": st.sampled_from(["1", "-1", "0", "1e308", "1e-320", "nan", '"never"', '"x"', "[]",
                               "2026-07-01", "true", '"2026H1"', "2026", "{a = {b = 1}}"])},
    optional={
        "low": st.sampled_from(["0", "-1", "0.5", "1e308", "nan", '"0"']),
        "high": st.sampled_from(["2", "0", "1e308", "inf"]),
        "dist": st.sampled_from(['"normal"', '"lognormal"', '"fixed"', '"uniform"', '"other"']),
        "unit": st.sampled_from(['"USD/lb"', '"%"', '"t"', '""', '"ktt"', "3"]),
        "reason": st.sampled_from(['"own estimate"', '""', '"  a"']),
    },
)  # fmt: skip


@settings(max_examples=250, **FUZZ)
@given(
    key=st.sampled_from([line.split(",")[0] for line in FILES["parameters.csv"].split("\n")[1:-1]]
                        + ["hill.geology.slope_deg", "hill", "", "a.b.c"]),
    fields=_OVERRIDES,
)  # fmt: skip
def test_overrides(folder: Path, key: str, fields: dict[str, str]) -> None:
    given_ = ", ".join(
        f"{name} = {value}" for name, value in ({"reason": '"why"'} | fields).items()
    )
    text = f'\n[overrides]\n"{key}" = {{ {given_} }}\n'
    opens_or_is_refused(folder, "study.toml", [lambda data: data + text.encode()])
