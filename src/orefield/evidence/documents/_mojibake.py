"""Text that was decoded by the wrong encoding before it reached us.

Repaired only when certain: every foreign character goes back to bytes, and all these bytes are
valid UTF-8. Text that was not garbled practically never passes, as UTF-8 sequences follow a
strict pattern (RFC 3629). Otherwise a warning says what was seen.
"""

from __future__ import annotations

import re

_HIGH = {bytes([b]).decode("cp1252"): b for b in range(0x80, 0x100)
         if b not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}}  # fmt: skip
_TO_BYTES = {ord(c): b for c, b in _HIGH.items()} | {b: b for b in range(0x80, 0x100)}
_RUN = re.compile("[" + re.escape("".join(chr(c) for c in sorted(_TO_BYTES))) + "]{2,}")
_FOREIGN = re.compile(r"[^\x00-\x7f\ufeff\ufffd]")
_GBK_TRACES = re.compile("[锛銆鐨鍦鏄浗閾滅鑳涔冮噺骞鏈鍚]")


def repaired(text: str) -> tuple[str, list[str]]:
    """The text, repaired where that is certain, and what was found."""
    if text.isascii():
        return text, []
    warnings = []
    for mend, how in ((_from_western, "Latin-1 or Windows-1252"), (_from_gbk, "GBK")):
        mended = mend(text)
        if mended is not None:
            text = mended
            warnings.append(f"text was garbled (UTF-8 once read as {how}) and has been repaired")
            break
    else:
        warnings += _suspicions(text)
    return text, warnings


def _mend_run(run: str) -> str | None:
    try:
        return bytes(_TO_BYTES[ord(c)] for c in run).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _from_western(text: str) -> str | None:
    runs = _RUN.findall(text)
    if not runs or len(_FOREIGN.findall(text)) != sum(map(len, runs)):
        return None
    mended = {run: _mend_run(run) for run in set(runs)}
    if any(m is None for m in mended.values()):
        return None
    # One accented pair could be a chance ("Â£"); three, or one long run, cannot.
    if len(runs) < 3 and max(map(len, runs)) < 3:
        return None
    return _RUN.sub(lambda m: mended[m[0]] or "", text)


def _from_gbk(text: str) -> str | None:
    if not _GBK_TRACES.search(text):
        return None
    try:
        mended = text.encode("gb18030").decode("utf-8")
    except UnicodeError:
        return None
    return mended if sum("\u4e00" <= c <= "\u9fff" for c in mended) >= 3 else None


def _suspicions(text: str) -> list[str]:
    found = []
    sample = text[: 1 << 20]
    partly = sum(_mend_run(run) is not None for run in set(_RUN.findall(sample)))
    if partly:
        found.append(
            f"{partly} groups of characters look garbled (UTF-8 read as Latin-1); left as they are"
        )
    traces = len(_GBK_TRACES.findall(sample))
    if traces > 5 and traces * 20 > len(_FOREIGN.findall(sample)):
        found.append("text looks garbled (UTF-8 read as GBK, with losses): get the original file")
    if lost := text.count("\ufffd"):
        found.append(f"{lost} characters were lost before the file was saved (\ufffd)")
    return found
