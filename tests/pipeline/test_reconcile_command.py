"""``orefield evidence reconcile``: folders and studies, figures, blame, clear errors."""

import pytest
from small_study import invoke

HEAD = "id,source,subject,attribute,value_low,value_high,unit,period,qualifier,paraphrase"


def _corpus(folder, rows):
    folder.mkdir()
    lines = [
        f"{c},s{i},Chile,{what},{value},,{unit},{year},exact,{words}"
        for i, (c, what, value, unit, year, words) in enumerate(rows)
    ]
    (folder / "claims.csv").write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    sources = [f"s{i},Yearbook {i},Office {i},2025-01-0{i % 9 + 1},," for i in range(len(rows))]
    (folder / "sources.csv").write_text(
        "\n".join(["id,title,publisher,date,url,note", *sources]) + "\n", encoding="utf-8"
    )
    return folder


def _mine(claim, value, year=2023):
    return (claim, "copper_mine_production", value, "kt Cu/y", year,
            "mine production of contained copper")  # fmt: skip


def _reconcile(folder, *more, cwd):
    return invoke("evidence", "reconcile", folder, "--alone", "--json", *more, cwd=cwd)


def test_a_folder_is_reconciled_year_by_year(tmp_path):
    rows = [_mine("K1", 5300), _mine("K2", 5200), _mine("K3", 5250), _mine("K4", 5500, 2024)]
    done = _reconcile(_corpus(tmp_path / "c", rows), cwd=tmp_path)
    assert done.code == 0, done.err
    told = done.json
    assert (told["country"], told["commodity"]) == ("chile", "cu")
    made = {v["year"]: v for v in told["values"] if v["name"] == "mine_production_t"}
    assert set(made) == {2023, 2024}
    assert 5.2e6 < made[2023]["value"] < 5.3e6
    assert sorted(made[2023]["claims"]) == ["K1", "K2", "K3"]
    assert made[2024]["status"] == "determined"
    assert made[2024]["value"] == pytest.approx(5.5e6)
    assert made[2023]["standard_error"] > 0.0
    assert not told["blamed"]


def test_the_odd_one_of_three_is_blamed_and_of_two_neither(tmp_path):
    three = [_mine("K1", 5300), _mine("K2", 5250), _mine("K3", 53), _mine("K4", 5310)]
    told = _reconcile(_corpus(tmp_path / "c", three), cwd=tmp_path).json
    assert [b["claims"] for b in told["blamed"]] == [["K3"]]
    assert told["blamed"][0]["surely"] > 0.5
    value = next(v for v in told["values"] if v["name"] == "mine_production_t")
    assert 5.2e6 < value["value"] < 5.4e6
    assert value["blamed"] == ["K3"]
    text = invoke("evidence", "reconcile", tmp_path / "c", "--alone", cwd=tmp_path).out
    assert "blamed" in text
    assert "K3" in text


def test_years_are_chosen_and_the_rest_left_out_with_the_reason(tmp_path):
    rows = [_mine("K1", 5300), _mine("K2", 5500, 2024), _mine("K3", 5450, 2024)]
    told = _reconcile(_corpus(tmp_path / "c", rows), "--years", "2024", cwd=tmp_path).json
    assert {v["year"] for v in told["values"]} == {2024}
    assert {r["claim"]: r["reason"] for r in told["left_out"]}["K1"].startswith("of 2023")


def test_bayes_gives_means_within_the_bounds(tmp_path):
    rows = [_mine("K1", 5300), _mine("K2", 5200), _mine("K3", 5250)]
    told = _reconcile(_corpus(tmp_path / "c", rows), "--bayes", cwd=tmp_path).json
    drawn = {p["name"]: p for p in told["posterior"]}["mine_production_t@2023"]
    plain = next(v for v in told["values"] if v["name"] == "mine_production_t")
    assert drawn["mean"] == pytest.approx(plain["value"], rel=0.01)
    assert drawn["standard_deviation"] == pytest.approx(plain["standard_error"], rel=0.1)
    assert drawn["p05"] < drawn["p50"] < drawn["p95"]
    again = _reconcile(tmp_path / "c", "--bayes", cwd=tmp_path).json
    assert again["posterior"] == told["posterior"]


def test_a_study_is_reconciled_as_its_runs_are(tmp_path):
    told = invoke("evidence", "reconcile", "china-copper", "--years", "2023-2024", "--json",
                  cwd=tmp_path).json  # fmt: skip
    assert told["country"] == "china"
    names = {v["name"] for v in told["values"]}
    assert {"mine_production_t", "refined_production_t", "scrap_imports_gross_t"} <= names
    assert any("other_definitions" in r["reason"] for r in told["left_out"])
    assert any(a["assumed"] for a in told["adjustments"])


@pytest.mark.parametrize("years", ["twenty", "2025-2015", "20", "1-9999", "2020-2021-2022"])
def test_years_that_are_none_are_refused(tmp_path, years):
    done = _reconcile(_corpus(tmp_path / "c", [_mine("K1", 5300)]), "--years", years, cwd=tmp_path)
    assert done.code == 2
    assert "no year" in done.err


def test_nothing_to_reconcile_says_what_there_is(tmp_path):
    folder = _corpus(tmp_path / "c", [_mine("K1", 5300)])
    done = _reconcile(folder, "--country", "peru", cwd=tmp_path)
    assert done.code == 2
    assert "nothing to reconcile" in done.err
    assert "chile (cu, 1)" in done.err
    done = _reconcile(folder, "--country", "atlantis", cwd=tmp_path)
    assert done.code == 2
    assert "atlantis" in done.err
    done = _reconcile(folder, "--years", "1999", cwd=tmp_path)
    assert done.code == 2


def test_an_empty_corpus_is_a_clear_error(tmp_path):
    done = _reconcile(_corpus(tmp_path / "c", []), cwd=tmp_path)
    assert done.code == 2
    assert "reconcile" in done.err or "claims" in done.err
