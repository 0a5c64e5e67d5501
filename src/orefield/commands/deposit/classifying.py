"""``orefield deposit classify``: classes by three methods, what sets them apart, a statement."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from orefield.commands.calls import Reply
from orefield.commands.deposit import classify_texts
from orefield.commands.deposit.classify_reach import Reached, reach_text, reached
from orefield.commands.deposit.classify_settings import (
    ClassifySettings,
    SimulationSettings,
    SpacingSettings,
    StatementSettings,
    classify_settings,
    statement_settings,
)
from orefield.commands.deposit.resource_model import (
    ResourceModel,
    read_resource_model,
    write_json,
    write_text,
)
from orefield.commands.deposit.settings import DepositSettings, read_settings
from orefield.commands.deposit.statement_texts import Printed, as_rows, printed, statement_text
from orefield.commands.files import Results
from orefield.core import BlockModel, ModelError
from orefield.core.telling import Tell, told
from orefield.deposit.classification.classes import ResourceClass
from orefield.deposit.classification.comparison import Confusion, confusion
from orefield.deposit.classification.precision import (
    RULE_SOURCE,
    Precision,
    PrecisionRule,
    by_precision,
    expected_ore,
    precision,
)
from orefield.deposit.classification.qualify import Circumstances, qualifications
from orefield.deposit.classification.rules import QUALITIES, by_quality, by_spacing
from orefield.deposit.classification.smoothing import moved_tonnes, smoothed
from orefield.deposit.classification.spacing import hole_distances
from orefield.deposit.classification.statement import Statement, outside_interval, statement
from orefield.deposit.classification.volumes import (
    Volumes,
    equal_volumes,
    given_volumes,
    panels,
)
from orefield.deposit.job.inputs import samples_of
from orefield.deposit.job.output_settings import block_files

if TYPE_CHECKING:
    from collections.abc import Sequence

CLASSIFIED = "classified"
"""Name of the block model that is left: field ``class`` and one of each method."""

_I1 = NDArray[np.int8]


@dataclass(eq=False)
class Classified:
    """Classes by method, and what they were found from."""

    by_method: dict[str, _I1] = field(default_factory=dict)
    judged: list[tuple[PrecisionRule, Precision]] = field(default_factory=list)
    fields: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    reach: Reached | None = None


def deposit_classify(config: Path, *, out: Path | None = None, tell: Tell | None = None) -> Reply:
    """Classify the estimated blocks by every method described, and state the resource.

    Parameters
    ----------
    config : Path
        Settings with ``[classify]`` and, for cut-offs and date, ``[statement]``.
    out : Path, optional
        Folder of results, in place of the settings' own.
    tell : callable, optional
        Told what is being done.

    Raises
    ------
    OrefieldError
        For what is wrong with settings, files or rules, and results that cannot be written.
    """
    say = told(tell)
    settings = read_settings(config, out)
    section = settings.section("classify", "describe rules: spacing, quality, simulation")
    say("reading the estimate", 0.0)
    resource = read_resource_model(settings, section)
    rules, stated = classify_settings(section), statement_settings(settings)
    found = _by_methods(settings, resource, rules, stated, say)
    method = rules.method or rules.methods[0]
    raw = found.by_method[method]
    ground = resource.ground
    final = raw
    moved = None
    if rules.smoothing is not None:
        say("smoothing the map of classes", 0.7)
        final = smoothed(ground.grid, raw, ground.tonnes, ground.of, rules.smoothing)
        moved = moved_tonnes(raw, final, np.where(ground.of, ground.tonnes, 0.0))
    say("stating the resource", 0.75)
    made = statement(
        ground, final, stated.cutoffs, draws=resource.draws, confidence=stated.confidence
    )
    shown = printed(made, ground.unit, stated.digits)
    compared = _compared(resource, found.by_method, min(stated.cutoffs))
    said = qualifications(_circumstances(resource, rules, stated, method, made, found))
    text = statement_text(shown, classify_texts.title(resource, stated), said)
    data = {
        **classify_texts.summary(resource, found.by_method, final, method),
        "smoothing": classify_texts.smoothing_rows(moved) if moved else None,
        "comparison": [classify_texts.confusion_row(c) for c in compared],
        "volumes": [classify_texts.volume_row(rule, p) for rule, p in found.judged],
        "reach": found.reach.as_dict() if found.reach else None,
        "statement": {
            "value": resource.value, "effective_date": stated.date or None,
            "basis": stated.basis, "confidence": made.confidence,
            "realisations": made.realisations, "rows": as_rows(shown),
            "qualifications": [*said, *stated.notes],
        },
        "warnings": [*resource.warnings, *found.warnings],
    }  # fmt: skip
    say("writing", 0.85)
    files = Results(settings.folder, block_files(settings), ())
    _write(files, resource, found, final, shown, compared)
    if files.folder is not None:
        write_text(files.folder, "statement.txt", text + "\n")
        _figures(files, resource, found, final, moved is not None)
        data["files"] = [*files.written, "statement.txt", "classify.json"]
        write_json(files.folder, "classify.json", data)
    return data, classify_texts.whole(text, data, compared, files)


def _by_methods(
    settings: DepositSettings,
    resource: ResourceModel,
    rules: ClassifySettings,
    stated: StatementSettings,
    say: Tell,
) -> Classified:
    found = Classified()
    ground = resource.ground
    if rules.spacing is not None:
        say("distances to holes", 0.1)
        _spacing(settings, resource, rules.spacing, found)
    if rules.quality:
        known = {q: v for q in QUALITIES if (v := resource.quality(q)) is not None}
        found.by_method["quality"] = by_quality(known, rules.quality, ground.of)
    if rules.simulation is not None:
        if resource.draws is None:
            raise ModelError(
                "classes by simulation need realisations", where=str(settings.folder),
                fix="`orefield deposit simulate` makes them; or leave out [classify.simulation]",
            )  # fmt: skip
        say("production volumes over realisations", 0.3)
        _simulation(settings, resource, rules.simulation, stated, found)
    return found


def _spacing(
    settings: DepositSettings, resource: ResourceModel, rules: SpacingSettings, found: Classified
) -> None:
    ground = resource.ground
    samples = samples_of(settings).measured(resource.value)
    most = max(rule.holes for rule in rules.rules)
    distances = hole_distances(ground.grid, samples, rules.search, most)
    found.by_method["spacing"] = by_spacing(distances, rules.rules, ground.of)
    for rule in rules.rules:
        far = distances[:, rule.holes - 1]
        # a model holds no infinity: -1 stands for fewer holes than that within the search
        found.fields[f"distance_{rule.holes}_holes_m"] = np.where(np.isinf(far), -1.0, far)


def _simulation(
    settings: DepositSettings,
    resource: ResourceModel,
    rules: SimulationSettings,
    stated: StatementSettings,
    found: Classified,
) -> None:
    ground, draws = resource.ground, resource.draws
    assert draws is not None
    cutoff = min(stated.cutoffs) if rules.cutoff is None else rules.cutoff
    chosen = ground.grade >= cutoff if rules.ore == "estimate" else None
    # what was not simulated is not known by its neighbours' realisations
    of = ground.of & ~np.isnan(draws[0])
    found.reach = reached(settings, resource, rules.reach_m, of)
    if found.reach is not None:
        of &= found.reach.near
    ore = expected_ore(draws, ground.tonnes, cutoff, of, chosen)
    if not ore.any():
        raise ModelError(
            f"no realisation has ore at a cut-off of {cutoff:g} {ground.unit}",
            fix="lower the cut-off of [classify.simulation] or [statement]",
        )
    by_size = sorted(rules.rules, key=lambda r: -r.planned_t)
    for rule, volumes in zip(by_size, _volumes(resource, rules, by_size, ore, of), strict=True):
        done = precision(
            volumes, draws, ground.tonnes, cutoff=cutoff, fraction=ground.fraction, ore=chosen
        )
        found.judged.append((rule, done))
        share = done.probability(rule.within)
        inside = volumes.of_block >= 0
        name = f"probability_{_word(rule, by_size)}"
        found.fields[name] = np.where(inside, share[np.where(inside, volumes.of_block, 0)], 0.0)
        if np.any(volumes.short):
            found.warnings.append(
                f"{int(volumes.short.sum())} of {len(volumes)} volumes of a {rule.period} hold "
                "less than half of the planned tonnes"
            )
    # with a rule of its own, inferred is no longer all that is left
    ruled = any(rule.resource_class == ResourceClass.INFERRED for rule in rules.rules)
    found.by_method["simulation"] = by_precision(
        found.judged, of, measures=rules.measures,
        otherwise=ResourceClass.UNCLASSIFIED if ruled else ResourceClass.INFERRED,
    )  # fmt: skip


def _word(rule: PrecisionRule, rules: Sequence[PrecisionRule]) -> str:
    """A rule's period as part of a name; with its class where several rules share the period."""
    alike = sum(r.period == rule.period for r in rules) > 1
    name = f"{rule.period}_{rule.resource_class.label}" if alike else rule.period
    return name.replace(" ", "_").replace(".", "_")


