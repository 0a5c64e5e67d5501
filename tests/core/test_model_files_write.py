"""What other packages get: blocks, grids and surfaces, read back by readers of our own."""

from __future__ import annotations

import numpy as np
import pytest

from orefield.core import BlockModel, Grid, ModelError, RunError, TableError
from orefield.core.model_files import ground_surface, write_model, write_surface

GRID = Grid((500_000.25, 4_200_000.0, 1000.0), (10.0, 20.0, 5.0), (5, 4, 3))
TURNED = Grid(GRID.origin, GRID.size, GRID.shape, 33.0)


def model(grid=GRID):
    at = np.arange(grid.n)
    share = np.where(at < 40, 1.0, np.where(at % 5 < 3, 0.4, 0.0))
    rock = np.where(at % 2 == 0, "ox", "sul")
    return BlockModel(grid, {"cu": at / 7.0, "rock": rock, "rock_fraction": share, "i": at})


def test_csv_has_centres_sizes_and_the_blocks_asked_for(tmp_path):
    m = model(TURNED)
    write_model(m, tmp_path / "b.csv", fields=["cu", "rock"], only=m["cu"] > 5)
    lines = (tmp_path / "b.csv").read_text("utf-8").splitlines()
    assert lines[0] == "x_m,y_m,z_m,dx_m,dy_m,dz_m,cu,rock"
    at = np.flatnonzero(m["cu"] > 5)
    assert len(lines) == 1 + len(at)
    for line, block in zip(lines[1:], at, strict=True):
        cells = line.split(",")
        np.testing.assert_allclose(
            [float(c) for c in cells[:3]], TURNED.centroids()[block], atol=1e-6
        )
        assert [float(c) for c in cells[3:6]] == [10.0, 20.0, 5.0]
        assert float(cells[6]) == m["cu"][block]


def test_vtk_of_a_turned_grid_has_its_corners(tmp_path):
    write_model(model(TURNED), tmp_path / "m.vtk")
    raw = (tmp_path / "m.vtk").read_bytes()
    head, _, rest = raw.partition(b"POINTS 120 double\n")
    assert b"STRUCTURED_GRID\nDIMENSIONS 6 5 4" in head
    corners = np.frombuffer(rest[: 120 * 24], ">f8").reshape(4, 5, 6, 3)
    np.testing.assert_allclose(corners[0, 0, 0], TURNED.origin, atol=1e-6)
    # a block's centre is the mean of its eight corners
    centre = corners[:-1, :-1, :-1] + corners[1:, 1:, 1:]
    np.testing.assert_allclose(centre.reshape(-1, 3) / 2, TURNED.centroids(), atol=1e-6)
    assert rest[120 * 24 + 1 :].startswith(b"CELL_DATA 60\nSCALARS cu float 1\n")


@pytest.mark.parametrize("grid", [GRID, TURNED], ids=["straight", "turned"])
def test_vtk_reads_our_files(tmp_path, grid):
    pyvista = pytest.importorskip("pyvista", reason="PyVista is not installed")
    m = model(grid)
    write_model(m, tmp_path / "m.vtk")
    read = pyvista.read(tmp_path / "m.vtk")
    np.testing.assert_allclose(read.cell_data["cu"], m["cu"], rtol=1e-6)
    np.testing.assert_allclose(read.cell_centers().points, grid.centroids(), atol=0.3)
    surface = ground_surface(m)
    for ending in ("vtk", "obj", "stl"):
        write_surface(surface, tmp_path / f"s.{ending}")
        mesh = pyvista.read(tmp_path / f"s.{ending}")
        assert mesh.n_cells == len(surface.triangles)
        area = np.cross(
            surface.points[surface.triangles[:, 1]] - surface.points[surface.triangles[:, 0]],
            surface.points[surface.triangles[:, 2]] - surface.points[surface.triangles[:, 0]],
        )
        if ending == "vtk":
            assert mesh.area == pytest.approx(np.linalg.norm(area, axis=1).sum() / 2, rel=1e-3)


def test_the_ground_is_the_top_of_rock_and_then_the_floor_of_what_was_mined():
    m = model()
    before = ground_surface(m)
    z = before.points[:, 2].reshape(4, 5)
    np.testing.assert_allclose(z[:, :3], 1000.0 + 10.0 + 0.4 * 5.0)
    np.testing.assert_allclose(z[:, 3:], 1010.0)
    mined = np.zeros(GRID.n, bool)
    mined[[40, 41, 20]] = True  # two partial blocks on top, and one below the first
    mined[43] = True  # air: nothing to mine
    after = ground_surface(m, mined).points[:, 2].reshape(4, 5)
    assert after[0].tolist() == [1005.0, 1010.0, 1012.0, 1010.0, 1010.0]
    np.testing.assert_allclose(after[1:], z[1:])
    np.testing.assert_allclose(before.points[:, :2], GRID.centroids()[:20, :2])


def test_triangles_look_up_and_leave_holes_where_there_is_no_rock():
    m = model(TURNED)
    share = np.array(m["rock_fraction"])
    share[[7, 27, 47]] = 0.0
    s = ground_surface(m.with_fields(rock_fraction=share))
    assert len(s.points) == 19
    corners = s.points[s.triangles]
    up = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 2]
    assert (up > 0).all()
    assert len(s.triangles) == 2 * 4 * 3 - 6
    np.testing.assert_allclose(np.abs(up) / 2, 100.0)


def test_text_forms_keep_millimetres_of_national_grids(tmp_path):
    s = ground_surface(model())
    write_surface(s, tmp_path / "s.obj")
    rows = [line.split() for line in (tmp_path / "s.obj").read_text("utf-8").splitlines()]
    points = np.array([[float(c) for c in r[1:]] for r in rows if r[0] == "v"])
    faces = np.array([[int(c) for c in r[1:]] for r in rows if r[0] == "f"])
    np.testing.assert_allclose(points, s.points, atol=1e-3)
    np.testing.assert_array_equal(faces - 1, s.triangles)
    write_surface(s, tmp_path / "s.stl")
    text = (tmp_path / "s.stl").read_text("utf-8")
    assert text.count("facet normal") == len(s.triangles)
    vertices = [line.split()[1:] for line in text.splitlines() if "vertex" in line]
    np.testing.assert_allclose(
        np.array(vertices, float), s.points[s.triangles].reshape(-1, 3), atol=1e-3
    )


def test_faults_are_told_and_nothing_half_written_stays(tmp_path):
    m = model()
    with pytest.raises(TableError, match="kind"):
        write_model(m, tmp_path / "m.xlsx")
    with pytest.raises(TableError, match="kind"):
        write_surface(ground_surface(m), tmp_path / "m.dxf")
    with pytest.raises(ModelError, match="cv"):
        write_model(m, tmp_path / "m.csv", fields=["cv"])
    with pytest.raises(ModelError, match="chosen"):
        write_model(m, tmp_path / "m.csv", only=np.ones(3, bool))
    with pytest.raises(RunError, match="written"):
        write_model(m, tmp_path / "no" / "m.csv")
    with pytest.raises(ModelError, match="mined"):
        ground_surface(m, np.ones(3, bool))
    air = m.with_fields(rock_fraction=np.zeros(GRID.n))
    with pytest.raises(ModelError, match="no block is rock"):
        ground_surface(air)
    thin = BlockModel(Grid((0, 0, 0), (1, 1, 1), (1, 5, 5)), {})
    with pytest.raises(ModelError, match="surface"):
        ground_surface(thin)
    assert list(tmp_path.iterdir()) == []
