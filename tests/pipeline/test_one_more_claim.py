"""Adding one claim and running again shows what it changed."""

import pytest
from small_study import invoke, make_study

import orefield as of
from orefield.evidence.tables import CLAIM_COLUMNS
from orefield.pipeline.compare import compare

CLAIM = "X-mine_production-2024"
ONE_MORE = {
    "id": CLAIM, "subject": "China", "entity": "china",
    "attribute": "mine_production", "low": "1500", "unit": "kt", "basis": "recoverable",
    "stage": "mine", "class": "actual", "rate_type": "none", "qualifier": "=",
    "valid_from": "2024", "valid_to": "2024", "reported_at": "2026-05",
    "recorded_at": "2026-06-01", "source": "x-source", "hops": "0", "rounding": "5",
    "sigma_class": "A", "mark": "read", "usable": "yes", "note": "a figure of the test",
}  # fmt: skip
SOURCE = (
    "id,title,publisher,published,url,hops,kind,note\n"
    "x-source,A yearbook,Nobody,2026-05,,0,statistics,"
)


def _with_claim(folder, kt):
    study = make_study(folder, assets=("zijinshan",), blocks=5000, draws=3)
    said = ONE_MORE | {"low": str(kt)}
    row = ",".join(said.get(column, "") for column in CLAIM_COLUMNS)
    text = ",".join(CLAIM_COLUMNS) + f"\n{row}\n"
    (study / "more.csv").write_text(text, encoding="utf-8")
    (study / "more_sources.csv").write_text(f"{SOURCE}\n", encoding="utf-8")
    path = study / "study.toml"
    text = path.read_text(encoding="utf-8")
    tables = '[tables]\nclaims = "more.csv"\nsources = "more_sources.csv"\n'
    assert "\n[tables]" not in text
    path.write_text(f"{text}\n{tables}", encoding="utf-8")
    return study


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    place = tmp_path_factory.mktemp("claim")
    studies = {
        "before": make_study(place / "a", assets=("zijinshan",), blocks=5000, draws=3),
        "after": _with_claim(place / "b", 1740),
    }
    return {n: of.run(s, out=place / n, until="balance", workers=1) for n, s in studies.items()}


def test_the_total_moves_towards_the_claim_within_its_own_year(pair):
    found = compare(pair["before"].folder, pair["after"].folder)
    moved = {(t["series"], t["year"]): t for t in found.totals}
    total = moved["mine_production_t", 2024]
    # other years' sigmas come from the median size of the series, which moves a little
    far = {k for k, t in moved.items() if abs(t["a"] / t["b"] - 1) > 0.005}
    assert far == {("mine_production_t", 2024)}
    assert 1_740_000.0 < total["b"] < total["a"]
    assert total["b_standard_error"] < total["a_standard_error"]
    assert found.as_dict()["identical"] is False


@pytest.fixture(scope="module")
def outlier(tmp_path_factory):
    """The same claim, far from all others."""
    place = tmp_path_factory.mktemp("outlier")
    study = _with_claim(place / "s", 1300)
    return of.run(study, out=place / "run", until="evidence", workers=1)


def test_a_claim_far_from_all_others_is_blamed_and_moves_nothing(pair, outlier):
    found = compare(pair["before"].folder, outlier.folder)
    new = [f for f in found.findings if f["change"] == "new" and CLAIM in f["claims"]]
    (blame,) = [f for f in new if f["rule"] == "reconcile-gross-error"]
    assert blame["verdict"] == "violate"
    assert "% " in blame["explanation"] or "%." in blame["explanation"]
    assert outlier.summary["evidence"]["reconciled"]["blamed"] == [CLAIM]
    totals = {(t["series"], t["year"]): t for t in found.totals}
    moved = totals.get(("mine_production_t", 2024))
    assert moved is None or moved["b"] == pytest.approx(moved["a"], rel=2e-3)
    claims = outlier.table("reconciled_claims").set_index("claim")
    assert claims["blamed"][CLAIM] == "blamed"
    assert claims["surely"][CLAIM] > 0.5
    for f in found.findings:
        assert f["verdict"] != "pass"
        assert f["explanation"].strip()


def test_results_of_the_balance_move_with_it(pair):
    left, right = (
        pair[n].table("results").set_index(["scenario", "key"])["central"]
        for n in ("before", "after")
    )
    key = ("baseline", "china.mine_t.2024")
    totals = {n: pair[n].table("reconciled").set_index("key") for n in pair}
    for name, results in (("before", left), ("after", right)):
        value = totals[name]["value"]["china.reconciled.mine_production_t.2024"]
        assert results[key] == pytest.approx(value)
    assert right[key] < left[key]


def test_the_command_says_it_in_words(pair, outlier, tmp_path):
    done = invoke("compare", pair["before"].path, pair["after"].path, cwd=tmp_path)
    assert done.code == 0, done.err
    assert "reconciled mine_production_t 2024: " in done.out
    done = invoke("compare", pair["before"].path, outlier.path, cwd=tmp_path)
    assert done.code == 0, done.err
    assert f"finding new: violate by reconcile-gross-error ({CLAIM})" in done.out
    told = invoke("compare", pair["before"].path, pair["after"].path, "--json", cwd=tmp_path).json
    assert told["totals"]
    told = invoke("compare", pair["before"].path, outlier.path, "--json", cwd=tmp_path).json
    assert told["findings"]


def test_a_run_and_itself_differ_in_nothing(pair):
    found = compare(pair["after"].folder, pair["after"].folder)
    assert found.findings == []
    assert found.totals == []
    assert found.as_dict()["identical"] is True


def test_a_run_that_reconciles_against_one_that_does_not(pair, tmp_path):
    plain = make_study(
        tmp_path / "s", assets=("zijinshan",), blocks=5000, draws=3,
        more="\n[evidence]\nreconcile = false",
    )  # fmt: skip
    run = of.run(plain, out=tmp_path / "out", until="evidence", workers=1)
    found = compare(run.folder, pair["before"].folder)
    assert found.totals
    assert {t["a"] for t in found.totals} == {None}
    assert "absent -> " in found.text()
