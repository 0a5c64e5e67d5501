"""Rules: deterministic checks of a corpus, each small, named, and ignorant of any one claim."""

from orefield.evidence.rules.registry import Checked, all_rules, check
from orefield.evidence.rules.rule import Rule

__all__ = ["Checked", "Rule", "all_rules", "check"]
