"""``[evidence]`` of study.toml: what a study may say of reconciliation."""

import pytest

from orefield.core.errors import StudyError
from orefield.study import open_study, read_document
from orefield.study.document import inherit
from orefield.study.scaffold import new


def _study(tmp_path, more):
    path = new(tmp_path / "s", "china-copper")
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    return path


def test_reconciling_is_the_default_and_inherited(tmp_path):
    assert open_study("china-copper").document.evidence.reconcile is True
    assert open_study(_study(tmp_path, "").parent).document.evidence.reconcile is True


def test_it_can_be_switched_off(tmp_path):
    below = _study(tmp_path, "\n[evidence]\nreconcile = false\n")
    assert open_study(below.parent).document.evidence.reconcile is False


def test_what_a_study_leaves_out_is_as_in_the_one_below(tmp_path):
    off = read_document(_study(tmp_path, "\n[evidence]\nreconcile = false\n"))
    on = read_document(new(tmp_path / "t", "china-copper"))
    assert inherit(on, off, tmp_path).evidence.reconcile is False
    assert inherit(off, on, tmp_path).evidence.reconcile is False


@pytest.mark.parametrize("value", ['"no"', "0", "1.0", "[]", "2020-01-01"])
def test_only_true_and_false_are_understood(tmp_path, value):
    path = _study(tmp_path, f"\n[evidence]\nreconcile = {value}\n")
    with pytest.raises(StudyError, match="reconcile"):
        read_document(path)


def test_a_misspelt_key_is_named_with_the_nearest(tmp_path):
    path = _study(tmp_path, "\n[evidence]\nreconcil = true\n")
    with pytest.raises(StudyError, match="did you mean 'reconcile'"):
        read_document(path)