def _volumes(
    resource: ResourceModel,
    rules: SimulationSettings,
    by_size: Sequence[PrecisionRule],
    ore: NDArray[np.float64],
    of: NDArray[np.bool_],
) -> list[Volumes]:
    grid = resource.ground.grid
    if rules.volumes == "equal":
        sizes = [rule.planned_t for rule in by_size]
        return equal_volumes(grid, ore, sizes, levels=rules.levels, of=of)
    if rules.volumes == "field":
        given = given_volumes(resource.model[rules.field], ore, of)
        return [given for _ in by_size]
    out = []
    largest = by_size[-1].planned_t
    for rule in by_size:
        # a panel of the smallest volume, widened along x and y for those of longer periods
        wider = max(1, round(float(np.sqrt(rule.planned_t / largest))))
        x, y, z = rules.panel
        out.append(panels(grid, ore, (x * wider, y * wider, z), rule.planned_t, of=of))
    return out


def _compared(resource: ResourceModel, by_method: dict[str, _I1], cutoff: float) -> list[Confusion]:
    ground = resource.ground
    ore = ground.of & (ground.grade >= cutoff)
    tonnes = np.where(ore, ground.tonnes, 0.0)
    metal = np.where(ore, ground.metal_t, 0.0)
    return [
        confusion((a, by_method[a]), (b, by_method[b]), tonnes, metal)
        for a, b in combinations(by_method, 2)
    ]


