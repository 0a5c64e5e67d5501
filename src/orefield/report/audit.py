"""The page of an audit: one HTML file with every contradiction, its arithmetic and its sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from orefield._version import __version__
from orefield.report.findings import VERDICTS, cards
from orefield.report.write import asset, environment


def audit_page(
    title: str,
    lede: str,
    findings: Sequence[Mapping[str, Any]],
    claims: Mapping[str, Mapping[str, Any]],
    documents: Sequence[Mapping[str, Any]],
    rules: Sequence[Mapping[str, str]],
    problems: Sequence[Mapping[str, str]] = (),
) -> str:
    """Render an audit.

    Parameters
    ----------
    title, lede : str
        Headline, and one sentence with what was found.
    findings : sequence of mapping
        As :meth:`orefield.evidence.finding.Finding.as_dict`, passes among them.
    claims : mapping of id to mapping
        See :func:`orefield.report.findings.cards`.
    documents : sequence of mapping
        ``title, publisher, published, language, file, warnings, rows``; a row has ``id, subject,
        entity, attribute, value, period, basis, speaker, place``.
    rules : sequence of mapping
        ``name, about``.
    problems : sequence of mapping
        ``what, where, fix``.

    Returns
    -------
    str
        HTML. Everything that came from a document is escaped.
    """
    env = environment()
    return env.get_template("audit.html").render(
        css=Markup(asset(env, "report.css")), title=title, lede=lede, heads=VERDICTS,
        groups=cards(findings, claims), documents=documents, rules=rules, problems=problems,
        reconciled=None, version=__version__, made=f"Made by orefield {__version__}",
    )  # fmt: skip
