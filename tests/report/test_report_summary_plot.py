"""The terminal summary, and the figures that users ask for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from orefield import report
from orefield.core import RunError
from orefield.report.summary import MAX_LINES, MAX_WIDTH
from orefield.store import RunFolder

# -- summary -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def text(run: RunFolder) -> str:
    return report.summary(run.path, run.manifest)


def test_the_summary_fits_a_terminal(text: str) -> None:
    lines = text.splitlines()
    assert len(lines) <= MAX_LINES
    assert max(map(len, lines)) <= MAX_WIDTH + 10
    assert text.isascii()
    assert not any(line != line.rstrip() for line in lines)


def test_the_summary_gives_the_answer_first(text: str, run: RunFolder) -> None:
    results = run.table("results").set_index(["key", "scenario"])
    row = results.loc[("china.self_sufficiency.mine_over_use.2030", "baseline")]
    head = "\n".join(text.splitlines()[:6])
    assert f"Domestic mines cover {100 * row['p50']:.1f} %" in head
    assert f"P10-P90 {100 * row['p10']:.1f}-{100 * row['p90']:.1f}" in head


def test_the_summary_names_mines_scenarios_targets_ledger_and_report(
    text: str, run: RunFolder
) -> None:
    for name in ("Duobaoshan", "Zijinshan", "stand-in geology: 2 of 2", "not quantified",
                 "Published output:", "Held to nothing:", "Ledger closes:", "Report: ",
                 "orefield trace "):  # fmt: skip
        assert name in text, name
    for label in run.manifest["scenarios"].values():
        assert label in text


def test_columns_are_aligned(text: str) -> None:
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Self-sufficiency, %"))
    block = lines[start : lines.index("", start)]
    assert len({len(line) for line in block}) == 1


def test_the_summary_points_to_where_the_run_will_stand(run: RunFolder) -> None:
    manifest = {k: v for k, v in run.manifest.items() if k != "run"}
    assert f"Report: {run.path / 'report.html'}" in report.summary(run.path, manifest)
    assert "Report: there/report.html" in report.summary(run.path, manifest, where="there")
    assert "Report: runs/a/report.html" in report.summary(run.path, {**manifest, "run": "runs/a"})


def test_many_assets_do_not_push_out_the_end(run: RunFolder, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(run.path, folder, ignore=shutil.ignore_patterns("ledger_*", "blocks"))
    frame = pd.read_parquet(folder / "assets.parquet")
    many = pd.concat([frame.assign(asset=frame["asset"] + str(i)) for i in range(40)])
    many.to_parquet(folder / "assets.parquet", index=False)
    lines = report.summary(folder, run.manifest).splitlines()
    assert len(lines) <= MAX_LINES
    assert any(line.startswith("Ledger closes") for line in lines)
    assert any("more in the report" in line for line in lines)


# -- plot --------------------------------------------------------------------------------

CALLS: dict[str, tuple[object, ...]] = {
    "map": (), "grade_tonnage": ("zijinshan",), "section": ("zijinshan",),
    "schedule": ("zijinshan",), "supply": (), "self_sufficiency": (), "flows": (),
    "targets": (), "tornado": (),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_every_figure_shows_something(run: RunFolder, name: str) -> None:
    figure = getattr(report.Plot(run), name)(*CALLS[name])
    ax = figure.axes[0]
    drawn = [*ax.lines, *ax.patches, *ax.collections, *ax.images]
    assert len(drawn) >= 2
    assert any(t.get_text().strip() for t in figure.findobj(match=_is_text))


def _is_text(artist: object) -> bool:
    from matplotlib.text import Text

    return isinstance(artist, Text)


def test_figures_take_a_definition_and_a_year(run: RunFolder) -> None:
    plot = report.Plot(run)
    base = run.table("results").set_index(["key", "scenario"])
    key = "self_sufficiency.domestic_refined_over_refined_use"
    line = plot.self_sufficiency("domestic_refined_over_refined_use").axes[0].lines[-1]
    x, y = line.get_data()
    for year, share in zip(x, y, strict=True):
        assert share == pytest.approx(100 * base.loc[(f"china.{key}.{year}", "baseline"), "p50"])
    assert plot.flows(2030).axes[0].texts


def test_published_points_stand_where_they_were_published(run: RunFolder) -> None:
    frame = run.table("deviations").query("asset == 'zijinshan'")
    ax = report.Plot(run).schedule("zijinshan").axes[0]
    points = next(line for line in ax.lines if line.get_marker() == "o")
    assert list(points.get_xdata()) == frame["year"].tolist()
    assert list(points.get_ydata()) == pytest.approx((frame["published_t"] / 1e3).tolist())


def test_the_supply_stack_is_the_balance(run: RunFolder) -> None:
    """The top of the stack is the sum of all sources, net of refined exports."""
    from orefield.report.words import SUPPLY

    results = run.table("results").set_index(["key", "scenario"])["central"]
    year = 2030
    total = sum(results[(f"china.{f.metric}.{year}", "baseline")] for f in SUPPLY)
    total -= results[(f"china.refined_exports_t.{year}", "baseline")]
    ax = report.Plot(run).supply().axes[0]
    tops = [
        max(v[1] for v in c.get_paths()[0].vertices if v[0] == year)
        for c in ax.collections
        if len(c.get_paths())
    ]
    assert max(tops) == pytest.approx(total / 1e6)


def test_sections_outline_the_pit_between_blocks(run: RunFolder) -> None:
    """The thick line runs only along faces that part inside from outside."""
    frame = run.table("sections").query("asset == 'zijinshan'")
    ax = report.Plot(run).section("zijinshan").axes[0]
    outline = ax.patches[-1].get_path().vertices
    assert len(outline)
    x, z = (sorted(frame[c].unique()) for c in ("x_m", "z_m"))
    half_x, half_z = (x[1] - x[0]) / 2, (z[1] - z[0]) / 2
    inside = {(round(r.x_m), round(r.z_m)) for r in frame.itertuples() if r.shell >= 0}
    rock = {(round(r.x_m), round(r.z_m)) for r in frame.itertuples()}
    for (x0, z0), (x1, z1) in zip(outline[::2], outline[1::2], strict=True):
        mx, mz = (x0 + x1) / 2, (z0 + z1) / 2
        step = (0, half_z) if z0 == z1 else (half_x, 0)
        pair = [(round(mx + s * step[0]), round(mz + s * step[1])) for s in (-1, 1)]
        assert all(p in rock for p in pair)
        assert sum(p in inside for p in pair) == 1


@pytest.mark.parametrize(
    ("name", "args"),
    [("grade_tonnage", ("nowhere",)), ("section", ("nowhere",)), ("schedule", ("nowhere",)),
     ("self_sufficiency", ("luck",)), ("flows", (1066,)), ("tornado", ("luck",))],
)  # fmt: skip
def test_what_is_not_there_is_said(run: RunFolder, name: str, args: tuple[object, ...]) -> None:
    with pytest.raises(RunError) as caught:
        getattr(report.Plot(run), name)(*args)
    assert str(args[0]) in str(caught.value)


@pytest.mark.parametrize("name", ["schedule", "supply", "self_sufficiency", "flows", "tornado"])
def test_figures_of_later_stages_are_refused_for_a_short_run(
    short_runs: dict[str, RunFolder], name: str
) -> None:
    args = ("zijinshan",) if name == "schedule" else ()
    with pytest.raises(RunError) as caught:
        getattr(report.Plot(short_runs["pit"]), name)(*args)
    assert caught.value.fix
