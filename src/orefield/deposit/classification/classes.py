"""Classes of resources: CRIRSCO's, with the Chinese standard's names beside them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType


class ResourceClass(IntEnum):
    """Classes of resources by rising confidence, as fields of block models hold them.

    ``UNCLASSIFIED`` is what meets no rule or was not estimated: no resource at all.
    """

    UNCLASSIFIED = 0
    INFERRED = 1
    INDICATED = 2
    MEASURED = 3

    @property
    def label(self) -> str:
        """The class in lower case, as settings and tables have it."""
        return self.name.lower()


CLASSES = tuple(ResourceClass)
"""By rising confidence."""

SUREST_FIRST = tuple(reversed(CLASSES))

SOURCE = (
    "names of classes: CRIRSCO International Reporting Template (2019), from memory; GB/T "
    "17766-2020, sections 3 and 5, as a public preview of its text has them (gong123.com/"
    "kuangshangongcheng/1349582.html), which also wants the three classes listed each on its own "
    "and resources never added to reserves; read both standards before figures are published"
)


@dataclass(frozen=True, slots=True)
class ClassName:
    """A class's names in two standards.

    Attributes
    ----------
    english : str
        By CRIRSCO's template.
    chinese, pinyin : str
        By GB/T 17766-2020; empty where it has none.
    """

    english: str
    chinese: str
    pinyin: str


NAMES = MappingProxyType(
    {
        ResourceClass.MEASURED: ClassName("Measured", "探明资源量", "tanming ziyuanliang"),
        ResourceClass.INDICATED: ClassName("Indicated", "控制资源量", "kongzhi ziyuanliang"),
        ResourceClass.INFERRED: ClassName("Inferred", "推断资源量", "tuiduan ziyuanliang"),
        ResourceClass.UNCLASSIFIED: ClassName("Unclassified", "", ""),
    }
)
"""Names of resources, see :data:`SOURCE`."""

RESERVES = MappingProxyType(
    {
        "proved": ClassName("Proved", "证实储量", "zhengshi chuliang"),
        "probable": ClassName("Probable", "可信储量", "kexin chuliang"),
    }
)
"""Names of reserves, which need modifying factors and so are never the outcome of a
classification; see :data:`SOURCE`."""


def class_of(label: str) -> ResourceClass | None:
    """The class of a name of settings, or ``None``."""
    return next((c for c in CLASSES if c.label == label.strip().lower()), None)
