"""A whole study of a few rows, to break one thing at a time."""

from __future__ import annotations

from pathlib import Path

from orefield.evidence import CLAIM_COLUMNS, ENTITY_COLUMNS, SOURCE_COLUMNS

TOML = """\
# A hill with copper in it.
[study]
id = "mini"
title = "One hill"
country = "land"
first_year = 2020
last_year = 2030
history_to = 2024
as_of = 2025-06-30

[run]
seed = 7
draws = 20

[tables]
sources = "sources.csv"
entities = "entities.csv"
claims = ["claims.csv"]
assumptions = "assumptions.csv"
parameters = "parameters.csv"
scenarios = "scenarios.csv"
river_nodes = "river_nodes.csv"
river_links = "river_links.csv"
river_chains = "river_chains.csv"

[assets]
modelled = ["hill"]
"""


def _line(columns: tuple[str, ...], **cells: str) -> str:
    unknown = set(cells) - set(columns)
    assert not unknown, unknown
    return ",".join(cells.get(c, "") for c in columns)


def claim(claim_id: str, **cells: str) -> str:
    """A row of claims.csv: an output of the hill, with changes."""
    row = {
        "id": claim_id, "subject": "Hill", "entity": "hill", "attribute": "output_cu",
        "low": "12.5", "unit": "kt", "basis": "contained", "stage": "mine", "class": "actual",
        "rate_type": "none", "qualifier": "=", "valid_from": "2023", "valid_to": "2023",
        "source": "report", "hops": "0", "sigma_class": "A", "mark": "read", "usable": "yes",
    }  # fmt: skip
    return _line(CLAIM_COLUMNS, **(row | {k.rstrip("_"): v for k, v in cells.items()}))


def _csv(columns: tuple[str, ...], *rows: str) -> str:
    return "\n".join([",".join(columns), *rows]) + "\n"


