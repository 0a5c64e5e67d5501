"""``orefield deposit check``: the checks that a competent person signs."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orefield.commands.calls import Reply
from orefield.commands.deposit.check_settings import CheckSettings, check_settings
from orefield.commands.deposit.classify_settings import statement_settings
from orefield.commands.deposit.reach import estimates_of, known_variograms
from orefield.commands.deposit.resource_model import (
    ResourceModel,
    read_resource_model,
    write_json,
    write_text,
)
from orefield.commands.deposit.settings import DepositSettings, read_settings
from orefield.commands.deposit.statement_texts import aligned
from orefield.commands.files import Results
from orefield.core import ModelError, TableError
from orefield.core.sections import hint
from orefield.core.telling import Tell, told
from orefield.deposit.checks.findings import Findings, Plan, findings
from orefield.deposit.checks.subject import subjects
from orefield.deposit.checks.tolerances import FROM_PRACTICE
from orefield.deposit.checks.validation import Validated
from orefield.deposit.checks.verdicts import counts
from orefield.deposit.classification.qualify import UNSIGNED
from orefield.deposit.job.inputs import samples_of
from orefield.deposit.job.simulate_settings import simulate_settings
from orefield.deposit.orientation import Ellipsoid
from orefield.deposit.samples import Samples
from orefield.deposit.statistics import cell_declustering, scan_sizes
from orefield.deposit.variogram import Variogram

PAGE = "checks.html"
_OF_BLOCKS = {"point": False, "block": True}


def deposit_check(config: Path, *, out: Path | None = None, tell: Tell | None = None) -> Reply:
    """Check the estimate and its realisations against samples, and write what was found.

    Parameters
    ----------
    config : Path
        Settings with ``[check]`` (may be empty) and what gives samples.
    out : Path, optional
        Folder of results, in place of the settings' own.
    tell : callable, optional
        Told what is being done.

    Raises
    ------
    OrefieldError
        For what is wrong with settings or files, and results that cannot be written.
    """
    say = told(tell)
    settings = read_settings(config, out)
    section = settings.section_or_empty("check")
    say("reading the estimate", 0.0)
    resource = read_resource_model(settings, section)
    rules = check_settings(section)
    samples = samples_of(settings)
    say("nearest neighbours", 0.1)
    weights, weighed = _weights(samples, resource.value, rules)
    listed, skipped = subjects(
        resource.ground, samples, code=rules.code, draws=resource.draws,
        weights=weights, weighed=weighed, shape=_shape(settings, resource.value, rules),
    )  # fmt: skip
    found = []
    for k, subject in enumerate(listed):
        say(f"checks of {subject.domain or 'the whole'}", 0.15 + 0.6 * k / len(listed))
        plan = _plan(settings, resource, rules, subject.domain)
        found.append(findings(subject, plan, resource.quality))
    checks = [c for f in found for c in f.checks]
    warnings = [*resource.warnings]
    warnings += [f"domain '{name}' has no samples or no blocks: not checked" for name in skipped]
    rows = [c.as_dict() for c in checks]
    data: dict[str, Any] = {
        "value": resource.value,
        "unit": resource.ground.unit,
        "samples": len(listed[0].values),
        "realisations": len(resource.draws) if resource.draws is not None else 0,
        "verdicts": counts(checks),
        "checks": rows,
        "notes": _notes(resource, listed[0].weighed),
        "warnings": warnings,
    }
    say("figures", 0.8)
    files = Results(settings.folder, (), ())
    files.table("checks", {key: [r[key] for r in rows] for key in rows[0]})
    if files.folder is not None:
        _page(files, resource, found, data)
        data["files"] = [*files.written, PAGE, "checks.json"]
        write_json(files.folder, "checks.json", data)
    return data, _text(found, data, files)


def _weights(
    samples: Samples, value: str, rules: CheckSettings
) -> tuple[NDArray[np.float64] | None, str]:
    """Declustering weights by cells and what they are; ``None`` for the nearest rock."""
    if rules.cells_m is None:
        return None, ""
    measured = samples.measured(value)
    sizes = rules.cells_m or scan_sizes(measured.xyz_m)
    found = cell_declustering(
        samples.xyz_m, samples[value], sizes, keep="given" if len(sizes) == 1 else "least"
    )
    return found.weights, f"by cells of {found.size_m:.4g} m"


def _plan(
    settings: DepositSettings, resource: ResourceModel, rules: CheckSettings, domain: str
) -> Plan:
    cutoffs = rules.cutoffs or tuple(c for c in statement_settings(settings).cutoffs if c > 0)
    of_blocks = _OF_BLOCKS.get(rules.support)
    if of_blocks is None and resource.source is not None:
        # as the realisations tell; files of other hands may not
        of_blocks = _OF_BLOCKS.get(resource.source.support)
    scores = rules.scores
    if settings.has("simulate"):
        made = simulate_settings(settings)
        scores = scores or made.variogram or resource.value
        if of_blocks is None:
            # one node a block is a value at its middle, no mean
            of_blocks = max(made.nodes) > 1
    kriged = {e.variogram for e in estimates_of(settings, resource.value, domain)}
    # of several variograms none is the whole's
    likely = kriged.pop() if len(kriged) == 1 else ("" if kriged else resource.value)
    return Plan(
        limits=rules.limits, cutoffs=cutoffs, slices=rules.slices, panel=rules.panel,
        least=rules.least, variogram=_variogram(settings, rules.variogram, likely),
        scores=_variogram(settings, scores, ""), of_blocks=of_blocks,
        lags=rules.lags, confidence=rules.confidence,
        validated=_validated(settings, resource.value),
    )  # fmt: skip


def _shape(settings: DepositSettings, value: str, rules: CheckSettings) -> Ellipsoid | None:
    """Anisotropy of nearest neighbours: as given, or that of the estimate's first search."""
    if rules.shape is not None:
        return rules.shape
    searches = [s for e in estimates_of(settings, value) for s in e.searches]
    return searches[0].ellipsoid if searches else None


