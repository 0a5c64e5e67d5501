"""Bad input through `check` and `run`: three lines, exit code 2, nothing left behind."""

import csv
import io
import re

import pytest
from small_study import invoke, make_study

CLAIM = {
    "id": "MY-1", "subject": "Zijinshan", "entity": "zijinshan", "attribute": "ore",
    "low": "400", "unit": "Mt", "basis": "ore", "stage": "mine", "class": "resource",
    "rate_type": "none", "qualifier": "=", "valid_from": "2024", "reported_at": "2024",
    "recorded_at": "2026-01-01", "vintage": "2024", "source": "S1", "locator": "p. 1",
    "hops": "1", "sigma_class": "D", "mark": "read", "usable": "yes",
}  # fmt: skip


def _header(study):
    from orefield.study import shipped_studies

    return (shipped_studies()["china-copper"] / f"{study}.csv").read_text("utf-8").splitlines()[0]


def _table(name, *rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, _header(name).split(","), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _toml(study, old, new):
    path = study / "study.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _more(study, text):
    path = study / "study.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def _claims(study, *rows):
    (study / "my_claims.csv").write_text(_table("claims", *rows), encoding="utf-8")
    _more(study, '\n[tables]\nclaims = "my_claims.csv"\n')


def unknown_key(study):
    _toml(study, "seed =", "sede =")


def unknown_section(study):
    _more(study, "\n[asets]\nmodelled = []\n")


def wrong_type(study):
    _toml(study, "draws = 8", 'draws = "eight"')


def broken_toml(study):
    _toml(study, "[run]", "[run")


def override_of_nothing(study):
    _toml(study, '"zijinshan.geology.target_blocks"', '"zijinshan.geology.target_bloks"')


def override_without_reason(study):
    _toml(study, ', reason = "speed"', "")


def wrong_unit_of_override(study):
    _toml(study, 'unit = "count"', 'unit = "kg"')


def wrong_unit_of_claim(study):
    _claims(study, {**CLAIM, "unit": "USD/t", "basis": "none"})
    row = {"key": "zijinshan.inventory.ore_t", "unit": "t", "kind": "number",
           "evidence": "claim:MY-1"}  # fmt: skip
    (study / "my_parameters.csv").write_text(_table("parameters", row), encoding="utf-8")
    _toml(study, "\n[tables]\n", '\n[tables]\nparameters = "my_parameters.csv"\n')


def unknown_unit(study):
    _claims(study, {**CLAIM, "unit": "bushels"})


def basis_left_out(study):
    _claims(study, {**CLAIM, "basis": ""})


def negative_number(study):
    _claims(study, {**CLAIM, "low": "-400"})


def negative_override(study):
    _toml(study, "value = 2500", "value = -2500")


def not_a_number(study):
    _claims(study, {**CLAIM, "low": "NaN"})


def nan_override(study):
    _toml(study, "value = 2500", "value = nan")


def missing_file(study):
    _more(study, '\n[tables]\nclaims = "my_claims.csv"\n')


def truncated_table(study):
    _claims(study, CLAIM)
    path = study / "my_claims.csv"
    path.write_text(path.read_text(encoding="utf-8")[:-60], encoding="utf-8")


def duplicate_ids(study):
    _claims(study, CLAIM, CLAIM)


def claim_without_source(study):
    _claims(study, {**CLAIM, "source": ""})


def claim_of_unknown_source(study):
    _claims(study, {**CLAIM, "source": "S9999"})


def _entities(study, *rows):
    common = {"kind": "deposit", "country": "CN"}
    rows = [{**common, "name_en": row["id"], **row} for row in rows]
    (study / "my_entities.csv").write_text(_table("entities", *rows), encoding="utf-8")
    _more(study, '\n[tables]\nentities = "my_entities.csv"\n')


def parent_cycle(study):
    _entities(study, {"id": "one", "parent": "two"}, {"id": "two", "parent": "one"})


def unknown_parent(study):
    _entities(study, {"id": "one", "parent": "nowhere"})


def capacity_without_a_date(study):
    row = {"key": "zijinshan.development.p9.ore_tpd", "unit": "t/d", "kind": "number",
           "evidence": "assumption:zijinshan.development.now.ore_tpd"}  # fmt: skip
    (study / "my_parameters.csv").write_text(_table("parameters", row), encoding="utf-8")
    _more(study, '\n[tables]\nparameters = "my_parameters.csv"\n')


def unknown_asset(study):
    _toml(study, 'modelled = ["zijinshan"]', 'modelled = ["zijinshann"]')


def geology_of_no_asset(study):
    (study / "b.parquet").write_bytes(b"PAR1")
    _more(study, '\n[files.julong]\nblocks = "b.parquet"\n')


def missing_geology(study):
    _more(study, '\n[files.zijinshan]\nblocks = "b.parquet"\n')


def path_out_of_the_study(study):
    _more(study, '\n[tables]\nclaims = "../../etc/passwd"\n')


CASES = {
    f.__name__: (f, words)
    for f, words in (
        (unknown_key, "sede.*did you mean 'seed'"),
        (unknown_section, "asets.*did you mean 'assets'"),
        (wrong_type, "run.draws"),
        (broken_toml, "not valid TOML"),
        (override_of_nothing, "no parameter.*did you mean 'zijinshan.geology.target_blocks'"),
        (override_without_reason, "reason"),
        (wrong_unit_of_override, "kg"),
        (wrong_unit_of_claim, "USD/t"),
        (unknown_unit, "bushels"),
        (basis_left_out, "basis"),
        (negative_number, "-400|negative"),
        (negative_override, "2500|target_blocks"),
        (not_a_number, "not a (finite )?number|NaN"),
        (nan_override, "finite|number|integer"),
        (missing_file, "my_claims.csv"),
        (truncated_table, "cells|truncated|columns"),
        (duplicate_ids, "MY-1"),
        (claim_without_source, "source"),
        (claim_of_unknown_source, "S9999"),
        (parent_cycle, "cycle|one.*two"),
        (unknown_parent, "nowhere"),
        (capacity_without_a_date, "p9.*date"),
        (unknown_asset, "did you mean 'zijinshan'"),
        (geology_of_no_asset, "julong"),
        (missing_geology, "b.parquet"),
        (path_out_of_the_study, "inside the study"),
    )
}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad") / "study"
    make_study(folder, assets=("zijinshan",), blocks=2500)
    assert invoke("check", folder, cwd=folder).code == 0
    return (folder / "study.toml").read_text(encoding="utf-8")


def test_the_claim_that_the_cases_spoil_is_sound(template, tmp_path):
    (tmp_path / "study.toml").write_text(template, encoding="utf-8")
    _claims(tmp_path, CLAIM)
    checked = invoke("check", tmp_path, "--json", cwd=tmp_path)
    assert checked.code == 0, checked.err
    assert checked.json["ok"] is True


@pytest.fixture
def spoilt(request, template, tmp_path):
    """A study with one fault, and what has to be said of it."""
    spoil, words = CASES[request.param]
    study = tmp_path / "study"
    study.mkdir()
    (study / "study.toml").write_text(template, encoding="utf-8")
    spoil(study)
    return study, words


# what tests/study looks at in every detail goes through the command in the long tests
LONG = {
    "unknown_section", "wrong_type", "broken_toml", "override_without_reason", "unknown_unit",
    "negative_override", "nan_override", "claim_of_unknown_source", "unknown_parent",
    "geology_of_no_asset", "path_out_of_the_study",
}  # fmt: skip


@pytest.mark.parametrize(
    "spoilt",
    [pytest.param(c, marks=pytest.mark.slow) if c in LONG else c for c in CASES],
    indirect=True,
)
def test_check_tells_each_fault_in_three_lines(spoilt, tmp_path):
    study, words = spoilt
    checked = invoke("check", study, "--json", cwd=tmp_path)
    assert checked.code == 2, checked.err
    lines = checked.err.splitlines()
    assert len(lines) == 3, checked.err
    for line, start in zip(lines, ("error: ", "  where: ", "  fix:   "), strict=True):
        assert line.startswith(start)
        assert len(line) > len(start) + 3, line
    assert str(study) in lines[1] or "study.toml" in lines[1] or ".csv" in lines[1]
    assert re.search(words, " ".join(lines), re.IGNORECASE), checked.err
    error = checked.json
    assert error["what"] == lines[0].removeprefix("error: ")
    assert error["error"].endswith("Error")


BRIEF = ("unknown_key", "missing_geology")


@pytest.mark.parametrize(
    "spoilt",
    [c if c in BRIEF else pytest.param(c, marks=pytest.mark.slow) for c in CASES],
    indirect=True,
)
def test_run_says_the_same_and_leaves_nothing(spoilt, tmp_path):
    study, _ = spoilt
    before = sorted(p.name for p in tmp_path.iterdir())
    started = invoke("run", study, "--out", "out", "--json", cwd=tmp_path)
    assert started.code == 2
    assert started.json == invoke("check", study, "--json", cwd=tmp_path).json
    assert sorted(p.name for p in tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("run", "china-coper"), 2, "no study 'china-coper'.*did you mean 'china-copper'"),
        (("check", "nowhere"), 2, "no study 'nowhere'"),
        (("run", "china-copper", "--until", "pitt"), 1, "unknown stage 'pitt'.*deposit, pit"),
        (("trace", "nowhere", "a.b"), 1, "no run"),
        (("compare", "nowhere", "elsewhere"), 1, "no run"),
        (("new", ".", "--from", "china-coper"), 2, "did you mean 'china-copper'"),
    ],
)
def test_wrong_arguments_are_told_in_three_lines(args, code, words, tmp_path):
    done = invoke(*args, cwd=tmp_path)
    assert done.code == code
    assert done.out == ""
    assert len(done.err.splitlines()) == 3, done.err
    assert re.search(words, " ".join(done.err.splitlines())), done.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "option",
    [
        ("--draws", "0"), ("--draws", "-5"), ("--draws", "many"), ("--draws", "2000000"),
        ("--seed", "-1"), ("--workers", "0"), ("--no-such-option",),
    ],
)  # fmt: skip
def test_options_out_of_range_are_refused_before_anything_is_read(option, tmp_path):
    done = invoke("run", "china-copper", "--out", "out", *option, cwd=tmp_path)
    assert done.code == 2
    assert option[0] in done.err
    assert "Traceback" not in done.err
    assert not list(tmp_path.iterdir())


def test_no_command_and_an_unknown_command(tmp_path):
    assert invoke("dig", cwd=tmp_path).code == 2
    nothing = invoke(cwd=tmp_path)
    assert "Usage" in nothing.out + nothing.err
    assert nothing.code != 0
