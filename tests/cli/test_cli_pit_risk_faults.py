"""``orefield pit risk``: settings, files of realisations and plans that are wrong are told."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from pit_cases import put, told
from pit_risk_cases import GRADES, GRID, SETTINGS, ask, graded, made

from orefield.commands.pit.risk_plan import GivenPlan
from orefield.core import BlockModel, Grid, ModelError

FILES = re.sub(
    r"\[risk\]\n\[risk\.fields\].*?\[\[", '[risk]\nfiles = ["sim_*.parquet"]\n[[', GRADES,
    flags=re.DOTALL,
)  # fmt: skip


def test_stockpiles_are_refused(tmp_path):
    pile = (
        '[[economy.destination]]\nname = "pile"\nkind = "stockpile"\nreclaim_to = "mill"\n'
        '[[limit]]\nname = "feed"\nupper = 4000\n[[limit.use]]\nof = "processed"\n'
        '[[stockpile]]\nname = "pile"\n'
    )
    code, data, _ = ask(put(tmp_path, graded(), GRADES.replace("[schedule]", pile + "[schedule]")))
    assert code == 2
    assert "stockpiles cannot be planned over realisations" in told(data)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"cu_{}"', '"cu{}"', "no field of the model is called 'cu{}'"),
        ('"cu_{}"', '"cu_{}_{}"', "more than one"),
        ('"cu_{}"', '"cu_1"', "'cu_pct' has 1 realisations and 'au_gpt' 3"),
        ('"cu_{}"', '["cu_1", "cu_2"]', "'cu_pct' has 2 realisations and 'au_gpt' 3"),
        ('"cu_{}"', '["cu_1", "cu_2", "cu_2"]', "listed twice"),
        ('"cu_{}"', '["cu_1", "cu_2", "cu_33"]', "did you mean 'cu_3'"),
        ('"cu_{}"', "[]", "no realisations"),
        ('"cu_{}"', "4.5", "cu_pct"),
        ('cu_pct = "cu_{}"', 'cu_pc = "cu_{}"', "did you mean 'cu_pct'"),
        ('density_t_m3 = "sg_{}"', 'density_t_m3 = "rock_{}"', "holds no numbers"),
        ("[risk]\n", "[risk]\nhold_out = 2\n", "two at least must be left"),
        ("[risk]\n", "[risk]\nhold_out = 1.5\n", "hold_out"),
        ("[risk]\n", "[risk]\nhold_out = -0.1\n", "hold_out"),
        ("[risk]\n", "[risk]\nhold_out = nan\n", "hold_out"),
        ("[risk]\n", "[risk]\ncount = 9\n", "9 realisations are asked for, and there are 3"),
        ("[risk]\n", "[risk]\ncount = 1\n", "whole numbers from 2"),
        ("[risk]\n", "[risk]\nalpha = 0\n", "alpha"),
        ("[risk]\n", "[risk]\nround = 2\n", "rounds"),
        ("[risk]\n", "[risk]\nadapt = 1\n", "true or false"),
        ("[risk]\n", '[risk]\nfiles = ["none_*.parquet"]\n', "files are given too"),
        ('element = "cu"\namount', 'element = "zn"\namount', "zn"),
        ("amount = [20, 10]\n", "", "'amount' is missing"),
        ("[20, 10]", "-1", "amount"),
        ("[20, 10]", "[]", "deck has no value"),
        ("penalty = 2000", "penalty = -1", "penalty"),
        ("penalty = 2000", "geological_rate = 0.1", "costs nothing"),
        ("penalty = 2000", "penalty = 1\ngeological_rate = -1", "geological_rate"),
        ("penalty = 2000", "until = 0", "until"),
        ("penalty = 2000", 'per = "month"', "year or period"),
        ('of = "recovered"\n', 'of = "sold"\n', "sold"),
        ('name = "copper"', 'name = ""', "no name"),
        ("[[risk.target]]", '[[risk.target]]\nname = "copper"\nof = "mined"\namount = 1\n'
         "[[risk.target]]", "two targets are called 'copper'"),
    ],
)  # fmt: skip
def test_wrong_settings_are_named(old, new, said, tmp_path):
    assert old in GRADES
    code, data, shown = ask(put(tmp_path, graded(), GRADES.replace(old, new, 1)))
    assert code == 2
    assert said in told(data)
    assert shown.count("error:") == 1


def test_settings_without_realisations_are_told(tmp_path):
    model = graded()
    for settings, said in (
        (GRADES.split("[risk]", maxsplit=1)[0], "section [risk] is missing"),
        (
            re.sub(r"\[risk\.fields\].*?\[\[", "[[", GRADES, flags=re.DOTALL),
            "no realisations are named",
        ),
    ):
        code, data, _ = ask(put(tmp_path, model, settings))
        assert (code, data["error"]) == (2, "ModelError")
        assert said in told(data)
    one = re.sub(r"\[risk\.fields\].*?\[\[", '[risk.fields]\ncu_pct = "cu_1"\n[[', GRADES,
                 flags=re.DOTALL)  # fmt: skip
    code, data, _ = ask(put(tmp_path, model, one))
    assert code == 2
    assert "one realisation only" in told(data)


def test_files_that_do_not_fit_are_told(tmp_path):
    place = put(tmp_path, graded(), FILES)
    code, data, _ = ask(place)
    assert code == 2
    assert "no file is called 'sim_*.parquet'" in told(data)
    fields = {"cu_pct": np.full(GRID.n, 1.0), "au_gpt": np.full(GRID.n, 0.1)}
    BlockModel(GRID, fields).to_parquet(tmp_path / "sim_1.parquet")
    assert "one realisation only" in told(ask(place)[1])
    for grid, more, said in (
        (Grid((0.0, 0.0, 5.0), GRID.size, GRID.shape), fields, "another grid"),
        (Grid(GRID.origin, GRID.size, (5, 2, 1)), fields, "another grid"),
        (GRID, {"cu_pct": fields["cu_pct"]}, "no field 'au_gpt', which others have"),
        (GRID, {**fields, "cu_pct": -fields["cu_pct"]}, "sim_2.parquet"),
        (GRID, {**fields, "cu_pct": np.array(["rich"] * GRID.n)}, "holds no numbers"),
    ):
        BlockModel(grid, dict(more)).to_parquet(tmp_path / "sim_2.parquet")
        code, data, _ = ask(place)
        assert code == 2, said
        assert said in told(data)
    hollow = np.full(GRID.n, 1.0)
    hollow[3] = np.nan
    import pyarrow as pa
    import pyarrow.parquet as pq

    good = pq.read_table(tmp_path / "sim_1.parquet")
    bad = pa.table({"cu_pct": hollow, "au_gpt": fields["au_gpt"]})
    pq.write_table(bad.replace_schema_metadata(good.schema.metadata), tmp_path / "sim_2.parquet")
    code, data, _ = ask(place)
    assert code == 2
    assert "sim_2.parquet" in told(data)
    (tmp_path / "sim_2.parquet").write_bytes(b"PAR1")
    assert ask(place)[0] == 2


def test_plans_that_do_not_fit_are_told(tmp_path):
    model = made(0)
    place = put(tmp_path, model, SETTINGS)
    period = np.full(GRID.n, -1)
    period[5:8] = 0
    cases = [
        ({}, GRID, "no column 'period'"),
        ({"period": np.where(period >= 0, 7, -1)}, GRID, "period 7, and there are 2"),
        ({"period": np.where(period >= 0, 0.5, -1)}, GRID, "period 0.5"),
        ({"period": np.full(GRID.n, -1)}, GRID, "mines nothing"),
        ({"period": np.full(GRID.n, "a")}, GRID, "no numbers"),
        ({"period": np.where(np.arange(GRID.n) == 1, 0, -1)}, GRID, "not closed"),
        ({"period": np.where(np.arange(GRID.n) < 5, 0, 1)}, GRID, "before block"),
        ({"period": period}, Grid((1.0, 0.0, 0.0), GRID.size, GRID.shape), "is of a grid"),
        ({"period": period, "destination": np.full(GRID.n, "leach")}, GRID, "'leach'"),
        ({"period": period, "share_mill": np.full(GRID.n, 0.4)}, GRID, "add up to 0.4"),
    ]
    for fields, grid, said in cases:
        path = tmp_path / "plan.parquet"
        BlockModel(grid, {"other": np.zeros(GRID.n), **fields}).to_parquet(path)
        code, data, _ = ask(place, "--plan", str(path))
        assert code == 2, said
        assert said in told(data)
    (tmp_path / "empty").mkdir()
    (tmp_path / "plan.csv").write_text("x_m,y_m,z_m,period\n5,5,500,0\n", encoding="utf-8")
    (tmp_path / "twice.csv").write_text(
        "x_m,y_m,z_m,period\n5,5,15,0\n5,5,15,1\n", encoding="utf-8"
    )
    (tmp_path / "bare.csv").write_text("period\n0\n", encoding="utf-8")
    for path, said in (
        ("none.parquet", "missing"),
        ("empty", "blocks.parquet or blocks.csv"),
        ("pit.toml", "no kind of plan"),
        ("plan.csv", "where the model has none"),
        ("twice.csv", "two rows"),
        ("bare.csv", "no centres"),
    ):
        code, data, _ = ask(place, "--plan", str(tmp_path / path))
        assert code == 2, path
        assert said in told(data)
    BlockModel(GRID, {"period": period}).to_parquet(tmp_path / "plan.parquet")
    fixed = put(tmp_path, model, SETTINGS.replace("[risk]", "[risk]\nadapt = false"))
    code, data, _ = ask(fixed, "--plan", str(tmp_path / "plan.parquet"))
    assert code == 2
    assert "does not say where blocks go" in told(data)


def test_a_limit_that_would_be_taken_for_a_target_is_told(tmp_path):
    settings = SETTINGS.replace('name = "feed"', 'name = "target: ore"')
    code, data, _ = ask(put(tmp_path, made(0), settings))
    assert (code, data["error"]) == (2, "ModelError")
    assert "a limit is called 'target: ore'" in told(data)
    assert "another name" in told(data)


def test_shares_that_are_no_numbers_are_told(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    place = put(tmp_path, made(0), SETTINGS)
    period = np.where(np.arange(GRID.n) >= 5, 0, -1)
    path = tmp_path / "plan.parquet"
    rest = np.where(period >= 0, 0.5, 0.0)
    for share, said in (
        (np.array(["all"] * GRID.n), "shares are no numbers"),
        (np.where(period >= 0, "1.0", "0.0"), "shares are no numbers"),
    ):
        fields = {"period": period, "share_mill": share, "share_dump": rest}
        BlockModel(GRID, fields).to_parquet(path)
        code, data, _ = ask(place, "--plan", str(path))
        assert code == 2
        assert said in told(data)
        assert "share_mill" in told(data)
    hollow = np.where(np.arange(GRID.n) == 7, np.nan, rest)
    bad = pa.table({"period": period, "share_mill": hollow, "share_dump": rest})
    pq.write_table(bad.replace_schema_metadata(pq.read_table(path).schema.metadata), path)
    code, data, _ = ask(place, "--plan", str(path))
    assert code == 2
    assert "share_mill" in told(data)
    head = "x_m,y_m,z_m,period,share_mill,share_dump\n"
    for row, said in (
        ("5,5,15,0,all,0", "shares are no numbers"),
        ("5,5,15,0,,1", "shares are no numbers"),
        ("5,5,15,0,nan,1", "shares are no numbers"),
        ("5,5,15,0,inf,0", "add up to inf"),
        ("5,5,15,0,-1,2", "of a block that is mined"),
    ):
        file = tmp_path / "plan.csv"
        file.write_text(head + row + "\n", encoding="utf-8")
        code, data, _ = ask(place, "--plan", str(file))
        assert code == 2, row
        assert said in told(data)


def test_a_share_that_is_not_known_is_no_share():
    share = {"mill": np.array([np.nan, 1.0]), "dump": np.array([0.0, 0.0])}
    with pytest.raises(ModelError, match="add up to nan"):
        GivenPlan(Path("plan"), np.zeros(2, np.int64), share).shares(np.arange(2), ("mill", "dump"))