def _validated(settings: DepositSettings, value: str) -> Validated | None:
    """What ``deposit estimate`` left of cross-validations; ``None`` where it left nothing."""
    # settings that only check have no [[estimate]]: the value is called by its own name
    known = {e.slug: e.value for e in estimates_of(settings, value)} or {value: value}
    paths = {settings.folder / f"cross_validation_{slug}.csv": of for slug, of in known.items()}
    parts = [_left_out(path, of) for path, of in paths.items() if path.is_file()]
    if not parts:
        return None
    return Validated(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _left_out(path: Path, value: str) -> tuple[NDArray[np.float64], ...]:
    """Places (n, 3), values, estimates and standardised errors (n,) of samples left out."""
    try:
        with path.open(encoding="utf-8", newline="") as text:
            table = list(csv.DictReader(text))
        columns = {
            name: np.array([float(row[name]) if row[name] else math.nan for row in table])
            for name in ("x_m", "y_m", "z_m", value, "estimate", "standardised")
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TableError(
            f"cross-validation cannot be read: {error!r}", where=str(path),
            fix="run `orefield deposit estimate` again",
        ) from error  # fmt: skip
    xyz = np.column_stack([columns[k] for k in ("x_m", "y_m", "z_m")])
    return xyz, columns[value], columns["estimate"], columns["standardised"]


def _variogram(settings: DepositSettings, name: str, likely: str) -> Variogram | None:
    """The model of a name, which must be there; without one a likely one, which need not."""
    known = known_variograms(settings)
    if name and name not in known:
        raise ModelError(
            f"there is no variogram '{name}'", where=f"{settings.path}, [check]",
            fix=hint(name, known),
        )  # fmt: skip
    return known.get(name or likely)


def _notes(resource: ResourceModel, weighed: str) -> list[str]:
    out = [UNSIGNED.replace("these figures, so they are no public report", "these checks"),
           FROM_PRACTICE]  # fmt: skip
    out.append(f"samples are declustered {weighed}")
    if resource.synthetic:
        out.insert(0, f"synthetic or stand-in data ({resource.model.note})")
    return out


def _page(
    files: Results, resource: ResourceModel, found: Sequence[Findings], data: dict[str, Any]
) -> None:
    # matplotlib and jinja2 take a second to load
    from orefield.report.checks import ShownDomain, as_file, checks_page, drawn
    from orefield.report.figures_checks import check_figures

    assert files.folder is not None
    shown = []
    for k, one in enumerate(found):
        quality = (resource.quality("slope"), resource.quality("efficiency"))
        figures = drawn(check_figures(one, *quality), k)
        for name, (fig, _) in figures.items():
            suffix = f"_{_word(one.subject.domain)}" if one.subject.domain else ""
            files.figure(f"{name}{suffix}", as_file(fig))
        rows = [{**c.as_dict(), "shown": _shown(c.value)} for c in one.checks]
        shown.append(ShownDomain(one.subject.domain or "The whole", _facts(one), rows, figures))
    verdicts = data["verdicts"]
    lede = (
        f"{verdicts['pass']} of {sum(verdicts.values())} checks pass, {verdicts['fail']} fail, "
        f"{verdicts['not judged']} were not judged. {resource.model.note}".strip()
    )
    notes = [*data["notes"], *data["warnings"]]
    text = checks_page(f"Checks of {resource.value}", lede, shown, notes)
    write_text(files.folder, PAGE, text)


def _facts(found: Findings) -> list[tuple[str, str]]:
    subject = found.subject
    unit = subject.ground.unit
    return [
        ("samples", f"{len(subject.values):,}"),
        ("estimated blocks", f"{int(subject.blocks.sum()):,}"),
        ("rock", f"{subject.tonnes.sum() / 1e6:,.3f} Mt"),
        ("mean of samples", f"{subject.values.mean():.4g} {unit}"),
        ("declustered", f"{subject.declustered_mean:.4g} {unit}"),
        ("of blocks", f"{subject.block_mean:.4g} {unit}"),
    ]


def _word(name: str) -> str:
    """A domain's name as part of a file's."""
    return "".join(ch if ch.isalnum() else "_" for ch in name)


def _shown(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "–"


def _text(found: Sequence[Findings], data: dict[str, Any], files: Results) -> str:
    verdicts = data["verdicts"]
    out = [
        f"Checks of {data['value']}: {verdicts['pass']} pass, {verdicts['fail']} fail, "
        f"{verdicts['not judged']} not judged ({data['samples']:,} samples, "
        f"{data['realisations']} realisations)"
    ]
    for one in found:
        table = [["check", "measure", "value", "tolerance", "verdict"]]
        table += [
            [c.group, c.measure, _shown(c.value), c.rule or "-", c.verdict] for c in one.checks
        ]
        facts = ", ".join(f"{name} {text}" for name, text in _facts(one))
        out += ["", f"{one.subject.domain or 'the whole'}: {facts}", aligned(table, 2)]
    silent = {(c.measure, c.why) for f in found for c in f.checks if c.verdict == "not judged"}
    out += ["", *(f"  not judged: {measure}: {why}" for measure, why in sorted(silent))]
    out += [f"  note: {text}" for text in data["notes"]]
    out += [f"  warning: {text}" for text in data["warnings"]]
    if files.folder is not None:
        out.append(f"  left in {files.folder}: {', '.join(data['files'])}")
    return "\n".join(out)
