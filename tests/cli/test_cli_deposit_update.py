"""``orefield deposit update``: day after day, and every fault of its files."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import seen_mines as sm
from typer.testing import CliRunner

from orefield.cli.app import app
from orefield.commands.deposit import updating
from orefield.core import BlockModel, OrefieldError
from orefield.deposit.orientation import Rotation
from orefield.deposit.realisations import Realisations
from orefield.deposit.variogram import Structure, Variogram
from orefield.deposit.variography import write_models

MINE = sm.mine(3, sm.Setting(shape=(9, 9, 3), members=30))

SETTINGS = """
[update]
value = "cu_pct"
observations = ["day0.csv"]
mixtures = "day?_blocks.csv"
{more}

[update.localisation]
ranges_m = [140, 140, 50]

[[update.sensor]]
name = "truck-1"
noise_relative = 0.1
[[update.sensor]]
name = "truck-2"
noise_relative = 0.1
[[update.sensor]]
name = "belt"
noise_relative = 0.1
bias_sd = 0.02
"""


def day(folder: Path, number: int, change=lambda row: row) -> None:
    with (
        (folder / f"day{number}.csv").open("w", newline="") as seen,
        (folder / f"day{number}_blocks.csv").open("w", newline="") as mixed,
    ):
        rows, blocks = csv.writer(seen), csv.writer(mixed)
        rows.writerow(["id", "time", "sensor", "kind", "value", "unit"])
        blocks.writerow(["id", "block", "tonnes"])
        for i, (sensor, of, tonnes, value) in enumerate(MINE.benches[number]):
            name, kind = f"d{number}-{i}", "belt" if sensor == "belt" else "truck"
            at = f"2026-03-{number + 1:02d}T{i // 60:02d}:{i % 60:02d}"
            rows.writerow(change([name, at, sensor, kind, f"{value:.5f}", "%"]))
            blocks.writerows([name, b, f"{t:.3f}"] for b, t in zip(of, tonnes, strict=True))


def folder_of(path: Path, days=(0,), more="", change=lambda row: row) -> Path:
    (path / "results").mkdir()
    prior = MINE.prior.astype(np.float32)
    Realisations(MINE.grid, {"cu_pct": prior, "mo_pct": 0.02 * prior}, note="synthetic").to_parquet(
        path / "results" / "realisations.parquet"
    )
    for number in days:
        day(path, number, change)
    (path / "deposit.toml").write_text(SETTINGS.format(more=more))
    return path / "deposit.toml"


def update(config: Path) -> dict:
    done = CliRunner().invoke(app, ["deposit", "update", "-c", str(config), "--json"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def taken(tmp_path_factory) -> tuple[Path, dict]:
    """A day taken in, with everything that is left of it."""
    config = folder_of(tmp_path_factory.mktemp("day"))
    return config, update(config)


@pytest.fixture(autouse=True)
def undrawn(monkeypatch) -> None:
    """Most of the time goes into the figure, which ``taken``, made before, has."""
    monkeypatch.setattr(updating, "update_svg", lambda *_: "<svg/>")


def updated(config: Path) -> Realisations:
    return Realisations.from_parquet(config.parent / "results" / "updated.parquet")


def also(config: Path, *names: str, **lines: str) -> None:
    text = config.read_text().replace('["day0.csv"]', json.dumps(list(names)))
    config.write_text(text)


def test_a_day_is_taken_in_and_told(taken):
    config, data = taken
    results = config.parent / "results"
    assert data["accepted"] == data["readings"] == len(MINE.benches[0])
    after = updated(config)
    top = slice(2 * 81, 3 * 81)
    errors = [
        np.sqrt(np.mean((v.mean(axis=0)[top] - MINE.truth[top]) ** 2))
        for v in (MINE.prior, after["cu_pct"])
    ]
    assert errors[1] < 0.7 * errors[0]
    np.testing.assert_array_equal(after["mo_pct"], (0.02 * MINE.prior.astype(np.float32)))
    log = list(csv.DictReader((results / "update_log.csv").open()))
    assert [row["accepted"] for row in log] == ["True"] * len(MINE.benches[0])
    closer = [abs(float(r["after"]) - float(r["seen"])) for r in log]
    assert np.mean(closer) < np.mean([abs(float(r["predicted"]) - float(r["seen"])) for r in log])
    blocks = BlockModel.from_parquet(results / "updated_blocks.parquet")
    np.testing.assert_allclose(blocks["cu_pct_after"], after["cu_pct"].mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(
        blocks["cu_pct_before_sd"], MINE.prior.std(axis=0, ddof=1), rtol=1e-4
    )
    seen = [row for row in data["benches"] if row["where"] == "seen"]
    assert [row["blocks"] for row in seen] == [81]
    assert seen[0]["spread_after"] < 0.6 * seen[0]["spread_before"]
    svg = (results / "update.svg").read_text()
    assert svg.count("<svg") == 1
    assert sorted(data["files"]) == sorted(
        p.name for p in results.iterdir()
        if p.name not in ("realisations.parquet", "update_state.json")
    )  # fmt: skip


def test_days_one_after_another_are_days_at_once(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = folder_of(tmp_path / "a", (0, 1))
    (tmp_path / "a" / "day1_blocks.csv").rename(tmp_path / "a" / "later.csv")
    update(one)
    (tmp_path / "a" / "later.csv").rename(tmp_path / "a" / "day1_blocks.csv")
    also(one, "day0.csv", "day1.csv")
    second = update(one)
    assert second["known"] == len(MINE.benches[0])
    assert second["accepted"] == len(MINE.benches[1])
    both = folder_of(tmp_path / "b", (0, 1))
    also(both, "day0.csv", "day1.csv")
    whole = update(both)
    np.testing.assert_allclose(updated(one)["cu_pct"], updated(both)["cu_pct"], rtol=2e-4)
    assert second["benches"][0]["where"] == whole["benches"][0]["where"] == "seen"
    logs = [(tmp_path / k / "results" / "update_log.csv").read_text() for k in "ab"]
    assert [line.split(",")[0] for line in logs[0].splitlines()] == [
        line.split(",")[0] for line in logs[1].splitlines()
    ]
    # a third time, nothing is new and nothing changes
    before = (tmp_path / "a" / "results" / "updated.parquet").read_bytes()
    again = update(one)
    assert again["new"] == again["accepted"] == 0
    assert (tmp_path / "a" / "results" / "updated.parquet").read_bytes() == before


def test_a_reading_under_two_ids_is_taken_in_once(tmp_path):
    config = folder_of(tmp_path)
    rows = (tmp_path / "day0.csv").read_text().splitlines()
    blocks = (tmp_path / "day0_blocks.csv").read_text().splitlines()
    rows.append(rows[1].replace("d0-0,", "copy,"))
    blocks += [b.replace("d0-0,", "copy,") for b in blocks if b.startswith("d0-0,")]
    (tmp_path / "day0.csv").write_text("\n".join(rows) + "\n")
    (tmp_path / "day0_blocks.csv").write_text("\n".join(blocks) + "\n")
    data = update(config)
    assert data["accepted"] == len(MINE.benches[0])
    assert data["refused"] == 1
    assert "repeat others" in " ".join(data["warnings"])
    assert "the same as reading" in (tmp_path / "results" / "update_log.csv").read_text()


def test_a_stuck_belt_is_refused_with_its_evidence(tmp_path):
    def stuck(row):
        return [*row[:4], "0.4", row[5]] if row[2] == "belt" else row

    data = update(folder_of(tmp_path, change=stuck))
    assert [f["sensor"] for f in data["faults"]] == ["belt"]
    assert data["faults"][0]["fault"] == "stuck"
    assert "equal readings of 0.4" in data["faults"][0]["evidence"]
    by_name = {row["sensor"]: row for row in data["sensors"]}
    assert by_name["belt"]["accepted"] == 0
    assert by_name["truck-1"]["refused"] == 0


def test_units_are_converted_and_rows_sorted(taken, tmp_path):
    def parts(row):
        return [*row[:4], f"{float(row[4]) * 1e4:.3f}", "ppm"]

    other = folder_of(tmp_path, change=parts)
    lines = (tmp_path / "day0.csv").read_text().splitlines()
    (tmp_path / "day0.csv").write_text("\n".join([lines[0], *lines[:0:-1]]) + "\n")
    data = update(other)
    assert "sorted" in data["warnings"][0]
    np.testing.assert_allclose(updated(taken[0])["cu_pct"], updated(other)["cu_pct"], rtol=1e-3)


def broken(column: int, value: str):
    def change(row):
        return [*row[:column], value, *row[column + 1 :]] if row[0] == "d0-5" else row

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (broken(0, "d0-4"), "stands twice"),
        (broken(1, "yesterday"), "no date and time"),
        (broken(1, "2926-03-01T00:00"), "in the future"),
        (broken(2, "belt-7"), "unknown sensor 'belt-7'"),
        (broken(3, "conveyor"), "no kind of reading"),
        (broken(4, "nan"), "not a finite number"),
        (broken(4, ""), "empty"),
        (broken(5, "m3"), "no unit of grade"),
    ],
)
def test_faults_of_readings_are_told_with_their_line(tmp_path, change, message):
    config = folder_of(tmp_path, change=change)
    from orefield.commands.deposit.updating import deposit_update

    with pytest.raises(OrefieldError, match=message) as error:
        deposit_update(config)
    assert "day0.csv:7" in error.value.where
    assert not (tmp_path / "results" / "updated.parquet").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("d0-5,", "d0-999,", "there is no reading"),
        ("d0-5,{b},", "d0-5,243,", "no block 243"),
        ("d0-5,{b},", "d0-5,-1,", "no block -1"),
        ("d0-5,{b},", "d0-5,1.5,", "no block 1.5"),
        ("d0-5,{b},{t}", "d0-5,{b},0", "tonnes are 0"),
        ("d0-5,{b},{t}", "d0-5,{b},-3", "tonnes are -3"),
        ("d0-5,{b},{t}", "d0-5,{b},", "tonnes are empty"),
    ],
)
def test_faults_of_mixtures_are_told_with_their_line(tmp_path, old, new, message):
    config = folder_of(tmp_path)
    path = tmp_path / "day0_blocks.csv"
    lines = path.read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("d0-5,"))
    _, b, t = lines[at].split(",")
    lines[at] = lines[at].replace(old.format(b=b, t=t), new.format(b=b, t=t))
    path.write_text("\n".join(lines) + "\n")
    from orefield.commands.deposit.updating import deposit_update

    with pytest.raises(OrefieldError, match=message) as error:
        deposit_update(config)
    assert f"day0_blocks.csv:{at + 1}" in error.value.where


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('value = "cu_pct"', 'value = "au_gpt"', "no realisations of 'au_gpt'"),
        ('value = "cu_pct"', 'value = "cu"', "unit of 'cu' is not known"),
        ('["day0.csv"]', '["day9.csv"]', "missing"),
        ('["day0.csv"]', '"week*.csv"', "no file is called"),
        ("[update]", '[update]\nmethod = "best"', "unknown method"),
        ("[update]", "[update]\nrelaxation = 1.5", "relaxation is 1.5"),
        ("[update]", "[update]\ncrowding = 0", "crowding is 0"),
        ("[update]", "[update]\nspikes = 2", "unknown key 'spikes'"),
        ("[update]", '[update]\nas_of = "2026-02-01"', "in the future"),
        ("[update]", "[update]\nhighest = 0.1", "beyond the limits"),
        ("[140, 140, 50]", "[140, 0, 50]", "ranges"),
        ("[140, 140, 50]", "[140, 140]", "three numbers"),
        ("[140, 140, 50]", "[140, 140, true]", "three numbers"),
        ("[update.localisation]\nranges_m = [140, 140, 50]", "", "how far a reading reaches"),
        ("noise_relative = 0.1\nbias", "bias", "believed blindly"),
        ('name = "truck-2"', 'name = "truck-1"', "two sensors are called"),
    ],
)
def test_faults_of_settings_are_told(tmp_path, old, new, message):
    config = folder_of(tmp_path)
    text = config.read_text()
    assert old in text
    config.write_text(text.replace(old, new, 1))
    from orefield.commands.deposit.updating import deposit_update

    with pytest.raises(OrefieldError, match=message):
        deposit_update(config)


def test_realisations_that_are_missing_or_one_only(tmp_path):
    from orefield.commands.deposit.updating import deposit_update

    config = folder_of(tmp_path)
    path = tmp_path / "results" / "realisations.parquet"
    path.unlink()
    with pytest.raises(OrefieldError, match="there are no realisations") as error:
        deposit_update(config)
    assert "deposit simulate" in error.value.fix
    Realisations(MINE.grid, {"cu_pct": MINE.prior[:1].copy()}).to_parquet(path)
    with pytest.raises(OrefieldError, match="one realisation"):
        deposit_update(config)


def test_a_state_that_belongs_to_other_files_is_refused(taken, tmp_path):
    from orefield.commands.deposit.updating import deposit_update

    shutil.copytree(taken[0].parent, tmp_path, dirs_exist_ok=True)
    config = tmp_path / taken[0].name
    changed = Realisations(MINE.grid, {"cu_pct": MINE.prior + 0.01})
    path = tmp_path / "results" / "realisations.parquet"
    before = path.read_bytes()
    changed.to_parquet(path)
    with pytest.raises(OrefieldError, match="not what earlier updates began from"):
        deposit_update(config)
    path.write_bytes(before)
    changed.to_parquet(tmp_path / "results" / "updated.parquet")
    with pytest.raises(OrefieldError, match="not what the last update wrote"):
        deposit_update(config)
    (tmp_path / "results" / "update_state.json").write_text("{}")
    with pytest.raises(OrefieldError, match="state of earlier updates cannot be read"):
        deposit_update(config)
    config.write_text(config.read_text().replace("[update]", "[update]\nrestart = true", 1))
    assert update(config)["accepted"] == len(MINE.benches[0])


def test_sensors_from_a_table_and_blocks_by_place(taken, tmp_path):
    other = folder_of(tmp_path)
    text = other.read_text()
    text = text[: text.index("[[update.sensor]]")].replace(
        "[update]", '[update]\nsensors = "sensors.csv"', 1
    )
    other.write_text(text)
    (tmp_path / "sensors.csv").write_text(
        "name,noise_relative,bias_sd\ntruck-1,0.1,\ntruck-2,0.1,\nbelt,0.1,0.02\n"
    )
    path = tmp_path / "day0_blocks.csv"
    rows = list(csv.DictReader(path.open()))
    at = MINE.grid.centroids()
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "x_m", "y_m", "z_m", "tonnes"])
        for row in rows:
            out.writerow([row["id"], *at[int(row["block"])], row["tonnes"]])
    assert taken[1]["sensors"] == update(other)["sensors"]
    np.testing.assert_array_equal(updated(taken[0])["cu_pct"], updated(other)["cu_pct"])
    lines = path.read_text().splitlines()
    lines[1] = lines[1].replace(lines[1].split(",")[1], "9e6")
    path.write_text("\n".join(lines) + "\n")
    from orefield.commands.deposit.updating import deposit_update

    with pytest.raises(OrefieldError, match="outside the grid") as error:
        deposit_update(other)
    assert "day0_blocks.csv:2" in error.value.where


def test_the_reach_comes_from_the_variogram_where_none_is_told(tmp_path):
    config = folder_of(tmp_path)
    text = config.read_text().replace("[update.localisation]\nranges_m = [140, 140, 50]", "")
    config.write_text(
        text + '\n[[variogram]]\nname = "cu_pct"\nnugget = 0.1\n[[variogram.structure]]\n'
        'kind = "spherical"\nsill = 0.9\nranges_m = [120, 90, 40]\nazimuth_deg = 30\n'
    )
    data = update(config)
    assert data["reach_m"] == [180.0, 135.0, 60.0]  # one and a half times as far
    assert "variogram 'cu_pct'" in data["reach_from"]


def test_the_reach_comes_from_the_fitted_variograms_where_none_is_described(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    told, fitted = folder_of(tmp_path / "a"), folder_of(tmp_path / "b")
    text = told.read_text()
    ranges = "ranges_m = [140, 140, 50]"
    told.write_text(
        text.replace(ranges, "ranges_m = [165, 90, 45]\nazimuth_deg = 30").replace(
            "[update]", "[update]\ncrowding = 0.5", 1
        )
    )
    fitted.write_text(text.replace(f"[update.localisation]\n{ranges}", ""))
    model = Variogram(0.1, (Structure("spherical", 0.9, (110.0, 60.0, 30.0), Rotation(30.0)),))
    (tmp_path / "b" / "results" / "variograms.toml").write_text(write_models({"cu_pct": model}))
    update(told)
    data = update(fitted)
    assert data["reach_m"] == [165.0, 90.0, 45.0]
    assert "variogram 'cu_pct'" in data["reach_from"]
    np.testing.assert_array_equal(updated(told)["cu_pct"], updated(fitted)["cu_pct"])
