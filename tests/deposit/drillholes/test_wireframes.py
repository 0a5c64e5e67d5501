"""Solids: files good and corrupt, meshes closed and open, points against brute winding numbers."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from orefield.core import Grid, ModelError, TableError
from orefield.deposit.wireframe import Wireframe
from orefield.deposit.wireframe_files import read_triangles

CUBE = np.array([[x, y, z] for x in (0.0, 1) for y in (0.0, 1) for z in (0.0, 1)])
CUBE_FACES = np.array(
    [[0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6],
     [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5]], dtype=np.int32,
)  # fmt: skip


def winding(points, vertices, triangles):
    """Generalised winding numbers, every triangle from every point (Van Oosterom, Strackee)."""
    a, b, c = (vertices[triangles[:, k]][None] - points[:, None] for k in range(3))
    la, lb, lc = (np.linalg.norm(v, axis=2) for v in (a, b, c))
    over = np.einsum("ptk,ptk->pt", a, np.cross(b, c))
    under = (
        la * lb * lc + np.einsum("ptk,ptk->pt", a, b) * lc + np.einsum("ptk,ptk->pt", b, c) * la
        + np.einsum("ptk,ptk->pt", c, a) * lb
    )  # fmt: skip
    return 2 * np.arctan2(over, under).sum(axis=1) / (4 * np.pi)


def bumpy(seed, n=60):
    """A closed body that is far from convex: a hull whose corners are pushed in and out."""
    rng = np.random.default_rng(seed)
    way = rng.standard_normal((n, 3))
    way /= np.linalg.norm(way, axis=1)[:, None]
    faces = ConvexHull(way).simplices
    a, b, c = (way[faces[:, k]] for k in range(3))
    inward = np.einsum("ij,ij->i", np.cross(b - a, c - a), a) < 0
    faces[inward] = faces[inward][:, ::-1]
    return way * rng.uniform(0.3, 1.7, n)[:, None] * 100.0, faces.astype(np.int32)


def test_a_cube():
    cube = Wireframe(CUBE, CUBE_FACES)
    assert cube.volume_m3() == pytest.approx(1.0)
    assert cube.state.closed
    assert (cube.state.flipped_edges, cube.state.crowded_edges) == (0, 0)
    points = np.array([[0.5, 0.5, 0.5], [1.5, 0.5, 0.5], [0.5, 0.5, 1.01], [0.5, 0.5, -0.01]])
    assert cube.inside(points).tolist() == [True, False, False, False]


def test_rays_through_corners_and_edges_cross_once():
    # every point lies straight below a corner, an edge or a diagonal of the faces
    cube = Wireframe(CUBE * 4, CUBE_FACES)
    lattice = np.linspace(-2, 6, 17)
    points = np.array([[x, y, z] for x in lattice for y in lattice for z in lattice + 0.1])
    strictly = ((points > 0) & (points < 4)).all(axis=1)
    outside = ((points < 0) | (points > 4)).any(axis=1)
    found = cube.inside(points)
    assert found[strictly].all()
    assert not found[outside].any()


@pytest.mark.parametrize("seed", range(4))
def test_points_against_brute_winding_numbers(seed):
    vertices, faces = bumpy(seed)
    body = Wireframe(vertices, faces)
    rng = np.random.default_rng(seed + 100)
    low, high = body.bounds
    points = np.vstack(
        [
            rng.uniform(low - 5, high + 5, (1500, 3)),
            # in line with corners and with middles of edges, where rays are in doubt
            vertices[rng.integers(0, len(vertices), 200)] * [1, 1, 0.5],
            (vertices[faces[:, 0]] + vertices[faces[:, 1]]) / 2 * [1, 1, 0.3],
        ]
    )
    exact = winding(points, vertices, faces)
    assert np.abs(exact - np.rint(exact)).max() < 1e-6
    assert np.array_equal(body.inside(points), np.rint(exact) == 1)
    # turned inside out, the same body
    assert np.array_equal(Wireframe(vertices, faces[:, ::-1]).inside(points), body.inside(points))
    # the tree of dipoles tells the same, to some hundredths
    assert np.abs(body.winding(points) - np.abs(exact)).max() < 0.05


def test_threads_change_nothing():
    vertices, faces = bumpy(7)
    body = Wireframe(vertices, faces)
    points = np.random.default_rng(1).uniform(-150, 150, (120_000, 3))
    assert np.array_equal(body.inside(points, threads=1), body.inside(points, threads=2))


def test_triangles_that_face_either_way_go_by_the_count_of_crossings():
    vertices, faces = bumpy(3)
    mixed = faces.copy()
    mixed[::3] = mixed[::3, ::-1]
    body = Wireframe(vertices, mixed)
    assert body.state.flipped_edges > 0
    points = np.random.default_rng(2).uniform(-150, 150, (3000, 3))
    assert np.array_equal(body.inside(points), Wireframe(vertices, faces).inside(points))


def test_a_hollow_body_has_its_hollow_outside():
    inner = CUBE * 0.5 + 0.25
    both = Wireframe(np.vstack([CUBE, inner]), np.vstack([CUBE_FACES, CUBE_FACES[:, ::-1] + 8]))
    assert both.inside(np.array([[0.5, 0.5, 0.5], [0.1, 0.5, 0.5]])).tolist() == [False, True]


def test_an_open_mesh_is_refused_with_its_edges_counted():
    with pytest.raises(ModelError, match="not closed: 3 open edges among 11 triangles") as caught:
        Wireframe(CUBE, CUBE_FACES[1:], name="body.stl")
    assert caught.value.where == "body.stl"
    assert "winding" in caught.value.fix


@pytest.mark.parametrize("seed", range(3))
def test_an_open_mesh_by_the_generalised_winding_number(seed):
    vertices, faces = bumpy(seed, n=120)
    left_out = np.ones(len(faces), dtype=bool)
    left_out[[5, 40]] = False
    body = Wireframe(vertices, faces[left_out], holes="winding")
    assert body.state.open_edges in (4, 6)  # the two triangles may be neighbours
    points = np.random.default_rng(seed).uniform(-150, 150, (2000, 3))
    exact = np.abs(winding(points, vertices, faces[left_out]))
    clear = np.abs(exact - 0.5) > 0.1
    assert clear.mean() > 0.95
    assert np.array_equal(body.inside(points)[clear], (exact > 0.5)[clear])


def test_an_open_mesh_that_faces_both_ways_says_nothing():
    mixed = CUBE_FACES[1:].copy()
    mixed[4] = mixed[4, ::-1]
    with pytest.raises(ModelError, match="face opposite ways"):
        Wireframe(CUBE, mixed, holes="winding")


def test_triangles_without_area_are_left_out():
    flat = np.vstack([CUBE_FACES, [[0, 0, 1]]]).astype(np.int32)
    body = Wireframe(CUBE, flat)
    assert body.state.degenerate == 1
    assert body.state.closed
    with pytest.raises(ModelError, match="no area"):
        Wireframe(CUBE, flat[-1:])


@pytest.mark.parametrize("rotation", [0.0, 33.0])
def test_shares_of_blocks_are_shares_of_their_points(rotation):
    vertices, faces = bumpy(11)
    body = Wireframe(vertices, faces)
    grid = Grid((-140.0, -150.0, -160.0), (46.0, 62.0, 38.0), (6, 5, 8), rotation)
    share = body.share_of_blocks(grid, (2, 3, 4))
    brute = np.zeros(grid.n)
    for i in range(2):
        for j in range(3):
            for k in range(4):
                shift = np.array([46 * ((i + 0.5) / 2 - 0.5), 62 * ((j + 0.5) / 3 - 0.5),
                                  38 * ((k + 0.5) / 4 - 0.5)])  # fmt: skip
                local = grid.to_local(grid.centroids()) + shift
                points = grid.to_world(local)
                brute += np.rint(winding(points, vertices, faces)) == 1
    np.testing.assert_allclose(share, brute / 24, atol=1e-12)


def test_shares_of_an_open_mesh_fill_the_column_over_its_hole():
    open_cube = Wireframe(CUBE * 10, CUBE_FACES[1:], holes="winding")
    grid = Grid((-5.0, -5.0, -5.0), (2.5, 2.5, 2.5), (8, 8, 8))
    share = open_cube.share_of_blocks(grid)
    centre = grid.centroids()
    deep = ((centre > 2.5) & (centre < 7.5)).all(axis=1)
    assert (share[deep] == 1.0).all()
    assert (share[(centre > 12).any(axis=1)] == 0.0).all()


def test_many_small_blocks_add_up_to_the_volume():
    vertices, faces = bumpy(5)
    body = Wireframe(vertices, faces)
    low, high = body.bounds
    grid = Grid(tuple(low), tuple((high - low) / 40), (40, 40, 40))
    share = body.share_of_blocks(grid, (2, 2, 2))
    assert share.sum() * grid.block_volume_m3 == pytest.approx(body.volume_m3(), rel=0.005)


# -- files ------------------------------------------------------------------------------


def binary(triangles):
    head = b"solid pretends to be text".ljust(80, b" ") + struct.pack("<I", len(triangles))
    return head + b"".join(
        struct.pack("<12fH", 0, 0, 0, *np.asarray(t).ravel(), 0) for t in triangles
    )


def ascii_stl(triangles):
    lines = ["solid body"]
    for t in triangles:
        lines += ["facet normal 0 0 0", " outer loop"]
        lines += [f"  vertex {x!r} {y!r} {z!r}" for x, y, z in np.asarray(t).tolist()]
        lines += [" endloop", "endfacet"]
    return "\n".join([*lines, "endsolid body", ""]).encode()


def obj(vertices, faces):
    lines = ["# a body", "o body"] + [f"v {x!r} {y!r} {z!r}" for x, y, z in vertices.tolist()]
    lines += ["vn 0 0 1", *(f"f {a + 1}/1 {b + 1}//1 {c - len(vertices)}" for a, b, c in faces)]
    return "\n".join(lines).encode()


@pytest.mark.parametrize("kind", ["binary", "ascii", "obj"])
def test_files_of_three_kinds_hold_the_same_body(tmp_path, kind):
    vertices, faces = bumpy(2)
    vertices = vertices.astype(np.float32).astype(np.float64)
    data = {"binary": lambda: binary(vertices[faces]), "ascii": lambda: ascii_stl(vertices[faces]),
            "obj": lambda: obj(vertices, faces)}[kind]()  # fmt: skip
    path = tmp_path / ("body.obj" if kind == "obj" else "body.stl")
    path.write_bytes(data)
    body = Wireframe.read(path)
    assert body.state == Wireframe(vertices, faces).state
    np.testing.assert_array_equal(
        np.sort(body.vertices[body.triangles].reshape(-1, 9), axis=0),
        np.sort(vertices[faces].reshape(-1, 9), axis=0),
    )
    feet = Wireframe.read(path, unit="ft")
    assert feet.volume_m3() == pytest.approx(body.volume_m3() * 0.3048**3)


def test_corners_of_few_digits_are_welded_when_asked(tmp_path):
    vertices, faces = bumpy(9)
    rng = np.random.default_rng(9)
    loose = vertices[faces] + rng.uniform(-1e-4, 1e-4, (len(faces), 3, 3))
    path = tmp_path / "loose.stl"
    path.write_bytes(ascii_stl(loose))
    with pytest.raises(ModelError, match="not closed"):
        Wireframe.read(path)
    body = Wireframe.read(path, weld_m=0.001)
    assert (body.state.vertices, body.state.triangles) == (len(vertices), len(faces))
    assert body.volume_m3() == pytest.approx(Wireframe(vertices, faces).volume_m3(), rel=1e-5)
    with pytest.raises(ModelError, match="welded"):
        Wireframe.read(path, weld_m=-1.0)


def test_polygons_of_obj_become_fans(tmp_path):
    quads = ["f 1 3 7 5", "f 2 6 8 4", "f 1 5 6 2", "f 3 4 8 7", "f 1 2 4 3", "f 5 7 8 6"]
    text = "\n".join([*(f"v {x} {y} {z}" for x, y, z in CUBE.tolist()), *quads])
    (tmp_path / "cube.obj").write_text(text)
    assert Wireframe.read(tmp_path / "cube.obj").volume_m3() == pytest.approx(1.0)


GOOD = binary(CUBE[CUBE_FACES])
TEXT = ascii_stl(CUBE[CUBE_FACES]).decode()
CORRUPT = [
    ("a.stl", b"", "empty", "a.stl"),
    ("a.stl", b"\0" * 40, "empty", "a.stl"),
    ("a.stl", b"\1" * 40, "ends at byte 40", "byte 40"),
    ("a.stl", GOOD[:-20], r"announces 12 triangles \(684 bytes\), but has 664", "byte 664"),
    ("a.stl", GOOD + b"xx", "goes on for 2 bytes", "byte 684"),
    ("a.stl", GOOD[:80] + struct.pack("<I", 0), "no triangle", "byte 80"),
    ("a.stl", GOOD[:196] + struct.pack("<f", np.nan) + GOOD[200:], "triangle 3 .*not finite",
     "byte 184"),
    ("a.stl", GOOD[:96] + struct.pack("<f", 1e30) + GOOD[100:], "triangle 1 ", "byte 84"),
    ("a.stl", TEXT[:300].rsplit("\n", 1)[0].encode(), "ends without endsolid", "a.stl:"),
    ("a.stl", TEXT.replace("vertex", "vertx", 5).encode(), "where vertex is due", "a.stl:4"),
    ("a.stl", TEXT.replace("endloop", "vertex 0 0 0", 1).encode(), "where endloop is due",
     "a.stl:7"),
    ("a.stl", TEXT.replace("0.0 0.0 0.0", "0.0 nan 0.0", 1).encode(), "three finite numbers",
     "a.stl:4"),
    ("a.stl", TEXT.replace("0.0 0.0 0.0", "0.0 0.0", 1).encode(), "three finite numbers",
     "a.stl:4"),
    ("a.stl", b"solid a\nendsolid a\n" + b" " * 80, "no triangle", "a.stl:2"),
    ("a.obj", b"v 0 0 0\nv 1 0 0\nf 1 2 3\n", "vertex '3', there are 2", "a.obj:3"),
    ("a.obj", b"v 0 0 0\nv 1 0 0\nf 1 2\n", "2 corners", "a.obj:3"),
    ("a.obj", b"v 0 0 x\n", "three finite numbers", "a.obj:1"),
    ("a.obj", b"v 0 0 0\nf 0 1 1\n", "vertex '0'", "a.obj:2"),
    ("a.obj", b"v 0 0 0\n", "no face", "a.obj:1"),
    ("a.obj", b"v 0 0 \xff\n", "no text", "byte 6"),
    ("a.ply", b"ply", "no.* kind of wireframe|is not a kind", "a.ply"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "what", "where"), CORRUPT)
def test_corrupt_files_are_told_by_byte_or_line(tmp_path, name, data, what, where):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(TableError, match=what) as caught:
        read_triangles(path)
    assert where in caught.value.where
    assert caught.value.fix


def test_a_missing_file(tmp_path):
    with pytest.raises(TableError, match="cannot be read"):
        read_triangles(tmp_path / "none.stl")


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_a_clear_error(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.stl"
    path.write_bytes(data)
    try:
        vertices, triangles = read_triangles(path)
    except TableError:
        return
    assert triangles.max() < len(vertices)
