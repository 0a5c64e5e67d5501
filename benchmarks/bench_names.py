"""Names: recall of aliases and false merges, on public records and on generated misspellings.

Run: ``OREFIELD_DATA=... OREFIELD_FACTS=... python benchmarks/bench_names.py``. Without these
folders only the generated part runs. The answers that the public part is held against are in
``tests/evidence/names/gold_*.csv``, with the evidence of each: ``facts`` (the facts cite both
records for one asset), ``position`` (within 5 km, same commodity), ``recalled`` (general
knowledge), and ``undecided`` (namesakes whose positions contradict each other; not counted,
and shown apart as if all were one).
"""

from __future__ import annotations

import csv
import json
import os
import re
import time
from dataclasses import dataclass
from importlib.resources import files
from itertools import combinations
from pathlib import Path

from orefield.evidence import Entities, Entity, read_entities
from orefield.evidence.names import (
    Resolver,
    SiteRecord,
    distance_km,
    gazetteer,
    group_of,
    link_records,
    merged,
)
from orefield.evidence.names.generic import core

GOLD = Path(__file__).parents[1] / "tests" / "evidence" / "names"
_SOURCES = {
    "Mudd&Jowitt 2018": "mj",
    "USGS OFR 2008-1155 porcu": "porcu",
    "USGS major deposits": "major",
    "USGS sedcu": "sedcu",
}
_PORCU = {"17": "Porphyry", "20c": "Porphyry", "21a": "Porphyry"}  # codes of OFR 2008-1155


@dataclass(frozen=True)
class Score:
    """Right and wrong answers to questions that have one."""

    name: str
    asked: int
    right: int
    given: int
    wrong: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def recall(self) -> float:
        return self.right / self.asked if self.asked else 1.0

    @property
    def false(self) -> float:
        return len(self.wrong) / self.given if self.given else 0.0

    def __str__(self) -> str:
        return (
            f"{self.name:48} recall {self.recall:7.2%} ({self.right}/{self.asked})   "
            f"false {self.false:6.2%} ({len(self.wrong)}/{self.given})"
        )


def study_entities() -> Entities:
    folder = Path(str(files("orefield.studies"))) / "china_copper"
    return merged(Entities(read_entities(folder / "entities.csv")), gazetteer())


