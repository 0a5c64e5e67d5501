"""The other commands: new, check, compare, trace, studies, doctor, --version, --help."""

import json
import subprocess
import time

import pytest
from small_study import ASSETS, OREFIELD, fresh_folder, invoke, make_study, orefield, small_run

import orefield as of


@pytest.fixture(scope="module")
def small():
    return small_run()


@pytest.fixture(scope="module")
def place():
    return fresh_folder()


def test_version_is_that_of_the_package(place):
    done = orefield("--version", cwd=place)
    assert (done.code, done.out, done.err) == (0, f"orefield {of.__version__}\n", "")
    assert invoke("--json", "--version", cwd=place).code != 0


def test_help_names_every_command_and_how_long_it_takes(place, capsys):
    orefield("--help", cwd=place)
    started = time.perf_counter()
    done = orefield("--help", cwd=place)
    with capsys.disabled():
        print(f" [orefield --help: {time.perf_counter() - started:.2f} s warm; the aim is 0.4] ")
    assert done.code == 0
    for command in ("run", "new", "check", "compare", "trace", "studies", "data", "doctor"):
        assert f"  {command} " in done.out
    assert "--version" in done.out


def test_help_reads_no_large_library(place):
    code = (
        "import sys; sys.argv = ['orefield', '--help']\n"
        "from orefield.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "found = {'numpy', 'pandas', 'numba', 'scipy', 'pyarrow'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(found)) or 0)"
    )
    done = subprocess.run(
        [str(OREFIELD.parent / "python"), "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "command",
    ["run", "new", "check", "compare", "trace", "studies", "doctor", "data list", "data fetch"],
)
def test_every_command_has_help_and_json(command, place):
    done = invoke(*command.split(), "--help", cwd=place)
    assert done.code == 0
    assert "--json" in done.out


def test_studies(place):
    listed = invoke("studies", "--json", cwd=place).json["studies"]
    assert [s["id"] for s in listed] == ["china-copper"]
    assert len(listed[0]["assets"]) >= 12
    assert "china-copper" in invoke("studies", cwd=place).out


def test_doctor(place):
    found = invoke("doctor", "--json", cwd=place).json
    assert found["ok"] is True
    assert found["missing"] == []
    assert found["cores"] >= 1
    assert {"numpy", "numba", "duckdb"} <= set(found["packages"])
    text = invoke("doctor", cwd=place).out
    assert text.rstrip().endswith("ready")
    assert "not ready" not in text


def test_new_check_and_the_comments_of_the_template(place):
    made = invoke("new", "My Study", "--from", "china-copper", "--json", cwd=place)
    assert made.code == 0, made.err
    assert made.json["study"] == "My Study"
    text = (place / "My Study" / "study.toml").read_text(encoding="utf-8")
    assert 'id = "my-study"' in text
    assert 'extends = "china-copper"' in text
    # every example in the template works as it stands once its mark of comment is taken off
    lines = text.splitlines()
    opened = [
        line.removeprefix("# ") if line.startswith('# "') and " = {" in line else line
        for line in lines
    ]
    assert opened != lines
    (place / "My Study" / "study.toml").write_text("\n".join(opened), encoding="utf-8")
    checked = invoke("check", "My Study", "--json", cwd=place)
    assert checked.code == 0, checked.err
    assert checked.json["ok"] is True
    assert len(checked.json["overrides"]) == sum(a != b for a, b in zip(lines, opened, strict=True))
    again = invoke("new", "My Study", cwd=place)
    assert again.code == 2
    assert "not empty" in again.err


def test_check_counts_what_is_there(small, place):
    found = invoke("check", small.study, "--json", cwd=place).json
    assert found["assets"] == list(ASSETS)
    assert found["claims"] > 2000
    assert found["sources"] > 300
    assert sum(found["parameters_by_mark"].values()) == found["parameters"]
    assert sorted(found["overrides"]) == [f"{a}.geology.target_blocks" for a in ASSETS]
    assert "no fault found" in invoke("check", small.study, cwd=place).out


def test_a_full_copy_gives_the_same_numbers_and_can_be_edited(place):
    folder = place / "copied"
    assert invoke("new", folder, "--copy", cwd=place).code == 0
    (folder / "study.toml").read_text(encoding="utf-8").index('id = "copied"')
    base, copy = of.open_study("china-copper"), of.open_study(folder)
    assert copy.id == "copied"
    assert {r.key: r.value for r in copy.parameters} == {r.key: r.value for r in base.parameters}
    assert copy.assets == base.assets


def test_a_study_of_a_study_is_refused_and_says_what_to_do(small, place):
    done = invoke("new", "third", "--from", small.study, cwd=place)
    assert done.code == 2
    assert "one level only" in done.err
    assert not (place / "third").exists()


def test_trace_prints_the_chain_down_to_sources(small, place):
    done = invoke("trace", small.folder, "duobaoshan.copper_t.2026", cwd=place)
    assert done.code == 0, done.err
    assert done.out.startswith("duobaoshan.cu_recovered_t.2026 = ")
    assert "made by: plant:duobaoshan <- pit:duobaoshan <- deposit:duobaoshan" in done.out
    assert "claim:A-duobaoshan-ore-2012" in done.out
    assert "source: " in done.out
    assert "assumption:" in done.out
    chain = invoke("trace", small.folder, "china.self_sufficiency.2030", "--json", cwd=place).json
    assert chain["result"]["key"] == "china.self_sufficiency.mine_over_use.2030"
    assert chain["result"]["year"] == 2030
    assert {f"plant:{a}" for a in ASSETS} <= set(chain["stages"])


def test_trace_of_a_scenario_shows_what_it_changes(small, place):
    key = "china.self_sufficiency.mine_plus_domestic_scrap_over_use.2040"
    args = ("trace", small.folder, key, "--scenario", "recycling-first", "--json")
    chain = invoke(*args, cwd=place).json
    references = [e["reference"] for p in chain["parameters"] for e in p["evidence"]]
    assert any(r.startswith("scenario:recycling-first") for r in references)
    base = invoke("trace", small.folder, key, "--json", cwd=place).json
    assert base["result"]["p50"] < chain["result"]["p50"]
    assert not [
        e for p in base["parameters"] for e in p["evidence"] if e["reference"].startswith("scen")
    ]


@pytest.mark.parametrize(
    ("key", "near"),
    [("duobaoshan.coper_t.2026", "duobaoshan"), ("china.mine_t.20300", "china.mine_t.2030")],
)
def test_trace_of_no_result_names_the_nearest(small, place, key, near):
    done = invoke("trace", small.folder, key, cwd=place)
    assert done.code == 1
    assert near in done.err
    assert len(done.err.splitlines()) == 3


def test_trace_of_no_scenario_names_those_there_are(small, place):
    done = invoke("trace", small.folder, "china.mine_t.2030", "--scenario", "war", cwd=place)
    assert done.code == 1
    assert "recycling-first" in done.err


def test_a_run_compared_with_itself_is_identical(small, place):
    same = invoke("compare", small.folder, small.folder, "--json", cwd=place).json
    assert same["identical"] is True
    assert same["changed"] == 0
    assert same["compared"] > 1000
    assert "0 of " in invoke("compare", small.folder, small.folder, cwd=place).out


def test_compare_of_two_seeds_shows_the_seed_and_the_largest_differences(place):
    study = make_study(place / "c", assets=("zijinshan",), blocks=5000)
    runs = []
    for seed in ("1", "2"):
        runs.append(place / f"seed{seed}")
        done = invoke(
            "run", study, "--out", runs[-1], "--until", "plant", "--seed", seed, cwd=place
        )
        assert done.code == 0, done.err
    found = invoke("compare", *runs, "--top", "5", "--json", cwd=place).json
    assert found["identical"] is False
    assert found["settings"] == {"seed": [1, 2]}
    assert found["parameters"] == []
    assert len(found["results"]) == 5
    sizes = [abs(r["relative"]) for r in found["results"]]
    assert sizes == sorted(sizes, reverse=True)
    assert found["only_in_a"] == found["only_in_b"] == []
    text = invoke("compare", *runs, cwd=place).out
    assert text.startswith("seed: 1 -> 2\n")


def test_a_broken_manifest_is_told_not_thrown(place):
    folder = place / "broken"
    folder.mkdir()
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    done = invoke("trace", folder, "a.b", "--json", cwd=place)
    assert done.code == 1
    assert "manifest" in done.json["what"]
    (folder / "manifest.json").write_text(json.dumps({"schema_version": 99}), encoding="utf-8")
    done = invoke("compare", folder, folder, cwd=place)
    assert done.code == 1
    assert "schema 99" in done.err
