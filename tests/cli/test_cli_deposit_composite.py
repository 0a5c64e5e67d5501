"""``orefield deposit composite``: files, answers, and holes or settings that are wrong."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from orefield.cli.app import app
from orefield.commands.deposit.settings import read_settings
from orefield.deposit.job.inputs import samples_of
from orefield.deposit.samples_file import read_samples

COLLAR = "BHID,X,Y,Z,DEPTH\nA,100,100,50,40\nB,150,100,50,40\nC,100,150,50,40\n"
SURVEY = "BHID,AT,AZ,DIP\nA,0,0,-90\nB,0,90,-60\nB,20,92,-58\nC,0,0,-90\n"
ASSAY = (
    "BHID,FROM,TO,CU,AU\n"
    "A,0,10,0.5,100\nA,10,20,1.5,<20\nA,20,40,0.1,-999\n"
    "B,0,5,2.0,50\nB,5,15,,\nB,15,40,1.0,500\n"
    "C,0,20,0.2,10\nC,20,40,0.4,10\n"
)
ROCK = "BHID,FROM,TO,LITH,SG\nA,0,15,ore,2.9\nA,15,40,waste,\nB,0,40,ore,3.0\nC,0,40,waste,2.6\n"
SETTINGS = """
[holes]
missing = [-999]
below_detection = "half"
[holes.collar]
file = "collar.csv"
[holes.survey]
file = "survey.csv"
[[holes.table]]
name = "assay"
file = "assay.csv"
[holes.table.values]
cu_pct = "CU"
au_gpt = { column = "AU", unit = "ppb" }
[[holes.table]]
name = "lithology"
file = "rock.csv"
[holes.table.values]
density_t_m3 = "SG"
[holes.table.codes]
rock = "LITH"
[domains]
default = "none"
[domains.logged]
column = "rock"
[composite]
length_m = 5
values = ["cu_pct", "au_gpt"]
[composite.density]
waste = 2.7
default = 2.8
"""


@pytest.fixture
def place(tmp_path) -> Path:
    for name, text in (("collar", COLLAR), ("survey", SURVEY), ("assay", ASSAY), ("rock", ROCK)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "d.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def ask(place: Path, settings: str | None = None) -> tuple[int, dict, str]:
    if settings is not None:
        (place / "d.toml").write_text(settings, encoding="utf-8")
    done = CliRunner().invoke(app, ["deposit", "composite", "-c", str(place / "d.toml"), "--json"])
    return done.exit_code, json.loads(done.stdout), done.stderr


def change(place: Path, name: str, old: str, new: str) -> None:
    file = place / f"{name}.csv"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_composites_and_their_files(place):
    code, data, _ = ask(place)
    assert code == 0
    folder = place / "results"
    assert sorted(data["files"]) == sorted(p.name for p in folder.iterdir())
    assert json.loads((folder / "composite.json").read_text()) == data
    assert (data["holes"], data["intervals"]) == (3, {"assay": 8, "lithology": 4})
    cu = data["values"]["cu_pct"]
    # 5 + 15 + 2 of A, 10 + 25 of B, 4 + 8 of C: in percent times metres
    assert cu["content_before"] == pytest.approx(5 + 15 + 2 + 10 + 25 + 4 + 8)
    assert cu["weighted_mean_after"] == pytest.approx(cu["weighted_mean_before"], rel=1e-12)
    assert cu["before"]["count"] == 7
    assert data["values"]["au_gpt"]["before"]["most"] == pytest.approx(0.5)
    kinds = {row["kind"]: row["count"] for row in data["findings"]["kinds"]}
    assert kinds == {"value_code": 1, "value_below": 1}
    rows = {row["domain"]: row for row in data["domains"]}
    assert set(rows) == {"ore", "waste"}
    assert rows["ore"]["metres"] == pytest.approx(15 + 5 + 25)
    ET.fromstring((folder / "holes.svg").read_text())
    with (folder / "findings.csv").open() as file:
        found = list(csv.DictReader(file))
    assert [(r["hole"], r["line"], r["detail"]) for r in found] == [
        ("A", "4", "au_gpt taken for missing"), ("A", "3", "au_gpt taken for 0.01")
    ]  # fmt: skip


def test_both_files_are_samples_for_what_comes_next(place):
    ask(place)
    settings = read_settings(place / "d.toml")
    fresh = samples_of(settings)
    for suffix in ("csv", "parquet"):
        back = read_samples(place / "results" / f"composites.{suffix}")
        assert set(back.values) == {"cu_pct", "au_gpt", "density_t_m3"}
        assert set(back.codes) == {"domain", "rock"}
        np.testing.assert_array_equal(back.xyz_m, fresh.xyz_m)
        np.testing.assert_array_equal(back["cu_pct"], fresh["cu_pct"])
    # density: measured, else of the domain, else the default
    density = dict(zip(zip(fresh.code("domain").tolist(), fresh.hole.tolist(), strict=True),
                       fresh["density_t_m3"].tolist(), strict=True))  # fmt: skip
    assert density == pytest.approx({("ore", 0): 2.9, ("waste", 0): 2.7, ("ore", 1): 3.0,
                                     ("waste", 2): 2.6})  # fmt: skip


def test_the_text_for_people(place):
    done = CliRunner().invoke(app, ["deposit", "composite", "-c", str(place / "d.toml")])
    assert done.exit_code == 0
    for part in ("3, 120 m", "8 assay", "cu_pct, composites", "nothing is lost", "a code for",
                 "ore", "files"):  # fmt: skip
        assert part in done.stdout, part


def test_errors_stop_but_the_findings_are_written(place):
    change(place, "assay", "A,10,20,1.5", "A,9,20,1.5")
    code, data, text = ask(place)
    assert code == 2
    assert data["error"] == "TableError"
    assert "two intervals overlap: by 1.00 m" in data["what"]
    assert "assay.csv:3, hole A, 9.00 m" in data["where"]
    assert 'interval_overlap = "drop"' in text
    kinds = json.loads((place / "results" / "findings.json").read_text())["kinds"]
    assert kinds[0]["kind"] == "interval_overlap"
    assert not (place / "results" / "composites.csv").exists()
    findings = '[holes.findings]\ninterval_overlap = "drop"\n[holes.collar]'
    code, data, _ = ask(place, SETTINGS.replace("[holes.collar]", findings))
    assert code == 0
    assert data["findings"]["warnings"] == 1
    assert data["findings"]["kinds"][0]["done"] == "the one that begins later is left out"


def test_a_turned_sign_of_dips(place):
    code, data, _ = ask(place, SETTINGS.replace("[holes]", '[holes]\ndip = "down_positive"'))
    assert code == 2
    assert "more holes go up than down" in data["what"]


def test_a_solid_cuts_holes(place):
    corners = [(x, y, z) for x in (90, 160) for y in (90, 120) for z in (20, 60)]
    faces = ["1 2 4 3", "5 7 8 6", "1 5 6 2", "3 4 8 7", "1 3 7 5", "2 6 8 4"]
    text = "\n".join([*("v {} {} {}".format(*c) for c in corners), *(f"f {f}" for f in faces)])
    (place / "box.obj").write_text(text)
    solid = '[domains]\ndefault = "out"\n[[domains.solid]]\nname = "in"\nfile = "box.obj"\n'
    before, after = SETTINGS.index("[domains]"), SETTINGS.index("[composite]")
    settings = SETTINGS[:before] + solid + SETTINGS[after:]
    code, data, _ = ask(place, settings)
    assert code == 2, "there is no waste now, for which a density is given"
    assert "'waste', which there is not" in data["what"]
    code, data, _ = ask(place, settings.replace("waste = 2.7\n", ""))
    assert code == 0, data
    rows = {row["domain"]: row["metres"] for row in data["domains"]}
    # A leaves through the floor at 30 m, B through the east wall: a straight hole of 60 degrees
    # would at 20 m, one that bends to 58 does half a metre before; 5 to 15 m are not assayed
    assert rows["in"] == pytest.approx(30 + 5 + 4.4, abs=0.1)
    assert data["solids"][0]["volume_m3"] == pytest.approx(70 * 30 * 40)
    samples = samples_of(read_settings(place / "d.toml"))
    low, high = np.array([90, 90, 20]), np.array([160, 120, 60])
    within = ((samples.xyz_m > low) & (samples.xyz_m < high)).all(axis=1)
    assert np.array_equal(samples.code("domain") == "in", within)
    # one face less: refused, with its edges, unless the winding number is to judge
    (place / "box.obj").write_text(text.rsplit("\n", 1)[0])
    code, data, _ = ask(place)
    assert code == 2
    assert "4 open edges" in data["what"]
    (place / "box.obj").write_text(text[:-4])
    code, data, _ = ask(place)
    assert code == 2


def test_composites_of_one_domain(place):
    code, data, _ = ask(place, SETTINGS.replace("length_m = 5", 'length_m = 5\ndomains = ["ore"]'))
    assert code == 0
    assert [row["domain"] for row in data["domains"]] == ["ore"]
    code, data, _ = ask(place, SETTINGS.replace("length_m = 5", 'length_m = 5\ndomains = ["or"]'))
    assert code == 2
    assert "did you mean 'ore'" in data["fix"]
    before, after = SETTINGS.index("[domains]"), SETTINGS.index("[composite]")
    bare = SETTINGS[:before] + SETTINGS[after : SETTINGS.index("[composite.density]")]
    code, data, _ = ask(place, bare.replace("length_m = 5", 'length_m = 5\ndomains = ["ore"]'))
    assert code == 2
    assert "[composite] domains" in data["where"]
    assert "[domains]" in data["fix"]


def test_weights_by_density(place):
    text = SETTINGS.replace("length_m = 5", 'length_m = 15\nminimum_m = 0\nweight = "density"')
    code, data, _ = ask(place, text)
    assert code == 0
    cu = data["values"]["cu_pct"]
    tonnes = (5 * 2.9 + 7.5 * 2.9 + 7.5 * 2.7 + 2 * 2.7) + (10 + 25) * 3.0 + 12 * 2.6
    assert cu["content_before"] == pytest.approx(tonnes)
    assert cu["content_after"] == pytest.approx(tonnes)
    bare = text.replace("waste = 2.7\ndefault = 2.8\n", "ore = 2.8\n")
    code, data, _ = ask(place, bare)
    assert code == 2
    assert "2 pieces of holes have a value, but no density" in data["what"]
    assert "hole A, 15.00 m" in data["where"]


def test_a_plane_of_samples_by_benches(place):
    text = SETTINGS.replace("length_m = 5", "bench_m = 10\nbench_base_m = 0")
    assert ask(place, text)[0] == 0
    samples = samples_of(read_settings(place / "d.toml"))
    straight = samples.hole != 1
    assert set(np.round(samples.xyz_m[straight][:, 2] % 10, 3)) <= {5.0, 2.5, 7.5}


WRONG = [
    ("[holes]", "[holes]\ndips = 1", "unknown key 'dips'"),
    ("[holes]", '[holes]\ndip = "down"', "'dip' is 'down'"),
    ("[holes]", '[holes]\non_error = "ignore"', "errors are to be 'ignore'"),
    ("[holes]", "[holes]\nextent = [0, 0, 1]", "'extent' is"),
    ("[holes]", '[holes]\ncoordinate_unit = "yard"', "unknown unit 'yard'"),
    ("[holes]", "[holes]\nkink_limit_deg = 0", "limit of kinks"),
    ("[holes]", "[holes]\nazimuth_correction_deg = 999", "corrected by 999"),
    ('file = "assay.csv"', 'file = "assays.csv"', "cannot be read"),
    ('file = "assay.csv"', 'file = "assay.csv"\nhole = "HOLE"', "'HOLE' is missing"),
    ('cu_pct = "CU"', 'cu_pct = "COPPER"', "'COPPER' is missing"),
    ('name = "lithology"', 'name = "assay"', "two tables have one name"),
    ('column = "rock"', 'column = "rocks"', "no table has the code 'rocks'"),
    ("length_m = 5", "length_m = -5", "-5 m long"),
    ("length_m = 5", "minimum_m = 1", "'length_m' is missing"),
    ("length_m = 5", "length_m = 5\nresidue = 1", "unknown key 'residue'"),
    ("length_m = 5", 'length_m = 5\nmissing = "nil"', "'missing' is 'nil'"),
    ('values = ["cu_pct", "au_gpt"]', 'values = ["cu"]', "no table has the value 'cu'"),
    ("waste = 2.7", "waste = 2700", "density of 'waste'"),
    ("[composite]", "[composites]", "unknown key 'composites'"),
    ("[domains.logged]", "[domains.column]", "unknown key 'column'"),
    ('[domains.logged]\ncolumn = "rock"', "", "no domain is told"),
    ("[domains.logged]", "step_m = 0\n[domains.logged]", "'step_m' is 0 m"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "what"), WRONG)
def test_settings_that_are_wrong(place, old, new, what):
    assert old in SETTINGS
    code, data, _ = ask(place, SETTINGS.replace(old, new, 1))
    assert code == 2
    assert what in data["what"]


def test_holes_without_a_survey_file(place):
    bare = SETTINGS.replace('[holes.survey]\nfile = "survey.csv"\n', "")
    code, data, _ = ask(place, bare)
    assert code == 2
    assert "a hole has no survey" in data["what"]
    warn = '[holes.findings]\nsurvey_missing = "warn"\n[holes.collar]'
    code, data, _ = ask(place, bare.replace("[holes.collar]", warn))
    assert code == 0
    assert data["stations"] == 3
    code, data, _ = ask(place, bare.replace("[holes]", '[holes]\non_error = "drop"'))
    assert code == 2
    assert "no hole is left" in data["what"]


def test_a_grid_or_a_solid_in_feet_is_refused(place):
    grid = "[grid]\norigin = [5000, 5000, 0]\nsize = [10, 10, 10]\nshape = [10, 10, 20]\n"
    code, data, _ = ask(place, SETTINGS + grid)
    assert code == 2
    assert "no sample lies near the grid" in data["what"]


def test_a_section_that_is_missing(place):
    after = SETTINGS.index("[composite]")
    code, data, _ = ask(place, SETTINGS[:after])
    assert code == 2
    assert "[composite] is missing" in data["what"]
    code, data, _ = ask(place, SETTINGS[after:])
    assert "[holes] is missing" in data["what"]


def test_the_same_twice_to_the_byte(place):
    ask(place)
    names = ("composites.csv", "composites.parquet", "holes.svg", "findings.csv")
    first = [(place / "results" / n).read_bytes() for n in names]
    ask(place)
    assert first == [(place / "results" / n).read_bytes() for n in names]


def test_a_file_has_the_rules_of_holes_but_for_its_own(place):
    own = SETTINGS.replace('file = "assay.csv"', 'file = "assay.csv"\nbelow_detection = "zero"')
    found = [ask(place, settings)[1]["values"]["au_gpt"]["before"] for settings in (SETTINGS, own)]
    assert [row["count"] for row in found] == [6, 6]  # -999 is missing in both
    assert [row["least"] for row in found] == pytest.approx([0.01, 0.0])  # <20 ppb, and 10 ppb
