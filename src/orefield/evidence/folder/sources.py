"""Sources of a corpus folder: what is listed, and what the words tell where cells are empty."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from orefield.evidence.claim import Source
from orefield.evidence.folder.problem import Problem
from orefield.evidence.folder.sheet import Record
from orefield.evidence.folder.written import is_unknown, read_date
from orefield.evidence.vocabulary import SourceKind

MAX_HOPS = 99
"""More steps than this between the origin and a text are taken for a slip."""

_ORIGINS = frozenset({SourceKind.REGULATOR, SourceKind.COMPANY, SourceKind.STATISTICS,
                      SourceKind.ACADEMIC})  # fmt: skip

# the first that matches the publisher, then the title, then the note; news before regulators,
# since 'Xinhua News Agency' is no agency of a government
_KINDS: tuple[tuple[SourceKind, str], ...] = (
    (SourceKind.MEMORY, r"\brecalled?\b|from memory|凭记忆"),
    (SourceKind.MACHINE_WRITTEN, r"machine.written|ai.generated|chatgpt|language model|机器生成"),
    (SourceKind.DERIVED, r"\bderived from\b|\bcomputed from\b|own calculation"),
    (SourceKind.MIRROR, r"\bmirror|\brepost|\breprint|\bsyndicat|转载|转发"),
    (SourceKind.TRADE_PRESS, r"\btrade (?:page|press|journal|magazine)|mining\.com|fastmarkets"
     r"|metal bulletin|mining (?:weekly|journal|news|magazine)|northern miner|argus|platts|mysteel"
     r"|shanghai metals market|\bsmm\b|kitco|wood mackenzie|\bcru\b|antaike|安泰科|上海有色"
     r"|矿业报|有色金属报|metals? (?:daily|week)"),
    (SourceKind.NEWS, r"\bnews|\btimes\b|\bdaily\b|\bpost\b|\breview\b|reuters|bloomberg|xinhua"
     r"|\bafp\b|associated press|\bcgtn\b|caixin|nikkei|guardian|\bherald\b|tribune|gazette"
     r"|\bwire\b|journalist|newspaper|televis|broadcast|新闻|日报|晚报|时报|周刊|新华|通讯社|电视"),
    (SourceKind.STATISTICS, r"statistic|\bcensus\b|\bcustoms\b|\busgs\b|geological survey, mineral"
     r"|commodity summar|study group|\bicsg\b|\binsg\b|\bilzsg\b|\bbgs\b|world bank|\bcochilco\b"
     r"|统计|海关"),
    (SourceKind.ACADEMIC, r"universit|\bjournal of\b|\bproceedings\b|academy of|\bthesis\b|\bdoi\b"
     r"|elsevier|springer|大学|学报|研究院|科学院|论文"),
    (SourceKind.REGULATOR, r"\bministr|\bgovernment|\bgeological survey\b|\bbureau\b|\bcommission\b"
     r"|state council|department of|\bregulator|environment(?:al)? protection|stock exchange"
     r"|\bsec\b|natural resources|国务院|自然资源|发改委|工信部|地质调查|人民政府|生态环境|委员会"
     r"|部$|局$|厅$"),
    (SourceKind.COMPANY, r"annual report|quarterly report|company (?:release|report|website)"
     r"|\b(?:inc|ltd|limited|plc|corp|corporation|company|group|s\.?a|n\.?v|ag|gmbh)\b\.?$"
     r"|\bmining(?: (?:co|group|company))?\b\.?$|\bminerals$|\bresources$|集团|公司|股份|矿业"),
    (SourceKind.COMPILATION, r"wikipedia|encyclop|mindat|database|data ?set|compil|overview"
     r"|travel|\bblog\b|百科"),
)  # fmt: skip
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)
_RELAYING = re.compile(r"\brelay\w*\b.*|\bcit(?:es|ing)\b.*|\bquot(?:es|ing)\b.*|转述.*|援引.*")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source, its cells as written, and which of its fields were inferred.

    Attributes
    ----------
    source : Source
    cells : mapping of str to str
        By canonical column; an unknown column keeps its own name.
    inferred : tuple of str
        ``kind``, ``hops``, ``title`` where the cell was empty.
    problems : tuple of Problem
    listed : bool
        Whether ``sources.csv`` has it; a placeholder stands in for one that claims name only.
    """

    source: Source
    cells: Mapping[str, str]
    inferred: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    listed: bool = True


def infer_kind(publisher: str, title: str = "", note: str = "") -> SourceKind | None:
    """Who speaks, by the words; None where they do not tell.

    What the note says of the texts that are relayed is left out: they are not the speaker.
    """
    own = _RELAYING.sub("", note.casefold())
    for words in (publisher.casefold(), title.casefold(), own):
        for kind, pattern in _COMPILED:
            if pattern.search(words):
                return kind
    return None


