"""Errors say what, where and what to do, and survive the way between processes."""

from __future__ import annotations

import pickle

import pytest

from orefield.core import errors
from orefield.core.errors import InputError, OrefieldError, TableError


def _tree(cls: type[OrefieldError]) -> list[type[OrefieldError]]:
    return [cls] + [deeper for child in cls.__subclasses__() for deeper in _tree(child)]


ALL = [cls for cls in _tree(OrefieldError) if cls.__module__ == errors.__name__]


def test_three_lines() -> None:
    error = TableError("'cu_pct' is -1", where="blocks.csv:7, column 'cu_pct'", fix="from 0 to 100")
    assert str(error).splitlines() == [
        "'cu_pct' is -1",
        "  where: blocks.csv:7, column 'cu_pct'",
        "  fix:   from 0 to 100",
    ]


def test_lines_that_are_not_known_are_left_out() -> None:
    assert str(OrefieldError("broken")) == "broken"
    assert str(OrefieldError("broken", fix="mend it")).splitlines() == [
        "broken",
        "  fix:   mend it",
    ]


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_every_error_pickles(cls: type[OrefieldError], protocol: int) -> None:
    error = cls("what", where="where", fix="fix")
    back = pickle.loads(pickle.dumps(error, protocol))
    assert type(back) is cls
    assert (back.what, back.where, back.fix) == ("what", "where", "fix")
    assert str(back) == str(error)


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_json_form_names_the_class(cls: type[OrefieldError]) -> None:
    assert cls("a", where="b", fix="c").as_dict() == {
        "error": cls.__name__, "what": "a", "where": "b", "fix": "c",
    }  # fmt: skip


def test_where_and_fix_are_keywords_only() -> None:
    with pytest.raises(TypeError):
        OrefieldError("what", "where")  # type: ignore[misc]


def test_the_tree_at_the_top_of_the_module_is_the_tree() -> None:
    drawn = errors.__doc__ or ""
    for cls in ALL:
        assert cls.__name__ in drawn
    inputs = {cls.__name__ for cls in InputError.__subclasses__()}
    for line in drawn.splitlines():
        if line.strip().startswith("│"):
            name = line.split("── ")[1].split()[0]
            assert name in inputs, f"{name} is drawn under InputError"


def test_one_except_catches_all() -> None:
    for cls in ALL:
        with pytest.raises(OrefieldError):
            raise cls("x")
