"""How a study that must not open is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from orefield.core.errors import OrefieldError
from orefield.study import open_study


def refused(study: Path | str) -> OrefieldError:
    """The error of a study that must not open; complete, and written for a person."""
    with pytest.raises(OrefieldError) as caught:
        open_study(study)
    error = caught.value
    assert error.what
    assert error.where
    assert error.fix
    assert len(str(error).splitlines()) >= 3
    assert "orefield.study" not in str(error)  # no names of classes or modules
    assert "pydantic" not in str(error)
    return error