FILES = {
    "study.toml": TOML,
    "sources.csv": _csv(
        SOURCE_COLUMNS,
        _line(SOURCE_COLUMNS, id="report", title="Annual report", published="2024", hops="0",
              kind="company"),
        _line(SOURCE_COLUMNS, id="memory", title="Memory", hops="3", kind="memory"),
    ),
    "entities.csv": _csv(
        ENTITY_COLUMNS,
        _line(ENTITY_COLUMNS, id="land", kind="country", name_en="Land"),
        _line(ENTITY_COLUMNS, id="belt", kind="district", name_en="Belt", parent="land"),
        _line(ENTITY_COLUMNS, id="hill", kind="mine", name_en="Hill", name_zh="小山",
              aliases="Old Hill;Hügel", parent="belt", lat="30.5", lon="91.2"),
    ),
    "claims.csv": _csv(
        CLAIM_COLUMNS,
        claim("out-2023"),
        claim("out-2024", low="14", valid_from="2024", valid_to="2024"),
        claim("out-2024-b", low="15", valid_from="2024", valid_to="2024", sigma_class="B"),
        claim("cu", attribute="cu_contained", low="3", high="5", unit="Mt", class_="resource",
              valid_from="2024", valid_to=""),
        claim("grade", attribute="cu_grade", low="0.4", unit="%", basis="none",
              class_="resource", valid_from="2024", valid_to=""),
        claim("method", attribute="mining_method", low="", text="open_pit", unit="",
              basis="none", class_="none", valid_from="2020", valid_to=""),
        claim("start", attribute="start_phase1", low="", text="2026H2", unit="", basis="none",
              class_="plan", valid_from="", valid_to=""),
        claim("rate", attribute="capacity_ore", low="40000", unit="t/d", basis="ore",
              class_="capacity", valid_from="2026", valid_to=""),
    ),
    "assumptions.csv": (
        "id,value,unit,low,high,dist,reason,mark\n"
        "price.cu,9500,USD/t,7000,12500,normal,planning price,assumption\n"
        "price.mo,45,USD/kg,30,60,lognormal,between two years,recall\n"
        "slope,45,deg,,,,usual in such rock,\n"
        "recovery,0.88,1,0.8,0.9,triangular,like its neighbours,\n"
        "growth,0.01,1/y,-0.01,0.03,uniform,as before,\n"
        "never,never,date,,,,not planned,\n"
        "name,porphyry,text,,,,by its geology,\n"
    ),
    "parameters.csv": (
        "key,unit,kind,evidence,low,high,dist,label,note\n"
        "price.cu_usd_t,USD/t,number,assumption:price.cu,,,,copper price,\n"
        "price.mo_usd_t,USD/t,number,assumption:price.mo,,,,,\n"
        "*.geology.slope_deg,deg,number,assumption:slope,,,,,\n"
        "*.plant.recovery,1,number,assumption:recovery,,,,,\n"
        "hill.inventory.cu_t,t,number,rule:hill/cu_contained?class=resource,,,,,\n"
        "hill.inventory.cu_pct,%,number,claim:grade,x0.9,x1.1,normal,,\n"
        "hill.mine.method,-,text,claim:method,,,,,\n"
        "hill.geology.kind,-,text,assumption:name,,,,,\n"
        "hill.development.p1.start,,date,rule:hill/start_phase1,,,,,\n"
        "hill.development.p1.ore_tpd,t/d,number,claim:rate,,,fixed,,\n"
        "hill.development.p2.start,,date,assumption:never,,,,,\n"
        "hill.development.p2.ore_tpd,t/d,number,claim:rate,,,fixed,,\n"
        "hill.published.output_cu_t,t,series,rule:hill/output_cu,x0.95,x1.05,uniform,,\n"
        "land.growth,1/y,number,assumption:growth,,,,,\n"
    ),
    "scenarios.csv": (
        "scenario,key,op,value,unit,reason\n"
        "baseline,,label,Baseline,,as published\n"
        "later,,label,Later,,everything slips\n"
        "later,hill.development.p1.start,delay_y,2,,permit slips\n"
        "later,hill.published.output_cu_t,scale,0.9,,held back\n"
        "dear,price.cu_usd_t,set,5.5,USD/lb,a shortage\n"
        "dear,land.growth,add,-0.005,1/y,copper is saved\n"
        "dear,hill.development.p2.start,set,2028-07,,worth it now\n"
    ),
    "river_nodes.csv": (
        "node_id,river,name,lat,lon,elevation_m,q_mean_m3s,q_mark,q_source,q_basis,area_km2,"
        "role,downstream_id,position_mark,elevation_mark,note\n"
        "RR01,River,Hill reach,30.5,91.2,4000,,,,,,mine inflow,RR02,recall,recall,\n"
        "RR02,River,Gauge,30.2,91.9,3800,120,derived,report,mean,,gauge,,recall,recall,\n"
    ),
    "river_links.csv": (
        "from_id,to_id,suggested_km,straight_km,mark,note\nRR01,RR02,90,75,derived,\n"
    ),
    "river_chains.csv": (
        "asset_id,chain,countries,mark_note\nhill,Hill stream > River (RR01) > sea,CN,\n"
    ),
}  # fmt: skip


def write(folder: Path, **changes: str | bytes | None) -> Path:
    """The study in a folder; ``claims_csv="..."`` writes that file instead, None none."""
    texts: dict[str, str | bytes | None] = dict(FILES)
    for name, text in changes.items():
        stem, _, ending = name.rpartition("_")
        assert f"{stem}.{ending}" in texts, name
        texts[f"{stem}.{ending}"] = text
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        if text is not None:
            data = text if isinstance(text, bytes) else text.encode()
            (folder / name).write_bytes(data)
    return folder


def swapped(name: str, old: str, new: str) -> str:
    """The text of a file with one place changed."""
    text = FILES[name]
    assert text.count(old) == 1, f"'{old}' stands {text.count(old)} times in {name}"
    return text.replace(old, new)


def line_of(text: str, part: str) -> int:
    """The number of the line that holds a text, once."""
    lines = [i for i, line in enumerate(text.split("\n"), 1) if part in line]
    assert len(lines) == 1, (part, lines)
    return lines[0]
