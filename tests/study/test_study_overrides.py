"""A study of one's own: it has all that another has, but for what it says otherwise."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from mini_study import FILES, write

from orefield.core.errors import EvidenceError, OrefieldError, StudyError, UnitError
from orefield.study import NEVER, Draws, Study, open_study

HEAD = '[study]\nid = "own"\ntitle = "Own"\nextends = "china-copper"\n[overrides]\n'


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("own")
    (folder / "study.toml").write_text(
        HEAD + '"julong.inventory.cu_pct" = { value = 0.33, unit = "%", reason = "own estimate" }\n'
        '"price.cu_usd_t" = { value = 4.5, low = 3.5, high = 5.5, unit = "USD/lb", '
        'dist = "triangular", reason = "bank forecast" }\n'
        '"zhunuo.development.p1.start" = { value = 2028-07-01, reason = "permit slips" }\n'
        '"julong.inventory.cu_t" = { value = 20, unit = "Mt", reason = "own estimate" }\n'
    )
    return open_study(folder)


KEYS = {"julong.inventory.cu_pct", "price.cu_usd_t", "zhunuo.development.p1.start",
        "julong.inventory.cu_t"}  # fmt: skip


def test_values_are_converted_and_marked(own: Study) -> None:
    p = own.parameters
    assert p.number("julong.inventory.cu_pct") == 0.33
    price = p.row("price.cu_usd_t")
    lb = 0.45359237e-3
    assert price.value == pytest.approx(4.5 / lb)
    assert (price.low, price.high) == pytest.approx((3.5 / lb, 5.5 / lb))
    assert price.dist == "triangular"
    assert p.date("zhunuo.development.p1.start") == date(2028, 7, 1)
    assert p.number("julong.inventory.cu_t") == 20e6
    assert {row.key for row in p if row.mark == "override"} == KEYS


def test_an_override_names_its_reason_and_what_it_overrides(own: Study, shipped: Study) -> None:
    for key in KEYS:
        row, before = own.parameters.row(key), shipped.parameters.row(key)
        assert row.evidence == (f"assumption:override:{key}",)
        assumption = own.assumptions[f"override:{key}"]
        assert assumption.reason == row.rule
        assert assumption.mark == "override"
        rejected = dict(row.rejected)
        for reference in before.evidence:
            assert rejected[reference.partition(":")[2]] == "overridden by the study"
        for name, reason in before.rejected:
            assert rejected[name] == reason  # what the rule had passed over stays told
    assert own.assumptions["override:price.cu_usd_t"].unit == "USD/lb"
    assert own.assumptions["override:zhunuo.development.p1.start"].value == "2028-07-01"
    claims = {c.id for c in shipped.evidence.claims}
    assert any(name in claims for name, _ in own.parameters.row("julong.inventory.cu_t").rejected)


def test_everything_else_is_as_it_was(own: Study, shipped: Study) -> None:
    assert own.parameters.keys() == shipped.parameters.keys()
    for row in shipped.parameters:
        if row.key not in KEYS:
            assert own.parameters.row(row.key) == row
    assert own.assets == shipped.assets
    assert own.scenarios == shipped.scenarios
    assert own.years == shipped.years
    assert own.evidence.claims == shipped.evidence.claims
    assert own.id == "own"
    assert set(own.hashes) == {*shipped.hashes, "own/study.toml"}


def test_untouched_draws_are_the_same_bits(own: Study, shipped: Study) -> None:
    a, b = Draws(shipped.parameters, 1, 30), Draws(own.parameters, 1, 30)
    uncertain = [row.key for row in shipped.parameters if row.uncertain and row.key not in KEYS]
    assert len(uncertain) > 50
    for key in uncertain:
        assert a.get(key).tobytes() == b.get(key).tobytes()
    # the same luck for the price, from another range
    order = a.get("price.cu_usd_t")[1:].argsort()
    assert b.get("price.cu_usd_t")[1:].argsort().tolist() == order.tolist()


def test_scenarios_start_from_the_overrides(own: Study) -> None:
    for name in own.scenarios:
        assert own.scenario(name).number("julong.inventory.cu_pct") == 0.33
    sooner = own.scenario("plateau-accelerated").row("zhunuo.development.p1.start")
    assert sooner.value == date(2026, 9, 1)
    assert sooner.evidence[0] == "assumption:override:zhunuo.development.p1.start"
    assert sooner.evidence[1].startswith("scenario:plateau-accelerated/")


# -- on the small study ------------------------------------------------------------------


def with_override(folder: Path, key: str, fields: str) -> Study:
    text = f'{FILES["study.toml"]}\n[overrides]\n"{key}" = {{ {fields} }}\n'
    return open_study(write(folder, study_toml=text))


@pytest.mark.parametrize(
    ("key", "fields", "kind", "what"),
    [
        ("price.cu_usd", "value = 1, reason = 'why'", StudyError, "no parameter"),
        ("hill.price", "value = 1, reason = 'why'", StudyError, "no parameter"),
        ("price.cu_usd_t", "value = 1", StudyError, "reason' is missing"),
        ("price.cu_usd_t", "value = 1, reason = ''", StudyError, "reason"),
        ("price.cu_usd_t", "reason = 'why'", StudyError, "value' is missing"),
        ("price.cu_usd_t", "value = 1, reson = 'why'", StudyError, "unknown key"),
        ("price.cu_usd_t", "value = 1, unit = 't', reason = 'why'", UnitError, "is a mass"),
        ("price.cu_usd_t", "value = 1, unit = 'USD/tt', reason = 'why'", UnitError, "unknown unit"),
        ("price.cu_usd_t", "value = 1, unit = 3, reason = 'why'", StudyError, "unit"),
        ("price.cu_usd_t", "value = '9000', reason = 'why'", StudyError, "is not a number"),
        ("price.cu_usd_t", "value = 2026-07-01, reason = 'why'", StudyError, "is not a number"),
        ("price.cu_usd_t", "value = true, reason = 'why'", StudyError, "value"),
        ("price.cu_usd_t", "value = nan, reason = 'why'", StudyError, "value"),
        ("price.cu_usd_t", "value = inf, reason = 'why'", StudyError, "value"),
        ("price.cu_usd_t", "value = [1], reason = 'why'", StudyError, "value"),
        ("price.cu_usd_t", "value = -9000, reason = 'why'", EvidenceError, "reaches -"),
        ("price.cu_usd_t", "value = 9, low = -1, high = 10, reason = 'why'", EvidenceError,
         "reaches -1 USD/t"),
        ("price.cu_usd_t", "value = 9000, low = 9500, high = 8000, reason = 'why'", EvidenceError,
         "outside its range"),
        ("price.cu_usd_t", "value = 9000, low = 9100, reason = 'why'", EvidenceError,
         "outside its range"),
        ("price.cu_usd_t", "value = 9000, low = nan, reason = 'why'", StudyError, "low"),
        ("price.cu_usd_t", "value = 9000, dist = 'gauss', reason = 'why'", StudyError, "dist"),
        ("price.cu_usd_t", "value = 9, low = 8, dist = 'fixed', reason = 'why'", StudyError,
         "yet is fixed"),
        ("price.mo_usd_t", "value = 9, low = 0, reason = 'why'", EvidenceError, "lognormal"),
        ("hill.inventory.cu_pct", "value = 133, reason = 'why'", EvidenceError, "%"),
        ("hill.published.output_cu_t", "value = 9, reason = 'why'", StudyError, "yearly series"),
        ("hill.mine.method", "value = 'caving', unit = 't', reason = 'why'", StudyError,
         "no unit and no range"),
        ("hill.mine.method", "value = 'caving', low = 1, reason = 'why'", StudyError,
         "no unit and no range"),
        ("hill.development.p1.start", "value = 'soon', reason = 'why'", EvidenceError, "'soon'"),
        ("hill.development.p1.start", "value = 2026.5, reason = 'why'", EvidenceError, "2026.5"),
        ("hill.development.p1.start", "value = 2026-01-01T00:00:00Z, reason = 'why'", StudyError,
         "value"),
    ],
)  # fmt: skip
def test_a_wrong_override_is_told(
    tmp_path: Path, key: str, fields: str, kind: type[OrefieldError], what: str
) -> None:
    with pytest.raises(OrefieldError) as caught:
        with_override(tmp_path, key, fields)
    error = caught.value
    assert type(error) is kind, error
    assert what in error.what
    assert "study.toml" in error.where
    assert error.fix


def test_the_nearest_parameter_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as caught:
        with_override(tmp_path, "price.cu_usd", "value = 1, reason = 'why'")
    assert "did you mean 'price.cu_usd_t'?" in caught.value.fix
    assert "price.cu_usd'" in caught.value.where


def test_a_key_without_quotes_is_explained(tmp_path: Path) -> None:
    text = FILES["study.toml"] + "\n[overrides.price.cu_usd_t]\nvalue = 1\nreason = 'why'\n"
    with pytest.raises(StudyError, match="not an override") as caught:
        open_study(write(tmp_path, study_toml=text))
    assert '[overrides."' in caught.value.fix


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2027", date(2027, 1, 1)),
        ("'2027'", date(2027, 1, 1)),
        ("'2027-09'", date(2027, 9, 1)),
        ("'2027H1'", date(2027, 1, 1)),
        ("'2027H2'", date(2027, 7, 1)),
        ("2027-09-05", date(2027, 9, 5)),
        ("'2027-09-05'", date(2027, 9, 5)),
        ("'never'", NEVER),
        ("' Never '", NEVER),
    ],
)
def test_a_date_may_be_written_in_several_ways(
    tmp_path: Path, written: str, expected: date
) -> None:
    study = with_override(
        tmp_path, "hill.development.p1.start", f"value = {written}, reason = 'why'"
    )
    row = study.parameters.row("hill.development.p1.start")
    assert row.value == expected
    assert not row.uncertain


def test_a_range_that_is_not_given_keeps_its_proportions(tmp_path: Path) -> None:
    study = with_override(tmp_path, "price.cu_usd_t", "value = 19000, reason = 'why'")
    row = study.parameters.row("price.cu_usd_t")
    assert (row.value, row.low, row.high, row.dist) == (19000, 14000, 25000, "normal")


@pytest.mark.parametrize("value", [0.0123456789, 1 / 3, 1e-7, 33.3])
@pytest.mark.parametrize("key", ["hill.inventory.cu_pct", "hill.geology.slope_deg"])
def test_rounding_never_puts_a_value_outside_its_own_range(
    tmp_path: Path, value: float, key: str
) -> None:
    row = with_override(tmp_path, key, f"value = {value!r}, reason = 'why'").parameters.row(key)
    assert row.low <= row.value <= row.high
    assert row.value == value


def test_one_end_of_a_range_may_be_given(tmp_path: Path) -> None:
    study = with_override(tmp_path, "price.cu_usd_t", "value = 9500, high = 20000, reason = 'why'")
    row = study.parameters.row("price.cu_usd_t")
    assert (row.low, row.high) == (7000, 20000)


def test_an_override_may_fix_what_was_uncertain(tmp_path: Path) -> None:
    study = with_override(tmp_path, "price.cu_usd_t", "value = 1, dist = 'fixed', reason = 'why'")
    row = study.parameters.row("price.cu_usd_t")
    assert (row.value, row.low, row.high, row.uncertain) == (1, 1, 1, False)
    assert study.assumptions["override:price.cu_usd_t"].dist == "fixed"


def test_a_range_makes_uncertain_what_was_fixed(tmp_path: Path) -> None:
    fields = "value = 41000, low = 40000, high = 45000, dist = 'triangular', reason = 'why'"
    row = with_override(tmp_path, "hill.development.p1.ore_tpd", fields).parameters.row(
        "hill.development.p1.ore_tpd"
    )
    assert row.uncertain


def test_one_asset_leaves_the_default(tmp_path: Path) -> None:
    study = with_override(tmp_path, "hill.plant.recovery", "value = 0.8, reason = 'why'")
    assert study.parameters.number("hill.plant.recovery") == 0.8
    assert study.parameters.number("dale.plant.recovery") == 0.88
    assert study.parameters.row("hill.plant.recovery").rejected == (
        ("recovery", "overridden by the study"),
    )


def test_an_override_of_both_layers_remembers_the_first(tmp_path: Path) -> None:
    text = FILES["study.toml"] + '\n[overrides]\n"land.growth" = { value = 0.02, reason = "one" }\n'
    write(tmp_path / "base", study_toml=text)
    top = tmp_path / "top"
    top.mkdir()
    (top / "study.toml").write_text(
        '[study]\nid = "top"\ntitle = "Top"\nextends = "../base"\ncountry = "land"\n'
        '[overrides]\n"land.growth" = { value = 0.03, reason = "two" }\n'
    )
    row = open_study(top).parameters.row("land.growth")
    assert row.value == 0.03
    assert row.rule == "two"
    assert dict(row.rejected)["growth"] == "overridden by the study"
    assert "override:land.growth" in dict(row.rejected)
    assert row.evidence == ("assumption:override:land.growth",)


# -- scenarios ---------------------------------------------------------------------------


def test_scenarios_change_what_they_say_and_nothing_else(tmp_path: Path) -> None:
    study = open_study(write(tmp_path))
    base = study.parameters
    later, dear = study.scenario("later"), study.scenario("dear")
    assert {r.key for r in later if r is not base.find(r.key)} == {
        "hill.development.p1.start", "hill.published.output_cu_t"
    }  # fmt: skip
    assert later.date("hill.development.p1.start") == date(2028, 6, 30)  # 2 x 365.25 days
    assert later.series("hill.published.output_cu_t") == pytest.approx({2023: 11250, 2024: 12600})
    price = dear.row("price.cu_usd_t")
    assert price.value == pytest.approx(5.5 / 0.45359237e-3)
    assert price.low / price.value == pytest.approx(7000 / 9500)
    assert price.high / price.value == pytest.approx(12500 / 9500)
    growth = dear.row("land.growth")
    assert (growth.value, growth.low, growth.high) == pytest.approx((0.005, -0.015, 0.025))
    assert dear.date("hill.development.p2.start") == date(2028, 7, 1)
    assert base.date("hill.development.p2.start") == NEVER
    for parameters, name in ((later, "later"), (dear, "dear")):
        for row in parameters:
            if row is not base.find(row.key):
                assert row.evidence[-1].startswith(f"scenario:{name}/{row.key}/")
                assert row.mark == "assumption"
                assert row.note


def test_changes_of_one_parameter_follow_each_other(tmp_path: Path) -> None:
    rows = (
        "dear,land.growth,scale,2,,twice\ndear,land.growth,add,1,%/y,and more\n"
        "dear,hill.mine.method,set,block_cave,,deep\ndear,hill.plant.recovery,set,85,%,here alone\n"
    )
    study = open_study(write(tmp_path, scenarios_csv=FILES["scenarios.csv"] + rows))
    dear = study.scenario("dear")
    assert dear.number("land.growth") == pytest.approx((0.01 - 0.005) * 2 + 0.01)
    assert dear.text("hill.mine.method") == "block_cave"
    assert dear.row("hill.mine.method").mark == "assumption"
    assert dear.number("hill.plant.recovery") == pytest.approx(0.85)
    assert dear.number("dale.plant.recovery") == 0.88


def test_what_never_happens_cannot_be_late(tmp_path: Path) -> None:
    rows = "later,hill.development.p2.start,delay_y,3,,as all\n"
    study = open_study(write(tmp_path, scenarios_csv=FILES["scenarios.csv"] + rows))
    assert study.scenario("later").date("hill.development.p2.start") == NEVER


def test_every_scenario_of_the_shipped_study_can_be_drawn(shipped: Study) -> None:
    for name in shipped.scenarios:
        parameters = shipped.scenario(name)
        assert parameters.scenario == name
        draws = Draws(parameters, 1, 5)
        for row in parameters:
            if row.kind in ("number", "series"):
                assert draws.get(row.key).shape == (6,)