def minmod_records(data: Path) -> list[SiteRecord]:
    """Records of MinMod's two lists of Chinese copper sites (354 and 81)."""
    found = []
    with (data / "balance" / "minmod_china_copper_sites.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            symbols = [key.split()[-1] for key in json.loads(row["inventory_json"])]
            record_id = f"{_SOURCES[row['source']]}:{row['record_id']}"
            kind = _PORCU.get(row["deposit_type"], row["deposit_type"])
            found.append(_record(row, record_id, row["source"], symbols, kind))
    with (data / "balance" / "minmod_sir20105090z_china.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            symbols = [item[0] for item in json.loads(row["inventory"])]
            kind = "Sediment-hosted stratabound"
            found.append(_record(row, f"sir:{row['record_id']}", "SIR 2010-5090-Z", symbols, kind))
    return found


def _record(row, record_id: str, source: str, symbols: list[str], kind: str) -> SiteRecord:
    point = re.match(r"POINT \((\S+) (\S+)\)", row["location_wkt"])
    return SiteRecord(
        record_id,
        row["name"],
        tuple(alias for alias in row["aliases"].split(";") if alias),
        float(point[2]) if point else None,
        float(point[1]) if point else None,
        row.get("province", "") or "",
        frozenset(symbol.casefold() for symbol in symbols),
        kind,
        source,
    )


def score_links(records: list[SiteRecord], *, undecided: bool = False) -> Score:
    """Pairs of records put together, against the gold pairs."""
    groups: dict[str, list[str]] = {}
    for row in csv.DictReader((GOLD / "gold_links.csv").open(encoding="utf-8")):
        groups.setdefault(row["group"], []).append(row["record"])
    sure = {p for g, ids in groups.items() if not g.endswith("?") for p in _pairs(ids)}
    open_ = {p for g, ids in groups.items() if g.endswith("?") for p in _pairs(ids)} - sure
    made = {p for ids in link_records(records) for p in _pairs(ids)}
    gold = sure | open_ if undecided else sure
    wrong = tuple(" = ".join(sorted(p)) for p in made - sure - open_)
    missed = tuple(" = ".join(sorted(p)) for p in gold - made)
    name = "links of 435 records" + (", undecided taken as one" if undecided else "")
    return Score(name, len(gold), len(gold & made), len(made - open_), wrong, missed)


def _pairs(ids) -> set[frozenset[str]]:
    return {frozenset(pair) for pair in combinations(ids, 2)}


def score_records(records: list[SiteRecord], facts: Path, resolver: Resolver) -> Score:
    """Record names to entities: those that the facts cite for an asset must be found.

    Wrong is an entity far from the record, of other commodities, or known to be another.
    """
    known = {"mj:tongchang__881": "a massive sulphide in Shaanxi, not the pit of Dexing"}
    asset: dict[str, str] = {}
    with (facts / "assets" / "assets_long.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for found in re.findall(r"porcu (\d{3})", row["source"]):
                asset[f"porcu:{found}"] = row["asset_id"]
            for found in re.findall(r"[a-z-]+__\d+", row["source"]):
                asset[f"mj:{found}"] = row["asset_id"]
    ids = {record.id for record in records}
    asset = {key: value for key, value in asset.items() if key in ids}
    right, given, wrong, missed = 0, 0, [], []
    for record in records:
        near = None if record.lat is None else (record.lat, record.lon)
        found = resolver.resolve(record.name, kind="site", near=near)
        entity = found.entity
        want = asset.get(record.id)
        if entity is not None:
            given += 1
            if record.id in known or _apart(record, entity):
                wrong.append(f"{record.id} -> {entity.id}")
        if want is not None:
            chain = {entity.id, entity.parent} if entity is not None else set()
            right += want in chain
            if want not in chain:
                missed.append(f"{record.id} {record.name}: {found.status}")
    return Score("records to entities", len(asset), right, given, tuple(wrong), tuple(missed))


def _apart(record: SiteRecord, entity: Entity) -> bool:
    if record.commodities and entity.commodities:
        symbols = {{"k": "potash"}.get(s, s) for s in record.commodities}
        if not symbols & set(entity.commodities):
            return True
    if record.lat is None or entity.lat is None or entity.lon is None or record.lon is None:
        return False
    return distance_km((record.lat, record.lon), (entity.lat, entity.lon)) > 120.0


def score_subjects(resolver: Resolver) -> Score:
    """Subjects of the claims in the facts, as written."""
    right, given, wrong, missed, asked = 0, 0, [], [], 0
    for row in csv.DictReader((GOLD / "gold_subjects.csv").open(encoding="utf-8")):
        found = resolver.resolve(row["subject"]).entity
        asked += bool(row["entity"])
        if found is not None:
            given += 1
            if found.id != row["entity"]:
                wrong.append(f"{row['subject']} -> {found.id}")
        if row["entity"]:
            right += found is not None and found.id == row["entity"]
            if found is None:
                missed.append(row["subject"])
    return Score("subjects of claims", asked, right, given, tuple(wrong), tuple(missed))


def score_aliases(facts: Path, resolver: Resolver) -> Score:
    """Aliases and ids in the facts' tables of assets. Remarks among the aliases are left out."""
    ids = {
        "Julong": "julong", "Tongling": "tongling_district", "Tongshan": "tongshan_hlj",
        "Bayan": "bayan_obo",
    }  # fmt: skip
    parts_of = {"Qulong": "qulong", "Chulong": "qulong", "驱龙": "qulong"}
    questions: list[tuple[str, str]] = []
    with (facts / "assets" / "assets_overview.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            first = re.split(r"[ (/]", row["asset"])[0]
            asset = ids.get(first, first.casefold())
            for alias in re.split(r"[;=]", row["aliases"]):
                name = alias.strip(" '")
                if name and not re.search(r"\b(not|possibly|nearby|mistranslation)\b|\+", name):
                    found = re.search(r"'([^']+)$", name)
                    name = found[1] if found else name
                    questions.append((name, parts_of.get(name, asset)))
    with (facts / "assets" / "assets_long.csv").open(encoding="utf-8") as file:
        names = {row["asset_id"] for row in csv.DictReader(file)}
    questions += [(name, name) for name in sorted(names)]
    own = {"Tiegelongnan": "tiegelongnan", "Southern Tiegelong": "tiegelongnan",
           "Rongna": "tiegelongnan", "Duobuzao": "duobuza"}  # fmt: skip
    right, given, wrong, missed = 0, 0, [], []
    for name, asset in questions:
        found = resolver.resolve(name, kind="" if "_" in name or asset == "zijin_group" else "site")
        want = own.get(name, asset)
        if found.entity is not None:
            given += 1
            if found.entity.id != want:
                wrong.append(f"{name} -> {found.entity.id}, not {want}")
        right += found.entity is not None and found.entity.id == want
        if found.entity is None:
            missed.append(f"{name} ({want})")
    return Score(
        "aliases and ids of assets", len(questions), right, given, tuple(wrong), tuple(missed)
    )


def variants(entity: Entity) -> list[str]:
    """Spellings that a text may have for an entity: forms, scripts, and one slip each."""
    name = re.sub(r"\s*\([^)]*\)", "", entity.name_en)
    found = [name.upper(), name.lower(), name.replace(" ", "-"), f"the {name}"]
    group = group_of(entity.kind)
    if group == "site":
        found += [f"{name} mine", f"{name} copper mine", f"{name} project", f"{name} deposit"]
    if group == "company":
        found += [f"{name} Co., Ltd", f"{name} Group", f"{name} Limited"]
    letters = [i for i in range(2, len(name) - 1) if name[i].isalpha() and name[i + 1].isalpha()]
    if len(name.replace(" ", "")) >= 8 and letters and group in ("site", "company"):
        at = letters[len(letters) // 2]
        found.append(name[:at] + name[at + 1 :])
        found.append(name[:at] + name[at + 1] + name[at] + name[at + 2 :])
        found.append(name[:at] + name[at] + name[at:])
    if entity.pinyin and group == "site":
        found += [name.replace("ng", "n", 1), name.replace("zh", "z").replace("sh", "s")]
        found.append(re.sub(r"(?<=[aeiou])n\b", "ng", name))
    if entity.name_zh:
        found += [entity.name_zh, *(f"{entity.name_zh}{w}" for w in _ZH_WORDS.get(group, ()))]
    return list(dict.fromkeys(found))


_ZH_WORDS = {"site": ("项目",), "company": ("有限公司", "股份有限公司")}


def score_variants(resolver: Resolver, entities: Entities) -> Score:
    """Generated spellings of every entity in the gazetteer."""
    right, given, asked, wrong, missed = 0, 0, 0, [], []
    for entity in entities:
        if group_of(entity.kind) not in ("site", "company"):
            continue
        group = group_of(entity.kind)
        for name in variants(entity):
            asked += 1
            found = resolver.resolve(name, kind=group, within=_country(entity, entities))
            if found.entity is None:
                missed.append(f"{name} ({entity.id}): {found.status}")
                continue
            given += 1
            right += found.entity.id == entity.id
            if found.entity.id != entity.id and not _namesakes(entity, found.entity):
                wrong.append(f"{name} ({entity.id}) -> {found.entity.id}")
    return Score("generated variants", asked, right, given, tuple(wrong), tuple(missed))


def _country(entity: Entity, entities: Entities) -> str:
    if group_of(entity.kind) != "site" or not entity.country:
        return ""
    return next((e.id for e in entities.of_kind("country") if e.country == entity.country), "")


def score_strangers(resolver: Resolver, entities: Entities) -> Score:
    """Each name asked of all other entities: an answer is a false merge of two names."""
    asked, wrong = 0, []
    for entity in entities:
        for name in entity.names[1:]:
            asked += 1
            found = resolver.resolve(name, without=(entity.id,)).entity
            if found is not None and not _namesakes(entity, found):
                wrong.append(f"{name} ({entity.id}) -> {found.id}")
    return Score("names of strangers", 0, 0, asked, tuple(wrong), ())


def _namesakes(left: Entity, right: Entity) -> bool:
    """Whether both have one name but for words such as mine, or one is the other's part."""
    words = {core(name).key for name in left.names}
    others = {core(name).key for name in right.names}
    return bool(words & others) or left.id in (right.parent, right.province) or right.id in (
        left.parent, left.province
    )  # fmt: skip


def main() -> None:
    entities = study_entities()
    start = time.perf_counter()
    resolver = Resolver(entities)
    print(f"index of {len(entities)} entities: {time.perf_counter() - start:.2f} s")
    scores = [score_variants(resolver, entities), score_strangers(resolver, entities)]
    data, facts = os.environ.get("OREFIELD_DATA"), os.environ.get("OREFIELD_FACTS")
    scores.append(score_subjects(resolver))
    if data:
        records = minmod_records(Path(data))
        start = time.perf_counter()
        scores.append(score_links(records))
        print(f"linking {len(records)} records: {time.perf_counter() - start:.2f} s")
        scores.append(score_links(records, undecided=True))
        if facts:
            scores.append(score_records(records, Path(facts), resolver))
    if facts:
        scores.append(score_aliases(Path(facts), resolver))
    for score in scores:
        print(score)
        for text in score.wrong[:40]:
            print("   wrong:", text)
        for text in score.missed[:12]:
            print("   missed:", text)


if __name__ == "__main__":
    main()
