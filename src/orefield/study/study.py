"""A study: document, evidence, parameters and scenarios, read and checked as one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from orefield.core.errors import EvidenceError, StudyError
from orefield.core.tables import Row, read_rows
from orefield.deposit.job.settings import read_settings
from orefield.environment import (
    CHAIN_COLUMNS,
    LINK_COLUMNS,
    LINK_EXTRA_COLUMNS,
    NODE_COLUMNS,
    NODE_EXTRA_COLUMNS,
    RiverNetwork,
    links_from_rows,
    nodes_from_rows,
    read_chains,
)
from orefield.evidence import (
    Entities,
    Evidence,
    read_claims,
    read_entities,
    read_sources,
)
from orefield.study.document import GeologyFile, StudyDocument, inherit, read_document
from orefield.study.overrides import override
from orefield.study.parameters import Assumption, Parameters
from orefield.study.resolve import Resolver
from orefield.study.rows import ParameterRow, read_assumptions, read_parameters
from orefield.study.scenarios import Change, Scenario, group, read_scenarios


@dataclass(frozen=True)
class Study:
    """Everything a run needs to know, resolved and checked.

    Attributes
    ----------
    document : StudyDocument
    folder : Path
    evidence : Evidence
    assumptions : mapping of id to Assumption
    parameters : Parameters
        The baseline's.
    scenarios : mapping of name to Scenario
    rivers : mapping of table name to rows
    files : mapping of asset to GeologyFile
    hashes : mapping of file name to SHA-256
        Of every file that was read.
    """

    document: StudyDocument
    folder: Path
    evidence: Evidence
    assumptions: Mapping[str, Assumption]
    parameters: Parameters
    scenarios: Mapping[str, Scenario]
    rivers: Mapping[str, tuple[Row, ...]]
    files: Mapping[str, tuple[GeologyFile, Path]]
    hashes: Mapping[str, str]
    changes: tuple[Change, ...] = field(default=(), repr=False)

    @property
    def id(self) -> str:
        """The study's name."""
        return self.document.study.id

    @property
    def years(self) -> range:
        """The years it covers."""
        return range(self.document.study.first_year, self.document.study.last_year + 1)

    @cached_property
    def assets(self) -> tuple[str, ...]:
        """Assets that are modelled block by block, in the study's order."""
        return tuple(self.document.assets.modelled or ())

    def scenario(self, name: str) -> Parameters:
        """The parameters of a scenario.

        Raises
        ------
        StudyError
            When there is none of that name.
        """
        if name not in self.scenarios:
            raise StudyError(
                f"no scenario '{name}'",
                where=f"study '{self.id}'",
                fix=f"there are: {', '.join(self.scenarios)}",
            )
        return self.scenarios[name].apply(self.parameters)


def shipped_studies() -> dict[str, Path]:
    """Studies that come with the package: name and folder."""
    root = Path(str(files("orefield") / "studies"))
    return {p.parent.name.replace("_", "-"): p.parent for p in sorted(root.glob("*/study.toml"))}


def locate(name: str | Path) -> Path:
    """The study.toml that a name, folder or file means.

    Raises
    ------
    StudyError
        When there is no such study; shipped names are listed.
    """
    return _locate(name, Path(), "neither a folder with study.toml nor a shipped study")


def _locate(name: str | Path, folder: Path, where: str) -> Path:
    """The study.toml that a name means, seen from a folder."""
    path = folder / name
    try:
        if path.is_file():
            return path
        if (path / "study.toml").is_file():
            return path / "study.toml"
    except OSError as error:  # a name too long for a file, a folder that may not be entered
        raise StudyError(
            f"study cannot be found: {error.strerror or error}",
            where=where,
            fix="name a folder with study.toml, or a shipped study",
        ) from error
    shipped = shipped_studies()
    if str(name) in shipped:
        return shipped[str(name)] / "study.toml"
    near = get_close_matches(str(name), list(shipped), n=1)
    raise StudyError(
        f"no study '{name}'",
        where=where,
        fix=f"did you mean '{near[0]}'?" if near else f"shipped: {', '.join(shipped) or 'none'}",
    )


