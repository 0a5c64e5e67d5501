"""Small PDFs, written by hand, and a way to read bytes as a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from orefield.evidence.documents import Document, read_document

Reader = Callable[..., Document]


def pdf_of_streams(streams: Sequence[bytes], extra: str = "", form: bytes = b"") -> bytes:
    """A PDF whose pages have these content streams, and the form /X where one is given.

    ``extra`` goes into the dictionary of each content stream.
    """
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(streams)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(streams)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n, stream in enumerate(streams):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << "
            b"/F1 3 0 R >> /XObject << /X %d 0 R >> >> /Contents %d 0 R >>"
            % (4 + 2 * len(streams), 5 + 2 * n)
        )
        start = f"<< /Length {len(stream)} {extra} >>\nstream\n".encode()
        objects.append(start + stream + b"\nendstream")
    head = (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << "
        b"/F1 3 0 R >> >> /Length %d >>" % len(form)
    )
    objects.append(head + b"\nstream\n" + form + b"\nendstream")
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n" % size
        + table
        + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (size, len(out))
    )


def pdf(*pages: Sequence[str]) -> bytes:
    """A PDF of pages of lines."""
    streams = []
    for lines in pages:
        shown = " ".join(
            f"({line.replace('(', chr(92) + '(').replace(')', chr(92) + ')')}) Tj T*"
            for line in lines
        )
        streams.append(f"BT /F1 12 Tf 72 720 Td 14 TL {shown} ET".encode("latin-1"))
    return pdf_of_streams(streams)


@pytest.fixture(scope="session")
def read(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Read bytes as if they were a file of that name."""
    folder = tmp_path_factory.mktemp("documents")

    def reader(data: bytes | str, name: str = "article.txt", **options: int) -> Document:
        path = Path(folder, name)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return read_document(path, **options)

    return reader
