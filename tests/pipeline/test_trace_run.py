"""Every number of a run leads, in two steps, to a claim with its source or an assumption."""

import pytest
from small_study import ASSETS, small_run

from orefield.pipeline.trace import trace


@pytest.fixture(scope="module")
def folder():
    return small_run().run.folder


@pytest.fixture(scope="module")
def results(folder):
    return folder.table("results")


@pytest.fixture(scope="module")
def nodes(results):
    """One result of every node of the lineage: what stands behind it is the same for all."""
    return results.drop_duplicates(["scenario", "stage", "entity"])


@pytest.fixture(scope="module")
def chains(folder, nodes):
    return {
        (row.scenario, row.stage, row.entity): trace(folder, row.key, row.scenario)
        for row in nodes.itertuples()
    }


def test_all_stages_and_scenarios_have_results(results):
    base = results[results["scenario"] == "baseline"]
    assert set(base["stage"]) == {
        "evidence", "deposit", "pit", "plant", "environment", "balance", "targets",
    }  # fmt: skip
    assert set(results["scenario"]) == {
        "baseline", "plateau-accelerated", "recycling-first", "river-first",
    }  # fmt: skip
    assert set(results["entity"]) == {*ASSETS, "china"}


def test_every_result_rests_on_claims_or_assumptions(chains):
    for node, chain in chains.items():
        assert chain.stages[0] == f"{node[1]}:{node[2]}"
        assert chain.parameters, node
        for parameter in chain.parameters:
            assert parameter["evidence"], (node, parameter["key"])


def test_every_step_is_explained_and_every_claim_has_its_source(chains):
    schemes = set()
    for node, chain in chains.items():
        for parameter in chain.parameters:
            assert parameter["mark"] in ("read", "derived", "recall", "assumption", "override")
            for evidence in parameter["evidence"]:
                scheme = evidence["reference"].partition(":")[0]
                schemes.add(scheme)
                place = (node, parameter["key"], evidence)
                assert evidence["says"].strip(), place
                assert "None" not in evidence["says"], place
                assert "nan" not in evidence["says"].split(), place
                if scheme == "claim":
                    assert len(evidence["source"]) > 5, place
                    assert "None" not in evidence["source"], place
    assert schemes == {"claim", "assumption", "scenario"}


def test_the_first_step_has_parameters_of_its_own(folder, chains):
    """Not only those of the stages below: each node says what itself has read."""
    lineage = folder.table("lineage")
    own = lineage[lineage["kind"] == "parameter"]
    read = set(zip(own["scenario"], own["stage"], own["entity"], strict=True))
    assert set(chains) <= read


def test_the_chain_of_an_asset_goes_down_to_its_deposit(folder):
    chain = trace(folder, "duobaoshan.copper_t.2026")
    assert chain.result["key"] == "duobaoshan.cu_recovered_t.2026"
    assert chain.stages == ("plant:duobaoshan", "pit:duobaoshan", "deposit:duobaoshan")
    keys = {p["key"] for p in chain.parameters}
    assert {
        "duobaoshan.inventory.ore_t", "duobaoshan.inventory.cu_t", "price.cu_usd_t",
        "duobaoshan.development.p2.ore_tpd", "duobaoshan.published.output_cu_t",
        "duobaoshan.geology.target_blocks",
    } <= keys  # fmt: skip
    assert not any(k.startswith("zijinshan.") for k in keys)
    by_key = {p["key"]: p for p in chain.parameters}
    ore = by_key["duobaoshan.inventory.ore_t"]
    assert ore["evidence"][0]["reference"] == "claim:A-duobaoshan-ore-2012"
    assert ore["stage"] == "deposit:duobaoshan"
    blocks = by_key["duobaoshan.geology.target_blocks"]
    assert blocks["mark"] == "override"
    assert "speed" in blocks["evidence"][0]["says"]