def open_study(name: str | Path) -> Study:
    """Read, check and resolve a study.

    Raises
    ------
    OrefieldError
        Whatever is wrong with it, with file and line.
    """
    path = locate(name)
    layers = _layers(path)
    hashes: dict[str, str] = {}
    evidence: Evidence | None = None
    assumptions: dict[str, Assumption] = {}
    rows: dict[str, ParameterRow] = {}
    changes: list[Change] = []
    rivers: dict[str, tuple[Row, ...]] = {}
    geology: dict[str, tuple[GeologyFile, Path]] = {}
    for document, folder in layers:
        t = document.tables
        names = ["study.toml", *t.all_names(), *(f.name for f in document.files.values())]
        _hash(hashes, document.study.id, folder, names)
        _hash(hashes, document.study.id, folder, _tables_of_holes(document, folder))
        evidence = _evidence(document, folder, evidence)
        if t.assumptions:
            assumptions.update(read_assumptions(folder / t.assumptions))
        if t.parameters:
            rows.update({row.key: row for row in read_parameters(folder / t.parameters)})
        if t.scenarios:
            changes += read_scenarios(folder / t.scenarios)
        _rivers(rivers, document, folder)
        geology.update({asset: (file, folder) for asset, file in document.files.items()})
    if evidence is None or not evidence.claims or not rows:
        raise StudyError(
            "the study has no claims or no parameters",
            where=str(path),
            fix="name them under [tables], or extend a study that has them",
        )
    document, folder = layers[-1]
    resolver = Resolver(evidence, assumptions)
    resolved = [resolver.resolve(row) for row in rows.values()]
    parameters = override(Parameters(resolved), layers, assumptions)
    study = Study(
        document, folder, evidence, assumptions, parameters, group(changes), rivers, geology,
        hashes, tuple(changes),
    )  # fmt: skip
    _check(study, path)
    return study


def base_of(path: Path, document: StudyDocument) -> Path:
    """The study.toml that a study extends.

    It is seen from the study's own folder: what it means does not depend on where one stands.

    Raises
    ------
    StudyError
        When there is no such study.
    """
    return _locate(document.study.extends, path.parent, f"{path}, [study] extends")


def _layers(path: Path) -> list[tuple[StudyDocument, Path]]:
    """The study below the one it extends; one level only, so that nobody gets lost."""
    document = read_document(path)
    if not document.study.extends:
        return [(document, path.parent)]
    base_path = base_of(path, document)
    if base_path.resolve() == path.resolve():
        raise StudyError("a study cannot extend itself", where=str(path), fix="take out 'extends'")
    base = read_document(base_path)
    if base.study.id == document.study.id:
        raise StudyError(
            f"the study has the id of the one it extends, '{base.study.id}'",
            where=f"{path}, [study] id",
            fix="give it an id of its own",
        )
    if base.study.extends:
        raise StudyError(
            f"'{document.study.extends}' itself extends '{base.study.extends}'",
            where=str(path),
            fix="extend the first of them: one level only",
        )
    return [(base, base_path.parent), (inherit(document, base, path), path.parent)]


def _evidence(document: StudyDocument, folder: Path, below: Evidence | None) -> Evidence:
    """The evidence of a layer on top of the one below it."""
    t = document.tables
    sources = [s for name in t.names("sources") for s in read_sources(folder / name)]
    entities = [e for name in t.names("entities") for e in read_entities(folder / name)]
    claims = [c for name in t.names("claims") for c in read_claims(folder / name)]
    if below is None:
        return Evidence(tuple(sources), Entities(tuple(entities)), tuple(claims))
    return below.extended(sources=sources, entities=entities, claims=claims)


