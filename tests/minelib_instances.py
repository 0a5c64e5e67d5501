"""Small MineLib instances, made up, as text and as files; and what can be said of them by hand."""

from __future__ import annotations

from pathlib import Path

TOY = {
    "toy.blocks": "id x y z tonn\n0 0 0 0 10\n1 0 0 1 10\n2 1 0 1 10\n",
    "toy.prec": "0 2 1 2\n1 0\n2 0\n",
    "toy.upit": "NAME: toy\nTYPE: UPIT\nNBLOCKS: 3\nOBJECTIVE_FUNCTION:\n0 5.5\n1 -2\n2 -3\nEOF\n",
    "toy.cpit": (
        "NAME: toy\nTYPE: CPIT\nNBLOCKS: 3\nNPERIODS: 2\nNRESOURCE_SIDE_CONSTRAINTS: 1\n"
        "DISCOUNT_RATE: 0.1\nRESOURCE_CONSTRAINT_LIMITS:\n0 0 L 20\n0 1 L 20\n"
        "OBJECTIVE_FUNCTION:\n0 5.5\n1 -2\n2 -3\n"
        "RESOURCE_CONSTRAINT_COEFFICIENTS:\n0 0 10\n1 0 10\n2 0 10\nEOF\n"
    ),
    "toy.pcpsp": (
        "NAME: toy\nTYPE: PCPSP\nNBLOCKS: 3\nNPERIODS: 2\nNDESTINATIONS: 2\n"
        "NRESOURCE_SIDE_CONSTRAINTS: 2\nNGENERAL_SIDE_CONSTRAINTS: 2\nDISCOUNT_RATE: 0.1\n"
        "OBJECTIVE_FUNCTION:\n0 -1 5.5\n1 -2 -9\n2 -3 -9\n"
        "RESOURCE_CONSTRAINT_COEFFICIENTS:\n"
        "0 0 0 10\n0 1 0 10\n0 1 1 10\n1 0 0 10\n1 1 0 10\n1 1 1 10\n2 0 0 10\n2 1 0 10\n2 1 1 10\n"
        "RESOURCE_CONSTRAINT_LIMITS:\n0 0 L 20\n0 1 I 0 20\n1 0 L 10\n1 1 L 10\n"
        "GENERAL_CONSTRAINT_COEFFICIENTS:\n0 1 1 0 2\n1 0 0 1 1\n2 0 0 1 1\n"
        "GENERAL_CONSTRAINT_LIMITS:\n0 L 2\n1 G 1\nEOF\n"
    ),
}
"""Block 0 needs 1 and 2. A schedule mines at most two blocks a period, at most one of them to
destination 1; the general constraints want at least one of 1 and 2 to be wasted in period 0."""

ENDINGS = ("blocks", "prec", "upit", "cpit", "pcpsp")


def write_toy(folder: Path, **changes: str) -> Path:
    """The toy's files in a folder; ``prec="..."`` replaces the text of one."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in TOY.items():
        (folder / name).write_text(changes.get(name.split(".")[1], text), encoding="utf-8")
    return folder


def changed(ending: str, old: str, new: str) -> str:
    """The toy's file of an ending, with a piece of it replaced; the piece must be there."""
    text = TOY[f"toy.{ending}"]
    assert old in text, f"'{old}' is not in toy.{ending}"
    return text.replace(old, new)
