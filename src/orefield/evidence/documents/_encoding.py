"""Bytes to text: UTF-8, UTF-16, UTF-32, GB18030, Big5 and what a page declares.

UTF-8 is tried first, as other encodings of more than a few words are almost never valid in it.
Chinese encodings are told apart by the share of characters that their standards list as common
(GB 2312 level 1, leads B0 to D7; Big5 frequent set, leads A4 to C6).
"""

from __future__ import annotations

import codecs
import re

from orefield.core.errors import EvidenceError

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KNOWN_BINARY = (
    (b"PK\x03\x04", "a ZIP file, or a Word or Excel file, which is one"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file"),
    (b"{\\rtf", "a rich text (RTF) file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x89PNG", "an image (PNG)"),
    (b"\xff\xd8\xff", "an image (JPEG)"),
    (b"GIF8", "an image (GIF)"),
    (b"II*\x00", "an image (TIFF)"),
    (b"MM\x00*", "an image (TIFF)"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip file"),
    (b"Rar!", "a RAR file"),
    (b"\x7fELF", "a program"),
)
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,40})|<\?xml[^>]{0,100}encoding=[\"']([\w-]{2,40})",
    re.IGNORECASE,
)
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "big5": "big5hkscs",
          "iso-8859-1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252",
          "shift_jis": "cp932", "x-sjis": "cp932", "windows-1252": "cp1252"}  # fmt: skip
_SAMPLE = 1 << 16
_LIKELY = re.compile(
    r"[\t\n\r -~\u00a0-\u024f\u2010-\u2026\u3000-\u30ff\u4e00-\u9fff\uff00-\uff5e]"
)


def decode(data: bytes, name: str) -> tuple[str, str, list[str]]:
    """Text, encoding and warnings.

    Raises
    ------
    EvidenceError
        When the file is of a kind that is no text, or its encoding cannot be told.
    """
    for magic, kind in _KNOWN_BINARY:
        if data.startswith(magic):
            raise EvidenceError(
                f"{name} is {kind}", where=name, fix="save it as text, HTML or PDF and give that"
            )
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strictly_or_repaired(data[len(bom) :], encoding, name)
    if b"\x00" in data:
        return _without_mark(data, name)
    try:
        return data.decode("utf-8"), "utf-8", []
    except UnicodeDecodeError:
        pass
    if (damaged := _damaged_utf8(data)) is not None:
        return damaged
    if (declared := _declared(data)) is not None:
        return declared
    return _guessed(data, name)


def _strictly_or_repaired(data: bytes, encoding: str, name: str) -> tuple[str, str, list[str]]:
    try:
        text, warnings = data.decode(encoding), []
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
        bad = text.count("\ufffd")
        if bad * 10 > len(text):
            raise _binary(name) from None
        warnings = [f"{bad} characters are not valid {encoding} and show as \ufffd"]
    if "\x00" in text:
        raise _binary(name)
    return text, encoding, warnings


def _binary(name: str) -> EvidenceError:
    return EvidenceError(
        f"{name} is not text: it holds binary data",
        where=name,
        fix="give a text, HTML or PDF file; if it is text, save it as UTF-8",
    )


def _without_mark(data: bytes, name: str) -> tuple[str, str, list[str]]:
    # UTF-16 without its mark: read the right way round, nearly all is ASCII or Chinese; read
    # the wrong way round, or if it is no text, the characters fall all over Unicode.
    sample = data[: _SAMPLE - _SAMPLE % 2]
    shares = {}
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample[: len(sample) & ~1].decode(encoding, errors="replace")
        shares[encoding] = len(_LIKELY.findall(text)) / max(1, len(text))
    encoding = max(shares, key=lambda e: shares[e])
    if shares[encoding] < 0.95 or min(shares.values()) > 0.9:
        raise _binary(name)
    text, encoding, warnings = _strictly_or_repaired(data, encoding, name)
    return text, encoding, [*warnings, f"no byte-order mark: read as {encoding}"]


