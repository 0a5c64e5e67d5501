"""``orefield deposit composite``: drill holes read, validated, desurveyed, coded, composited."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.calls import Reply
from orefield.commands.deposit.composite_texts import composite_text
from orefield.commands.deposit.settings import read_grid, read_settings
from orefield.commands.files import Results, plain
from orefield.core.model_files.whole import whole_file
from orefield.core.telling import Tell, told
from orefield.deposit.composites_file import write_composites
from orefield.deposit.domains import Domains
from orefield.deposit.drillholes.composite import HoleComposites
from orefield.deposit.drillholes.composite_statistics import SampleStatistics, statistics
from orefield.deposit.drillholes.findings import Findings
from orefield.deposit.job.composite_holes import Composited, composited
from orefield.deposit.job.grid_reach import refuse_far_away
from orefield.deposit.job.holes_settings import holes_of
from orefield.report.figures_holes import holes_svg


def deposit_composite(config: Path, *, out: Path | None = None, tell: Tell | None = None) -> Reply:
    """Composites of drill holes, what was found in their files, and a figure.

    Writes ``findings.csv`` and ``findings.json`` (also when errors stop the command),
    ``composites.csv`` and ``composites.parquet``, ``holes.svg`` and ``composite.json``.

    Parameters
    ----------
    config : Path
        Settings with ``[holes]``, ``[composite]`` and, when asked, ``[domains]``.
    out : Path, optional
        Folder of results, in place of the settings' own.
    tell : callable, optional
        Told what is being done.

    Raises
    ------
    TableError
        For files that cannot be read, and errors in the holes that are not to be dropped.
    ModelError, UnitError
        For settings that are wrong, or composites that cannot be.
    RunError
        When results cannot be written.
    """
    began = time.perf_counter()
    say = told(tell)
    settings = read_settings(config, out)
    files = Results(settings.folder, (), ())
    say("reading and validating holes", 0.0)
    holes, findings = holes_of(settings)
    _write_findings(files, settings.folder, findings)
    findings.refuse_errors(f"all of them in {settings.folder / 'findings.csv'}")
    made = composited(settings, holes, findings, say)
    samples = made.composites.samples
    if settings.has("grid"):
        refuse_far_away(samples, read_grid(settings), f"{settings.path}, [holes]")
    say("writing composites", 0.8)
    for suffix in ("csv", "parquet"):
        path = settings.folder / f"composites.{suffix}"
        write_composites(made.composites, path)
        files.written.append(path.name)
    shown = next(name for name in made.balances if not np.isnan(samples[name]).all())
    code = made.domains.name if made.domains else ""
    say("drawing holes", 0.9)
    files.figure("holes", holes_svg(made.paths, holes.depth_m(), samples, shown))
    data = _data(config, made, code, files, time.perf_counter() - began)
    with whole_file(settings.folder / "composite.json") as stream:
        stream.write(json.dumps(data, indent=1, allow_nan=False).encode() + b"\n")
    return data, composite_text(data, settings.folder)


def _write_findings(files: Results, folder: Path, findings: Findings) -> None:
    table = findings.table()
    columns = {
        name: np.array([np.nan if v is None else v for v in cells], dtype=np.float64)
        if name == "depth_m"
        else np.array(["" if v is None else v for v in cells], dtype=object)
        for name, cells in table.items()
    }
    files.table("findings", columns)
    rows = [dict(zip(table, map(plain, row), strict=True))
            for row in zip(*table.values(), strict=True)]  # fmt: skip
    with whole_file(folder / "findings.json") as stream:
        text = json.dumps({"kinds": findings.kinds(), "findings": rows}, allow_nan=False)
        stream.write(text.encode() + b"\n")
    files.written.append("findings.json")


def _data(
    config: Path, made: Composited, code: str, files: Results, seconds: float
) -> dict[str, Any]:
    holes, samples, rules = made.holes, made.composites.samples, made.asked.rules
    values = {}
    for name, balance in made.balances.items():
        table = next(t for t in holes.tables.values() if name in t.values)
        before = statistics(table.values[name], table.length_m)
        values[name] = {
            "before": _numbers(before),
            "after": _numbers(statistics(samples[name], made.composites.weight[name])),
            "weighted_mean_before": plain(balance.mean),
            "weighted_mean_after": plain(balance.composite_mean),
            "weight_before": balance.assayed,
            "weight_after": balance.composited,
            "content_before": balance.content,
            "content_after": balance.kept,
            "lost_share": balance.lost,
        }
    data: dict[str, Any] = {
        "config": str(config),
        "note": samples.note,
        "holes": len(holes.collars),
        "hole_metres": float(holes.depth_m().sum()),
        "stations": len(holes.surveys),
        "intervals": {name: len(table) for name, table in holes.tables.items()},
        "findings": {
            "errors": made.findings.count(severity="error"),
            "warnings": made.findings.count(severity="warning"),
            "notes": made.findings.count(severity="note"),
            "kinds": made.findings.kinds(),
        },
        "composites": len(samples),
        "length_m": _numbers(statistics(samples.length_m, np.ones(len(samples)))),
        "weighted_by": rules.weight,
        "kept_domains": list(made.asked.domains),
        "values": values,
        "domains": _domain_rows(made.composites, code) if code else [],
        "solids": _solid_rows(made.domains, samples.xyz_m),
        "seconds": seconds,
        "files": [*files.written, "composite.json"],
    }
    return data


def _numbers(found: SampleStatistics) -> dict[str, Any]:
    return {name: plain(value) for name, value in found.as_dict().items()}


def _domain_rows(composites: HoleComposites, code: str) -> list[dict[str, Any]]:
    words = composites.samples.code(code)
    out = []
    for name in sorted(set(words.tolist())):
        here: NDArray[np.bool_] = words == name
        row: dict[str, Any] = {
            "domain": name,
            "composites": int(here.sum()),
            "metres": float(composites.samples.length_m[here].sum()),
        }
        for value, column in composites.samples.values.items():
            found = statistics(column[here], composites.weight[value][here])
            row[value] = plain(found.mean)
        out.append(row)
    return out


def _solid_rows(domains: Domains | None, xyz_m: NDArray[np.float64]) -> list[dict[str, Any]]:
    from orefield.deposit.wireframe import Wireframe

    if domains is None:
        return []
    return [
        {
            "domain": name,
            "file": Path(body.name).name,
            "triangles": body.state.triangles,
            "open_edges": body.state.open_edges,
            "crowded_edges": body.state.crowded_edges,
            "flipped_edges": body.state.flipped_edges,
            "volume_m3": body.volume_m3(),
            "composites": int(body.inside(xyz_m).sum()),
        }
        for name, body in domains.bodies
        if isinstance(body, Wireframe)
    ]