def _rivers(into: dict[str, tuple[Row, ...]], document: StudyDocument, folder: Path) -> None:
    t = document.tables
    for name, file, columns, key in (
        ("nodes", t.river_nodes, (*NODE_COLUMNS, *NODE_EXTRA_COLUMNS), "node_id"),
        ("links", t.river_links, (*LINK_COLUMNS, *LINK_EXTRA_COLUMNS), "from_id"),
        ("chains", t.river_chains, CHAIN_COLUMNS, "asset_id"),
    ):
        if file:
            rows = read_rows(folder / file, columns[:2], columns[2:], key=key)
            merged = {row.cells[key]: row for row in into.get(name, ())}
            merged.update({row.cells[key]: row for row in rows})
            into[name] = tuple(merged.values())


def _check(study: Study, path: Path) -> None:
    """What can only be said of the whole."""
    entities = {e.id for e in study.evidence.entities}
    for asset in study.assets:
        if asset not in entities:
            near = get_close_matches(asset, sorted(entities), n=1)
            raise StudyError(
                f"modelled asset '{asset}' is no entity",
                where=str(path),
                fix=f"did you mean '{near[0]}'?" if near else "add it to entities.csv",
            )
        _check_developments(study.parameters, asset, path)
    for asset in study.files:
        if asset not in study.assets:
            raise StudyError(
                f"[files.{asset}] names no modelled asset",
                where=str(path),
                fix=f"modelled are: {', '.join(study.assets) or 'none'}",
            )
    if study.document.study.country not in entities:
        raise StudyError(
            f"country '{study.document.study.country}' is no entity",
            where=f"{path}, [study] country",
            fix="add it to entities.csv, or mend the id",
        )
    _check_rivers(study.rivers)
    for name in study.scenarios:
        study.scenario(name)


def _check_developments(parameters: Parameters, asset: str, path: Path) -> None:
    for phase in parameters.groups(f"{asset}.development"):
        if phase == "delay_y":
            continue
        stem = f"{asset}.development.{phase}"
        if not parameters.has(f"{stem}.start"):
            raise EvidenceError(
                f"development '{phase}' of {asset} has a capacity without a date",
                where=str(path),
                fix=f"add a parameter '{stem}.start' with a claim or an assumption",
            )
        if not (parameters.has(f"{stem}.ore_tpd") or parameters.has(f"{stem}.ore_tpy")):
            raise EvidenceError(
                f"development '{phase}' of {asset} has a date without a capacity",
                where=str(path),
                fix=f"add a parameter '{stem}.ore_tpd' or '{stem}.ore_tpy'",
            )


def _check_rivers(rivers: Mapping[str, tuple[Row, ...]]) -> None:
    """The rivers must make a network; what it says is the run's concern."""
    network = RiverNetwork(
        nodes_from_rows(rivers.get("nodes", ())), links_from_rows(rivers.get("links", ()))
    )
    read_chains(rivers.get("chains", ()), network)


def _tables_of_holes(document: StudyDocument, folder: Path) -> list[str]:
    """Files that the settings of drill holes name, relative to the study."""
    out = []
    for file in document.files.values():
        if file.drill_holes:
            named = read_settings(folder / file.drill_holes).named_files()
            out += [(Path(file.drill_holes).parent / name).as_posix() for name in named]
    return out


def _hash(hashes: dict[str, str], study: str, folder: Path, names: Iterable[str]) -> None:
    for name in names:
        target = folder / name
        if not target.exists():
            raise StudyError(
                f"'{name}' is missing",
                where=str(folder),
                fix="add it, or take it out of study.toml",
            )
        if not target.is_file():  # a folder, or a pipe that would never end
            raise StudyError(
                f"'{name}' is not a file", where=str(folder), fix="name a file in study.toml"
            )
        try:
            with target.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256")
        except OSError as error:
            raise StudyError(
                f"'{name}' cannot be read: {error.strerror or error}",
                where=str(folder),
                fix="check that you may read it",
            ) from error
        hashes[f"{study}/{name}"] = digest.hexdigest()