def _damaged_utf8(data: bytes) -> tuple[str, str, list[str]] | None:
    """UTF-8 with a few broken bytes, such as a file cut in the middle of a character."""
    good = len(re.findall(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}", data[: 1 << 20]))
    text = data[: 1 << 20].decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    cut = data[-3:]
    if (bad > 1 or not cut[0] & 0x80) and (good < 5 or bad * 20 > good):
        return None
    if bad <= 1 and good < 2:
        return None
    whole = data.decode("utf-8", errors="replace")
    count = whole.count("\ufffd")
    return whole, "utf-8", [f"{count} places are not valid UTF-8 and show as \ufffd"]


def _declared(data: bytes) -> tuple[str, str, list[str]] | None:
    found = _DECLARED.search(data[:4096])
    if found is None:
        return None
    named = (found[1] or found[2]).decode("ascii").lower()
    encoding = _WIDER.get(named, named)
    try:
        codec = codecs.lookup(encoding)
        # Some codecs of Python are no text encodings (base64, zlib): not to be run on a page.
        if not codec._is_text_encoding or codec.name in {"idna", "punycode", "unicode_escape"}:
            return None
        text = data.decode(encoding, errors="replace")
    except (LookupError, UnicodeError, ValueError):
        return None
    bad = text.count("\ufffd")
    if bad * 50 > len(text):
        return None
    warnings = [f"{bad} characters are not valid {named} and show as \ufffd"] if bad else []
    return text, encoding, warnings


def _guessed(data: bytes, name: str) -> tuple[str, str, list[str]]:
    scores = {e: _chinese_score(data, e) for e in ("gb18030", "big5hkscs")}
    encoding = max(scores, key=lambda e: scores[e])
    if scores[encoding] >= 0.75 and scores[encoding] - min(scores.values()) > 0.05:
        text = data.decode(encoding, errors="replace")
        bad = text.count("\ufffd")
        return text, encoding, (
            [f"{bad} characters are not valid {encoding} and show as \ufffd"] if bad else []
        )  # fmt: skip
    if (western := _western(data)) is not None:
        return western, "cp1252", ["encoding not stated: read as Windows-1252, by its letters"]
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE]).best()
    if best is None:
        raise _binary(name)
    text = data.decode(best.encoding, errors="replace")
    return text, best.encoding, [f"encoding not stated: read as {best.encoding}, by its letters"]


_WESTERN = re.compile(r"[\x00-\x7fÀ-ÖØ-öø-ÿŒœ‘’“”–—…•€£¥©®°²³±·º™«»¿¡½¼¾×§µ\xa0]*")
_ODD_INSIDE = re.compile(r"[^\W\d_][€£¥©®°²³±º™«»¿¡½¼¾×§µ][^\W\d_]")


def _western(data: bytes) -> str | None:
    """The text by Windows-1252, if it then holds western letters, and no signs within words."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    sample = text[:_SAMPLE]
    foreign = len(re.findall(r"[^\x00-\x7f]", sample))
    if _WESTERN.fullmatch(sample) is None or _ODD_INSIDE.search(sample):
        return None
    # Another alphabet read as this one is all accents; western words have few.
    return text if foreign * 4 < len(sample) else None


def _chinese_score(data: bytes, encoding: str) -> float:
    """Share of a sample's non-ASCII characters that are common ones of the encoding."""
    text = data[:_SAMPLE].decode(encoding, errors="replace")
    lead = (0xB0, 0xD7) if encoding == "gb18030" else (0xA4, 0xC6)
    seen = [c for c in text[:-1] if ord(c) >= 0x80]
    if len(seen) < 4:
        return 0.0
    common = 0
    for c in seen:
        if "\u3000" <= c <= "\u301f" or "\uff00" <= c <= "\uff5e" or c in "“”‘’—…·":
            common += 1
        elif "\u4e00" <= c <= "\u9fff":
            raw = c.encode(encoding)
            common += len(raw) == 2 and lead[0] <= raw[0] <= lead[1]
    return common / len(seen)
