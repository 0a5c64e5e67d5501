"""Sections of the report, in order: each gathers what its template shows, or nothing."""

from orefield.report.sections.order import SECTIONS
from orefield.report.sections.page import Page, Section

__all__ = ["SECTIONS", "Page", "Section"]