def test_the_chain_of_the_nation_goes_through_every_asset(folder):
    chain = trace(folder, "china.self_sufficiency.2030")
    assert chain.result["metric"] == "self_sufficiency.mine_over_use"
    assert chain.stages[0] == "balance:china"
    assert {f"{s}:{a}" for a in ASSETS for s in ("plant", "pit", "deposit")} <= set(chain.stages)
    keys = {p["key"] for p in chain.parameters}
    assert "china.mine_production_t" in keys
    assert "zijinshan.inventory.cu_pct" in keys


def test_the_text_and_the_plain_values_say_the_same(folder):
    chain = trace(folder, "zijinshan.co2_scope2_t.2030")
    text, plain = chain.text(limit=10_000), chain.as_dict()
    assert plain["stages"][0] == "environment:zijinshan"
    for parameter in plain["parameters"]:
        assert f"{parameter['key']} = " in text
        for evidence in parameter["evidence"]:
            assert evidence["reference"] in text
            if evidence["source"]:
                assert evidence["source"] in text
    assert "more; --json prints all" in chain.text(limit=1)


def test_a_long_chain_shows_first_what_the_study_says_itself(folder):
    text = trace(folder, "zijinshan.cu_recovered_t.2030").text(limit=10_000).splitlines()
    shown = [line.split(" = ")[0].strip() for line in text if line.startswith("    ") and " = " in
             line and not line.startswith("      ")]  # fmt: skip
    place = {key: i for i, key in enumerate(shown)}
    override, claimed = "zijinshan.geology.target_blocks", "zijinshan.inventory.cu_pct"
    assumed, default = "zijinshan.plant.tail_cu_pct", "*.plant.ramp_months"
    assert place[override] == 0
    assert place[override] < place[claimed] < place[assumed] < place[default]


def test_recalled_numbers_say_so(folder, chains):
    claims = folder.table("claims").set_index("id")["mark"]
    seen = 0
    for chain in chains.values():
        for parameter in chain.parameters:
            for evidence in parameter["evidence"]:
                scheme, _, name = evidence["reference"].partition(":")
                if scheme == "claim":
                    assert f"[{claims[name]}]" in evidence["says"]
                    seen += claims[name] == "recall"
    assert seen > 0


def test_every_single_key_is_found(folder, results):
    """A spread of keys through the whole command; the rest share their nodes."""
    base = results[results["scenario"] == "baseline"]
    for key in base["key"].iloc[:: max(len(base) // 10, 1)]:
        assert trace(folder, key).result["key"] == key


def test_a_reconciled_total_leads_to_its_own_claims_first(folder):
    chain = trace(folder, "china.reconciled.mine_production_t.2023")
    assert chain.stages == ("evidence:china",)
    totals = folder.table("reconciled").set_index("key")
    own = totals["claims"][chain.result["key"]].split(";")
    assert len(own) > 1
    direct = [c["reference"] for c in chain.claims if c["direct"]]
    assert sorted(direct) == sorted(f"claim:{c}" for c in own)
    assert [c["direct"] for c in chain.claims] == sorted(c["direct"] for c in chain.claims)[::-1]
    for claim in chain.claims:
        assert claim["says"].strip()
        assert len(claim["source"]) > 5
    text = chain.text()
    assert f"of this figure {len(own)}" in text
    assert all(c in text for c in own)
    keys = {p["key"] for p in chain.parameters}
    assert "china.mine_production_t" in keys
    assert "china.concentrate_grade" in keys
    assert "china.refined_production_t" not in keys  # the choice of another total


def test_the_balance_leads_to_the_claims_that_were_reconciled(folder):
    chain = trace(folder, "china.refined_output_t.2023", "river-first")
    assert "evidence:china" in chain.stages
    told = {c["reference"] for c in chain.claims}
    table = folder.table("reconciled_claims")
    went_in = table[(table["reason"] == "") & ~table["assumed"].astype(bool)]
    assert told == {f"claim:{c}" for c in went_in["claim"]}
    assert chain.as_dict()["claims"]


def test_what_the_nation_has_no_part_in_names_no_reconciled_claims(folder):
    assert trace(folder, "zijinshan.modelled.cu_t").claims == ()
