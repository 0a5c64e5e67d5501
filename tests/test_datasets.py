"""Data sets: found in a folder or the cache, or downloaded, and never taken unchecked."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orefield import commands
from orefield.core.errors import InputError, RunError, TableError
from orefield.datasets import (
    MAX_BYTES,
    DataFile,
    catalogue,
    download,
    fetch,
    find,
    listing,
    registry,
)

COLUMNS = ("dataset", "file", "sha256", "bytes", "url", "licence", "origin", "note")
ORE = b"1 0.45\n2 0.51\n"
SITES = b"julong\n"
ADDRESS = "https://data.example/pit/ore.txt"


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _row(**changes: str) -> dict[str, str]:
    row = {
        "dataset": "toy", "file": "pit/ore.txt", "sha256": _sha(ORE), "bytes": str(len(ORE)),
        "url": ADDRESS, "licence": "CC0", "origin": "made up", "note": "two blocks",
    }  # fmt: skip
    return row | changes


def _write(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as handle:
        out = csv.DictWriter(handle, COLUMNS)
        out.writeheader()
        out.writerows(rows)
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A registry of two sets, an empty cache, and no data folder."""
    table = _write(
        tmp_path / "registry.csv",
        _row(),
        _row(file="pit/sites.csv", sha256=_sha(SITES), bytes=str(len(SITES))),
        _row(dataset="lone", file="lone.txt", url=""),
    )
    monkeypatch.setattr(catalogue, "_TABLE", table)
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / "cache" / name)
    monkeypatch.delenv("OREFIELD_DATA", raising=False)
    return tmp_path


def _put(root: Path, name: str = "pit/ore.txt", data: bytes = ORE) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.fixture
def folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with everything in it."""
    root = home / "data"
    _put(root)
    _put(root, "pit/sites.csv", SITES)
    _put(root, "lone.txt")
    monkeypatch.setenv("OREFIELD_DATA", str(root))
    return root


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every download is noted, and fails as it does without a network."""
    asked: list[str] = []

    def refuse(url: str, *_: object) -> None:
        asked.append(url)
        raise RunError("cannot be downloaded: no route", where=url, fix="connect")

    monkeypatch.setattr(find, "download", refuse)
    return asked


# -- finding ----------------------------------------------------------------------------


def test_files_of_the_folder_are_used_and_nothing_is_downloaded(
    folder: Path, offline: list[str]
) -> None:
    assert fetch("toy") == [folder / "pit/ore.txt", folder / "pit/sites.csv"]
    assert offline == []


def test_files_of_the_cache_are_used(home: Path, offline: list[str]) -> None:
    kept = _put(home / "cache/orefield", "lone.txt")
    assert fetch("lone") == [kept]
    assert offline == []


def test_the_folder_comes_before_the_cache(folder: Path, home: Path) -> None:
    _put(home / "cache/orefield", "lone.txt")
    assert fetch("lone") == [folder / "lone.txt"]


def test_a_wrong_file_in_the_folder_is_refused_not_passed_over(
    folder: Path, home: Path, offline: list[str]
) -> None:
    _put(home / "cache/orefield")  # a right one that must not hide the wrong one
    wrong = _put(folder, data=ORE.replace(b"0.45", b"0.46"))
    with pytest.raises(InputError, match="not the registered file of data set 'toy'") as error:
        fetch("toy")
    assert error.value.where == str(wrong)
    assert offline == []


def test_a_damaged_file_in_the_cache_is_fetched_again(home: Path, offline: list[str]) -> None:
    _put(home / "cache/orefield", data=ORE[:-1])
    with pytest.raises(RunError, match="cannot be downloaded"):
        fetch("toy")
    assert offline == [ADDRESS]


def test_a_file_missing_in_the_folder_is_downloaded_to_the_cache(
    folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "pit/ore.txt").unlink()
    monkeypatch.setattr(
        find, "download", lambda url, target, sha, size: _put(target.parent, target.name)
    )
    assert fetch("toy") == [home / "cache/orefield/pit/ore.txt", folder / "pit/sites.csv"]
    assert not (folder / "pit/ore.txt").exists()


def test_an_unknown_name_gets_the_nearest(home: Path) -> None:
    with pytest.raises(InputError, match="no data set 'lome'") as error:
        fetch("lome")
    assert "did you mean 'lone'?" in error.value.fix
    with pytest.raises(InputError) as error:
        fetch("zzz")
    assert error.value.fix == "there are: toy, lone"


