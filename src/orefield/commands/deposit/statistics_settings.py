"""The section ``[statistics]``: of which values, by which domain, with which weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast, get_args

from orefield.commands.deposit.settings import DepositSettings
from orefield.core import ModelError
from orefield.core.numbers import positive, whole
from orefield.core.sections import Section
from orefield.deposit.job.lists import numbers_of, one_of
from orefield.deposit.statistics.declustering import Keep

Method = Literal["cells", "polygons", "nodes", "none"]


@dataclass(frozen=True)
class ContactSettings:
    """``[[statistics.contact]]``; see :func:`orefield.deposit.statistics.contact_analysis`."""

    code: str
    inside: tuple[str, ...]
    outside: tuple[str, ...]
    width_m: float
    reach_m: float


@dataclass(frozen=True)
class StatisticsSettings:
    """``[statistics]``.

    Attributes
    ----------
    values : tuple of str
        Empty for all.
    code, of : str, tuple of str
        Column of domains, and the domains told one by one; empty ``of`` for every word.
    length_weighted : bool
        Whether longer samples weigh more.
    declustering : {"cells", "polygons", "nodes", "none"}
        Cells; areas in plan; volumes in space; none.
    cells_m : tuple of float
        Sizes; empty for a scan of many.
    keep : str
        Which mean of several sizes.
    offsets : int
    ratios : (float, float, float)
    bins : int
        Of histograms.
    logarithmic : bool
    cuts : tuple of float
        Grades of top-cuts; empty for those at high quantiles.
    contacts : tuple of ContactSettings
    """

    values: tuple[str, ...]
    code: str
    of: tuple[str, ...]
    length_weighted: bool
    declustering: Method
    cells_m: tuple[float, ...]
    keep: Keep
    offsets: int
    ratios: tuple[float, float, float]
    bins: int
    logarithmic: bool
    cuts: tuple[float, ...]
    contacts: tuple[ContactSettings, ...]


def statistics_settings(settings: DepositSettings) -> StatisticsSettings:
    """``[statistics]``, or its defaults where there is none.

    Raises
    ------
    ModelError
        For keys that are unknown or hold what cannot be.
    """
    section = settings.section_or_empty("statistics")
    cells = numbers_of(section, "cells_m")
    keep = one_of(section, "keep", get_args(Keep), "given" if len(cells) == 1 else "least")
    if keep == "given" and len(cells) != 1:
        raise ModelError(
            "keep = 'given' goes with one size of cells", where=section.where, fix="cells_m = 50"
        )
    ratios = numbers_of(section, "cell_ratios") or (1.0, 1.0, 1.0)
    if len(ratios) != 3:
        raise ModelError(
            f"{len(ratios)} cell_ratios", where=section.where, fix="give three, for x, y and z"
        )
    out = StatisticsSettings(
        values=section.names("values"),
        code=section.text("code", ""),
        of=section.names("of"),
        length_weighted=bool(section.take("length_weighted", True, (bool,), "true or false")),
        declustering=cast(Method, one_of(section, "declustering", get_args(Method), "cells")),
        cells_m=cells,
        keep=cast(Keep, keep),
        offsets=whole(section, "offsets", 1, 8),
        ratios=(ratios[0], ratios[1], ratios[2]),
        bins=whole(section, "bins", 1, 30),
        logarithmic=section.flag("logarithmic"),
        cuts=numbers_of(section, "cuts"),
        contacts=tuple(_contact(part) for part in section.sections("contact")),
    )
    section.done()
    if out.of and not out.code:
        raise ModelError("'of' without 'code'", where=section.where, fix='code = "rock"')
    return out


def _contact(part: Section) -> ContactSettings:
    width = positive(part, "width_m", 2.0)
    out = ContactSettings(
        code=part.text("code"),
        inside=part.names("inside"),
        outside=part.names("outside"),
        width_m=width,
        reach_m=positive(part, "reach_m", 10.0 * width),
    )
    part.done()
    return out
