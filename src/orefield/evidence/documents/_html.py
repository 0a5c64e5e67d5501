"""HTML to text: no script is run, nothing is fetched, and time grows linearly.

Own scanner, as the standard parser needs quadratic time on some malformed input (CVE-2025-6069).
It follows the HTML standard where it matters here: comments, raw text of scripts, quoted
attributes. Nothing recurses, so nesting may be of any depth.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from orefield.evidence.dates import first_day
from orefield.evidence.documents.document import CELL, Block, Extract
from orefield.evidence.written_dates import find_dates

_SKIPPED = {
    "script", "style", "nav", "footer", "aside", "noscript", "template", "svg", "iframe", "object",
    "select", "button", "canvas", "audio", "video", "math", "dialog",
}  # fmt: skip
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_RAW = {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"}
_VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
}  # fmt: skip
_BLOCK = {
    "address", "article", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "html", "li", "main", "ol", "option", "p", "pre", "section", "summary", "table", "tbody",
    "tfoot", "thead", "ul", "br", "tr", "title", "head",
}  # fmt: skip
_INLINE = {
    "a", "b", "i", "u", "s", "em", "strong", "span", "font", "small", "sub", "sup", "big", "code",
    "cite", "abbr", "mark",
}  # fmt: skip
_NAME = re.compile(r"</?([A-Za-z][^\s/>]{0,40})")
_STOP = re.compile(r"[>\"']")
_ATTRIBUTE = re.compile(
    r"([^\s\"'<>/=]{1,60})\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))"
)
_HIDDEN = re.compile(r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden", re.IGNORECASE)
_LD_DATE = re.compile(r"\"datePublished\"\s{0,9}:\s{0,9}\"([^\"]{4,40})\"")
_DATE_META = (
    "article:published_time", "og:article:published_time", "datepublished", "pubdate",
    "publishdate", "publish_date", "publishdate", "date", "dc.date", "dc.date.issued",
    "dcterms.issued", "citation_publication_date", "citation_date", "parsely-pub-date",
    "publication_date", "weibo:article:create_at",
)  # fmt: skip


@dataclass(slots=True)
class _Page:
    parts: list[str] = field(default_factory=list)
    length: int = 0
    blocks: list[Block] = field(default_factory=list)
    opened: dict[str, int] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)
    raw_title: str = ""
    heading: str = ""
    time: str = ""
    ld_date: str = ""
    language: str = ""
    pre: int = 0
    cell_open: bool = False
    in_row: bool = False

    def put(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.length += len(text)

    @property
    def at_line_start(self) -> bool:
        return not self.parts or self.parts[-1].endswith("\n")

    def words(self, raw: str) -> None:
        text = html.unescape(raw) if "&" in raw else raw
        text = text.replace("\xa0", " ").replace("\u00ad", "").replace("\x00", "")
        if self.pre:
            self.put(text)
            return
        lead, trail = text[:1].isspace(), text[-1:].isspace()
        text = " ".join(text.split())
        spaced = self.at_line_start or self.parts[-1].endswith(" ")
        if not text:
            self.put("" if spaced or not lead else " ")
            return
        self.put(("" if spaced or not lead else " ") + text + (" " if trail else ""))

    def line(self) -> None:
        if self.parts and not self.at_line_start:
            self.strip_end()
            if not self.at_line_start:
                self.put("\n")

    def strip_end(self) -> None:
        while self.parts and self.parts[-1].endswith(" "):
            kept = self.parts[-1].rstrip(" ")
            self.length -= len(self.parts[-1]) - len(kept)
            if kept:
                self.parts[-1] = kept
            else:
                self.parts.pop()


def read_html(source: str) -> Extract:
    """What a reader of a page sees, table rows on a line each, and what its head says.

    Parameters
    ----------
    source : str
        The page, decoded.
    """
    page = _Page()
    warnings = []
    for name, start in _scanned(source, page):
        warnings.append(f"<{name}> at character {start} is never closed: its text was kept")
    page.line()
    text = "".join(page.parts).rstrip()
    blocks = tuple(Block(b.start, min(b.end, len(text)), b.kind) for b in page.blocks
                   if b.start < min(b.end, len(text)))  # fmt: skip
    meta = page.meta
    stamp = next((meta[k] for k in _DATE_META if meta.get(k)), "") or page.ld_date or page.time
    return Extract(
        text,
        title=meta.get("og:title") or page.heading or page.raw_title,
        published=_iso(stamp),
        publisher=meta.get("og:site_name") or meta.get("citation_publisher", ""),
        language=page.language,
        blocks=blocks,
        warnings=tuple(warnings),
    )


def _iso(stamp: str) -> str:
    if m := re.match(r"\s{0,9}(\d{4}-\d\d-\d\d)(?!\d)", stamp, re.ASCII):
        try:
            first_day(m[1])
        except ValueError:
            return ""
        return m[1]
    days = [d for d in find_dates(stamp[:100]) if d.first and d.first == d.last]
    return days[0].first if len(days) == 1 and not days[0].approximate else ""


def _scanned(source: str, page: _Page) -> Iterator[tuple[str, int]]:
    """Walk a page once; yields the skipped elements that never end (each name at most once)."""
    unclosed: set[str] = set()
    position, skip = 0, ("", 0, 0)  # name, depth, where its content began
    no_quote: set[str] = set()
    while True:
        tag = source.find("<", position)
        if not skip[0]:
            page.words(source[position : tag if tag >= 0 else len(source)])
        if tag < 0:
            if not skip[0]:
                return
            # The element swallowed the rest of the page: go back, and keep its text.
            yield skip[0], skip[2]
            unclosed.add(skip[0])
            position, skip = skip[2], ("", 0, 0)
            continue
        position, name, closing, attributes = _tag(source, tag, no_quote)
        if not name:
            if not skip[0] and position == tag + 1:
                page.words("<")
            continue
        if skip[0]:
            if name == skip[0]:
                skip = (name, skip[1] + (-1 if closing else 1), skip[2])
                if skip[1] == 0:
                    skip = ("", 0, 0)
            continue
        if not closing and name in _RAW:
            position = _raw(source, position, name, attributes, page)
            continue
        if name in _INLINE and not attributes:
            continue
        if (
            not closing
            and name not in unclosed
            and name not in _VOID
            and _is_hidden(name, attributes)
        ):
            skip = (name, 1, position)
            continue
        _apply(page, name, closing, attributes)


def _tag(source: str, start: int, no_quote: set[str]) -> tuple[int, str, bool, str]:
    """End, name, whether it closes, and attributes of the tag at ``start``; no name for none."""
    if source.startswith("<!--", start):
        end = source.find("-->", start + 4)
        return (end + 3 if end >= 0 else len(source)), "", False, ""
    if source.startswith(("<!", "<?"), start):
        end = source.find(">", start)
        return (end + 1 if end >= 0 else len(source)), "", False, ""
    named = _NAME.match(source, start)
    if named is None:
        return start + 1, "", False, ""
    at = named.end()
    while (stop := _STOP.search(source, at)) is not None:
        quote = stop[0]
        if quote == ">":
            return (
                stop.end(), named[1].lower(), source[start + 1] == "/",
                source[named.end() : stop.start()],
            )  # fmt: skip
        close = -1 if quote in no_quote else source.find(quote, stop.end())
        if close < 0:
            no_quote.add(quote)
            close = stop.start()
        at = close + 1
    return len(source), "", False, ""


def _raw(source: str, position: int, name: str, attributes: str, page: _Page) -> int:
    """Pass the raw text of a script or title; gives the position of its end tag."""
    end = re.compile(rf"</{name}", re.IGNORECASE).search(source, position)
    content = source[position : end.start() if end else len(source)]
    if name == "title" and not page.raw_title:
        page.raw_title = " ".join(html.unescape(content[:2000]).split())
    if name == "script" and "ld+json" in attributes and not page.ld_date:
        found = _LD_DATE.search(content)
        page.ld_date = found[1] if found else ""
    return end.start() if end else len(source)


def _is_hidden(name: str, attributes: str) -> bool:
    if name in _SKIPPED:
        return True
    if not attributes:
        return False
    low = attributes.lower()
    if "hidden" not in low and "none" not in low:
        return False
    found = {m[1].lower(): m[2] or m[3] or m[4] or "" for m in _ATTRIBUTE.finditer(attributes)}
    bare = _ATTRIBUTE.sub(" ", low).split()
    return "hidden" in bare or "hidden" in found or bool(_HIDDEN.search(found.get("style", "")))


def _apply(page: _Page, name: str, closing: bool, attributes: str) -> None:
    if name in {"td", "th"}:
        if closing:
            page.cell_open = False
        elif page.in_row and page.length > page.opened.get("row", 0):
            page.strip_end()
            page.put(CELL)
        return
    if name in _BLOCK and not (
        page.in_row and name not in {"tr", "table", "tbody", "thead", "tfoot"}
    ):
        page.line()
    elif name in _BLOCK and not page.at_line_start and not page.parts[-1].endswith(" "):
        page.put(" ")
    if name == "tr" or (name == "table" and closing):
        _row(page, closing or name == "table")
    elif name in _HEADINGS:
        _heading(page, name, closing)
    elif name == "pre":
        page.pre = max(0, page.pre + (-1 if closing else 1))
    elif name in {"meta", "time", "html"} and not closing:
        _head(page, name, attributes)


def _row(page: _Page, closing: bool) -> None:
    begun = page.opened.pop("row", None)
    if begun is not None and page.length > begun:
        page.blocks.append(Block(begun, page.length - 1, "row"))
    page.in_row = not closing
    if not closing:
        page.opened["row"] = page.length


def _heading(page: _Page, name: str, closing: bool) -> None:
    if not closing:
        page.opened["heading"] = page.length
        page.opened["parts"] = len(page.parts)
        return
    begun = page.opened.pop("heading", None)
    if begun is None or page.length <= begun:
        return
    page.blocks.append(Block(begun, page.length - 1, "heading"))
    if name == "h1" and not page.heading:
        page.heading = "".join(page.parts[page.opened["parts"] :]).strip()[:500]


def _head(page: _Page, name: str, attributes: str) -> None:
    found = {
        m[1].lower(): html.unescape(m[2] or m[3] or m[4] or "").strip()
        for m in _ATTRIBUTE.finditer(attributes[:20_000])
    }
    if name == "meta":
        key = (found.get("property") or found.get("name") or found.get("itemprop") or "").lower()
        if key and found.get("content"):
            page.meta.setdefault(key, found["content"][:1000])
    elif name == "time" and not page.time:
        page.time = found.get("datetime", "")[:100]
    elif name == "html":
        page.language = found.get("lang", "")[:2].lower()