def test_without_an_address_the_error_says_where_to_put_the_file(home: Path) -> None:
    with pytest.raises(InputError, match=r"no public address is recorded for 'lone\.txt'") as error:
        fetch("lone")
    assert "OREFIELD_DATA (not set)" in error.value.where
    assert "put it at lone.txt in a folder" in error.value.fix
    assert len(str(error.value).splitlines()) == 3


def test_a_data_folder_that_is_none_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OREFIELD_DATA", str(home / "nowhere"))
    for call in (listing, lambda: fetch("toy")):
        with pytest.raises(InputError, match="OREFIELD_DATA names no folder"):
            call()


def test_a_folder_where_a_file_should_be_is_refused(folder: Path) -> None:
    (folder / "lone.txt").unlink()
    (folder / "lone.txt").mkdir()
    with pytest.raises(InputError, match="not the registered file"):
        fetch("lone")


# -- listing ----------------------------------------------------------------------------


def _found(data: dict[str, object]) -> dict[str, str]:
    return {s["id"]: s["found"] for s in data["datasets"]}  # type: ignore[attr-defined]


def test_the_listing_says_where_each_set_stands(home: Path) -> None:
    data, text = listing()
    assert _found(data) == {"toy": "download", "lone": "no address"}
    assert data["folder"] is None
    assert data["datasets"][0]["bytes"] == len(ORE) + len(SITES)
    assert "toy: made up" in text
    assert "licence: CC0" in text
    assert json.loads(json.dumps(data)) == data


def test_the_listing_sees_folder_cache_and_wrong_files(folder: Path, home: Path) -> None:
    assert _found(listing()[0]) == {"toy": "folder", "lone": "folder"}
    (folder / "pit/ore.txt").rename(_put(home / "cache/orefield"))
    (folder / "lone.txt").write_bytes(b"else")
    assert _found(listing()[0]) == {"toy": "folder and cache", "lone": "wrong file"}
    (folder / "pit/sites.csv").rename(_put(home / "cache/orefield", "pit/sites.csv"))
    assert _found(listing()[0])["toy"] == "cache"


def test_the_commands_reply_with_both_forms(folder: Path) -> None:
    data, text = commands.data_fetch(["toy", "lone"])
    assert data == {
        "data": {
            "toy": [str(folder / "pit/ore.txt"), str(folder / "pit/sites.csv")],
            "lone": [str(folder / "lone.txt")],
        }
    }
    assert "toy: 2 files" in text
    assert commands.data_list() == listing()


# -- the registry -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "file",
    [
        "/etc/passwd", "../ore.txt", "pit/../../ore.txt", "pit//ore.txt", "pit/", "./ore.txt",
        "pit\\ore.txt", "C:/ore.txt", "~/ore.txt", ".hidden", "ore\n.txt", "ore\x00.txt", " ",
    ],
)  # fmt: skip
def test_paths_that_leave_the_folder_are_refused(file: str) -> None:
    with pytest.raises(TableError, match="is no path inside a data folder"):
        DataFile("toy", file, _sha(ORE), 1, "", "CC0", "made up", "")


@given(st.text(max_size=20))
def test_no_accepted_path_leaves_the_folder(file: str) -> None:
    try:
        DataFile("toy", file, _sha(ORE), 1, "", "CC0", "made up", "")
    except TableError:
        return
    root = Path("root").resolve()
    assert (root / file).resolve().is_relative_to(root)
    assert (root / file).resolve() != root


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"sha256": "abc"}, "is no SHA-256"),
        ({"sha256": _sha(ORE).upper()}, "is no SHA-256"),
        ({"bytes": "0"}, "a file of 0 bytes"),
        ({"bytes": "-3"}, "a file of"),
        ({"bytes": "2.5"}, "a file of 0 bytes"),
        ({"bytes": str(MAX_BYTES + 1)}, "a file of 67,108,865 bytes"),
        ({"bytes": "many"}, "not a finite number"),
        ({"url": "http://data.example/ore.txt"}, "is no https address"),
        ({"url": "file:///ore.txt"}, "is no https address"),
        ({"url": "https:///ore.txt"}, "is no https address"),
        ({"url": "https://ann:secret@data.example/ore.txt"}, "is no https address"),
        ({"url": "https://[data.example/ore.txt"}, "is no https address"),
        ({"url": "https://data.example/an ore.txt"}, "is no https address"),
        ({"dataset": "Toy set"}, "is no name for a data set"),
        ({"licence": ""}, "'licence' is empty"),
    ],
)
def test_a_broken_row_is_refused_and_located(
    tmp_path: Path, changes: dict[str, str], what: str
) -> None:
    table = _write(tmp_path / "registry.csv", _row(file="lone.txt"), _row(**changes))
    with pytest.raises(TableError, match=re.escape(what)) as error:
        registry(table)
    assert "registry.csv:3" in error.value.where