def source_row(record: Record) -> SourceRow:
    """A row of ``sources.csv`` read; what cannot be used is told and left out."""
    problems: list[Problem] = []
    inferred: list[str] = []
    source_id = record.text("id")
    if not source_id:
        source_id = f"row-{record.line}"
        problems.append(Problem(f"a source has no id: called '{source_id}' here",
                                record.at("id"), "give it one"))  # fmt: skip
    title = record.text("title")
    if not title:
        title = record.text("name") or record.text("publisher") or source_id
        inferred.append("title")
        problems.append(Problem(f"source '{source_id}' has no title: called '{title}' here",
                                record.at("title"), "write its title"))  # fmt: skip
    url = record.text("url")
    if url and not url.casefold().startswith(("https://", "http://")):
        problems.append(Problem(f"'{url}' is no web address: left out", record.at("url"),
                                "start with https://, or leave it empty"))  # fmt: skip
        url = ""
    published, faults = read_date(record.text("published"), record.at("published"))
    problems += faults
    kind = _kind(record, inferred, problems)
    source = Source(
        id=source_id,
        title=title,
        kind=kind,
        publisher=record.text("publisher"),
        published=published,
        url=url[:4].lower() + url[4:],
        hops=_hops(record, kind, inferred, problems),
        note=record.text("note"),
        where=record.where,
    )
    return SourceRow(source, MappingProxyType(record.cells), tuple(inferred), tuple(problems))


def placeholder(source_id: str, where: str, fix: str) -> SourceRow:
    """A source that claims name and no table lists."""
    source = Source(source_id, f"{source_id} (not listed)", SourceKind.NEWS, hops=1, where=where)
    told = Problem(f"source '{source_id}' is not listed in sources.csv", where, fix)
    cells = MappingProxyType({"id": source_id})
    return SourceRow(source, cells, ("title", "kind", "hops"), (told,), listed=False)


def unique_sources(rows: Iterable[SourceRow]) -> tuple[SourceRow, ...]:
    """Rows with ids made unique, as :func:`orefield.evidence.folder.loose.unique` does."""
    kept: dict[str, SourceRow] = {}
    listed = list(rows)
    taken = {row.source.id for row in listed}
    for row in listed:
        source = row.source
        first = kept.get(source.id)
        if first is None:
            kept[source.id] = row
            continue
        at = f"{source.where}, column 'id'"
        if dict(first.cells) == dict(row.cells):
            told = Problem(f"source '{source.id}' stands twice, word for word: counted once", at,
                           f"remove it; the first is in {first.source.where}")  # fmt: skip
            kept[source.id] = _told(first, first.source.id, told)
            continue
        number = 2
        while f"{source.id}~{number}" in taken:
            number += 1
        other = f"{source.id}~{number}"
        taken.add(other)
        told = Problem(
            f"source '{source.id}' stands twice and differs: this one is called '{other}' here, "
            "and claims are read as of the first",
            at,
            f"give it an id of its own; the first is in {first.source.where}",
        )
        kept[other] = _told(row, other, told)
    return tuple(kept.values())


def _told(row: SourceRow, source_id: str, problem: Problem) -> SourceRow:
    s = row.source
    renamed = Source(source_id, s.title, s.kind, s.publisher, s.published, s.url, s.hops, s.note,
                     s.where)  # fmt: skip
    return SourceRow(renamed, row.cells, row.inferred, (*row.problems, problem))


def _kind(record: Record, inferred: list[str], problems: list[Problem]) -> SourceKind:
    written = record.text("kind")
    if not is_unknown(written):
        try:
            return SourceKind(written.casefold().replace("_", " "))
        except ValueError:
            problems.append(
                Problem(f"kind of source is '{written}': inferred from its words instead",
                        record.at("kind"), f"use one of {', '.join(SourceKind)}")
            )  # fmt: skip
    inferred.append("kind")
    found = infer_kind(record.text("publisher"), record.text("title"), record.text("note"))
    # nothing known of the speaker: weighed as news, which is neither origin nor invention
    return SourceKind.NEWS if found is None else found


def _hops(record: Record, kind: SourceKind, inferred: list[str], problems: list[Problem]) -> int:
    written = record.text("hops")
    if written.isascii() and written.isdigit() and len(written) < 4 and int(written) <= MAX_HOPS:
        return int(written)
    if not is_unknown(written):
        problems.append(
            Problem(f"hops is '{written[:20]}': inferred from the kind of source instead",
                    record.at("hops"), "write a whole number, 0 for the origin itself")
        )  # fmt: skip
    inferred.append("hops")
    return 0 if kind in _ORIGINS else 1