def _circumstances(
    resource: ResourceModel,
    rules: ClassifySettings,
    stated: StatementSettings,
    method: str,
    made: Statement,
    found: Classified,
) -> Circumstances:
    ground = resource.ground
    defaults = method == "simulation" and rules.simulation is not None and rules.simulation.defaults
    by = rules.smoothing
    words = "" if by is None else f"{by.how}, " + (
        f"bodies below {by.least_t:,.0f} t" if by.how == "islands"
        else f"{by.radius} blocks each way"
    ) + f", {by.passes} pass{'es' if by.passes > 1 else ''} at most"  # fmt: skip
    estimated = ground.estimated & (ground.tonnes > 0)
    inside = ground.inside
    return Circumstances(
        date=stated.date, prospects=stated.prospects,
        shell=resource.shell, density=resource.density,
        synthetic=resource.synthetic, note=resource.model.note,
        realisations=made.realisations, confidence=made.confidence, method=method,
        rule_source=RULE_SOURCE if defaults else "", smoothing=words,
        reach=reach_text(found.reach) if method == "simulation" else "",
        outside_interval=outside_interval(made),
        not_estimated_t=ground.not_estimated_t, not_asked_t=ground.not_asked_t,
        not_simulated_t=made.not_simulated_t,
        outside_t=0.0 if inside is None else float(ground.tonnes[estimated & ~inside].sum()),
    )  # fmt: skip


def _write(
    files: Results,
    resource: ResourceModel,
    found: Classified,
    final: _I1,
    shown: Printed,
    compared: Sequence[Confusion],
) -> None:
    fields = {
        "class": final,
        **{f"class_{name}": classes for name, classes in found.by_method.items()},
        **found.fields,
    }
    model: BlockModel = resource.model
    files.blocks(CLASSIFIED, model, fields, resource.ground.of)
    rows = as_rows(shown)
    files.table("statement", {key: [r[key] for r in rows] for key in rows[0]})
    table = classify_texts.confusion_table(compared)
    if table:
        files.table("methods", table)
    rules = [rule for rule, _ in found.judged]
    for rule, done in found.judged:
        files.table(f"volumes_{_word(rule, rules)}", classify_texts.volume_table(rule, done))


def _figures(
    files: Results, resource: ResourceModel, found: Classified, final: _I1, was_smoothed: bool
) -> None:
    # matplotlib takes a second to load
    from orefield.report import figures_classes as figures

    maps = dict(found.by_method)
    if was_smoothed:
        maps["smoothed"] = final
    ground = resource.ground
    files.figure("classes_map", figures.class_maps_svg(ground.grid, maps, ground.tonnes, ground.of))
    files.figure("classes_tonnes", figures.class_tonnes_svg(maps, ground.tonnes, ground.of))
    if found.judged:
        files.figure(
            "classes_precision",
            figures.precision_svg(
                [
                    (rule.period, rule.within, rule.confidence, done.half_width(rule.confidence))
                    for rule, done in found.judged
                ]
            ),
        )