def test_a_file_stands_in_the_registry_once(tmp_path: Path) -> None:
    table = _write(tmp_path / "registry.csv", _row(), _row(dataset="other"))
    with pytest.raises(TableError, match="stands twice"):
        registry(table)


def test_the_shipped_registry_holds_what_tests_need() -> None:
    known = registry()
    assert {"minelib-newman1", "minelib-zuck-small", "minelib-kd", "babbitt", "gslib"} <= set(known)
    for members in known.values():
        # one licence, origin and note a set: the listing shows those of its first file
        assert len({(f.licence, f.origin, f.note) for f in members}) == 1
        for file in members:
            # a branch moves: a public copy on GitHub is named by its commit
            if "githubusercontent" in file.url:
                assert re.search(r"\.com/[^/]+/[^/]+/[0-9a-f]{40}/", file.url), file.url


@pytest.mark.data
def test_the_data_folder_is_what_the_registry_says() -> None:
    if not os.environ.get("OREFIELD_DATA"):
        pytest.skip("OREFIELD_DATA is not set, so there are no data sets to compare")
    for name, members in registry().items():
        paths = fetch(name)
        for file, path in zip(members, paths, strict=True):
            assert (path.stat().st_size, _sha(path.read_bytes())) == (file.n_bytes, file.sha256)


# -- downloading ------------------------------------------------------------------------


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path in ("/moved", "/away"):
            to = "/ore.txt" if self.path == "/moved" else "ftp://data.example/ore.txt"
            self.send_response(302)
            self.send_header("Location", to)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        bodies = {"/ore.txt": ORE, "/other": ORE[::-1], "/long": ORE * 100_000, "/cut": ORE}
        body = bodies.get(self.path)
        if body is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) + 10 * (self.path == "/cut")))
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):  # the reader may have had enough
            self.wfile.write(body[:-5] if self.path == "/cut" else body)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("no_proxy", "*")
    running = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()
    thread.join()


def _get(url: str, target: Path) -> None:
    download(url, target, _sha(ORE), len(ORE), schemes=("http",))


@pytest.mark.parametrize("path", ["/ore.txt", "/moved"])
def test_a_download_arrives_whole(server: str, tmp_path: Path, path: str) -> None:
    target = tmp_path / "a/b/ore.txt"
    _get(server + path, target)
    assert target.read_bytes() == ORE
    assert [p.name for p in target.parent.iterdir()] == ["ore.txt"]
    assert target.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/other", "another SHA-256"),
        ("/long", "more than 14 bytes"),
        ("/cut", "9 instead of 14 bytes"),
        ("/none", "404"),
        ("/away", "which is refused"),
    ],
)
def test_what_is_not_the_file_leaves_nothing(
    server: str, tmp_path: Path, path: str, what: str
) -> None:
    with pytest.raises(RunError, match=re.escape(what)) as error:
        _get(server + path, tmp_path / "a/ore.txt")
    assert error.value.where == server + path
    assert not list(tmp_path.rglob("*.txt"))
    assert not list(tmp_path.rglob(".part-*"))


def test_an_earlier_file_survives_a_failed_download(server: str, tmp_path: Path) -> None:
    target = _put(tmp_path, "ore.txt", b"earlier")
    with pytest.raises(RunError):
        _get(server + "/other", target)
    assert target.read_bytes() == b"earlier"


def test_offline_is_told_in_three_lines(server: str, tmp_path: Path) -> None:
    free = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    port = free.server_port
    free.server_close()  # nobody listens there now
    with pytest.raises(RunError, match="cannot be downloaded") as error:
        _get(f"http://127.0.0.1:{port}/ore.txt", tmp_path / "ore.txt")
    assert len(str(error.value).splitlines()) == 3
    assert "OREFIELD_DATA" in error.value.fix


def test_only_https_is_downloaded_by_default(server: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not https"):
        download(server + "/ore.txt", tmp_path / "ore.txt", _sha(ORE), len(ORE))
    assert not list(tmp_path.iterdir())


def test_a_cache_that_cannot_be_written_is_named(server: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a file where a folder should be")
    with pytest.raises(RunError, match="cannot be written") as error:
        _get(server + "/ore.txt", tmp_path / "a/ore.txt")
    assert error.value.where == str(tmp_path / "a/ore.txt")


def test_a_registered_file_is_a_plain_record() -> None:
    first = registry()["minelib-newman1"][0]
    assert DataFile(**asdict(first)) == first
