"""``orefield evidence reconcile``: national figures, reconciled from what a corpus says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orefield.commands.evidence import Reply, open_corpus
from orefield.core.errors import EvidenceError
from orefield.evidence.corpus import Corpus
from orefield.evidence.reconcile import (
    Status,
    findings,
    national_figures,
    national_system,
    observations,
    posterior,
    words,
)
from orefield.evidence.reconcile.national import FLOWS, SHARED, SIGNED
from orefield.evidence.reconcile.words import claim_words, figures
from orefield.evidence.statement import Quantity

if TYPE_CHECKING:
    from orefield.pipeline.reconciled import Totals
    from orefield.study import Study

__all__ = ["reconcile_evidence"]

SEED = 20260101
"""Of the posterior's draws."""

MAX_YEARS = 200
"""More years than this in one reconciliation are taken for a slip of the keyboard."""

_NATIONAL = frozenset({Quantity.PRODUCTION, Quantity.IMPORTS, Quantity.EXPORTS, Quantity.USE})
_SHOWN_LEFT_OUT = 12


def reconcile_evidence(
    target: str | Path,
    *,
    country: str = "",
    commodity: str = "",
    years: str = "",
    bayes: bool = False,
    background: Sequence[str] | None = None,
) -> Reply:
    """Reconcile what a folder or a study says of a country's metal.

    Parameters
    ----------
    target : str or Path
        A folder with ``claims.csv``, or a study. A study's grades and recoveries are assumed as
        it assumes them; a folder's are unknown, and what needs them stays undetermined.
    country, commodity : str
        Entity id, and commodity of the topics; by default the study's, or the pair that the
        corpus says most of.
    years : str
        ``2015-2025``, ``2020,2023`` or ``2024``; by default all that are spoken of.
    bayes : bool
        Sample the posterior within the bounds as well.
    background : sequence of str, optional
        As of :func:`orefield.commands.evidence.open_corpus`.

    Raises
    ------
    EvidenceError
        When there is nothing to reconcile, or a year or country makes no sense.
    OrefieldError
        What is wrong with the folder or the study.
    """
    from orefield.pipeline.reconciled import reconcile_study, totals

    chosen = _years(years)
    corpus, folder = open_corpus(target, background=background)
    study = _study(target) if folder is None else None
    section = None if study is None else study.document.study
    commodity = commodity.casefold()
    if section is not None and (country or section.country, commodity or "") in {
        (section.country, ""), (section.country, section.commodity.casefold()),
    }:  # fmt: skip
        assert study is not None
        made = reconcile_study(study, study.parameters, corpus, chosen or None)
        name, metal = section.country, section.commodity.casefold()
    else:
        name, metal = _whose(corpus, country, commodity)
        spoken = chosen or _spoken(corpus, name, metal)
        made = None
        if spoken:
            national = national_system(name, metal, spoken)
            observed = observations(corpus, national)
            if any(not o.assumed for o in observed.observations):
                made = totals(national, observed)
    own = {s.id for s in corpus.checked}
    if made is None or not own & set(made.claims):
        raise _nothing(corpus, name, metal, chosen)
    data = _data(made, corpus, metal)
    if bayes:
        data["posterior"] = _posterior(made)
    return data, _text(made, data)


def _study(target: str | Path) -> Study:
    from orefield.study import open_study

    return open_study(target)


def _years(text: str) -> tuple[int, ...]:
    """Years out of ``2015-2025``, ``2020,2023``."""
    out: list[int] = []
    for part in (p.strip() for p in text.split(",") if p.strip()):
        found = re.fullmatch(r"(\d{4})(?:\s*[-–]\s*(\d{4}))?", part)
        first = int(found[1]) if found else 0
        last = int(found[2] or found[1]) if found else 0
        if not (found and first <= last and last - first < MAX_YEARS):
            raise EvidenceError(
                f"'{part}' is no year or span of years",
                where="--years",
                fix="write 2015-2025, or 2020,2023",
            )
        out += range(first, last + 1)
    return tuple(sorted(set(out)))


def _whose(corpus: Corpus, country: str, commodity: str) -> tuple[str, str]:
    """The country and metal that are meant: as asked, else those most is said of."""
    if country and country not in corpus.entities:
        raise EvidenceError(
            f"no entity has the id '{country}'",
            where="--country",
            fix=f"resolve its name first: orefield evidence resolve '{country}'",
        )
    said = _said(corpus)
    for (entity, metal), _ in said.most_common():
        if country in ("", entity) and commodity in ("", metal):
            return entity, metal
    return country, commodity


def _said(corpus: Corpus) -> Counter[tuple[str, str]]:
    """How many figures of a corpus speak of which country and metal."""
    return Counter(
        (s.entity, s.topic.commodity)
        for s in corpus.checked
        if s.topic.quantity in _NATIONAL
        and s.topic.commodity
        and s.stated is not None
        and corpus.kind(s.entity) == "country"
    )


def _spoken(corpus: Corpus, country: str, commodity: str) -> tuple[int, ...]:
    """Single years that figures of the corpus itself speak of."""
    return tuple(
        sorted(
            {
                s.first_year
                for s in corpus.checked
                if s.entity == country
                and s.topic.commodity == commodity
                and s.first_year is not None
                and s.last_year in (None, s.first_year)
            }
        )
    )


def _nothing(corpus: Corpus, country: str, commodity: str, years: tuple[int, ...]) -> EvidenceError:
    of = f"{country or 'any country'}, {commodity or 'any metal'}"
    span = f", {years[0]}-{years[-1]}" if years else ""
    said = [f"{entity} ({metal}, {n})" for (entity, metal), n in _said(corpus).most_common(6)]
    return EvidenceError(
        f"nothing to reconcile: no claim gives a dated national flow of {of}{span}",
        where="mine, smelter and refined production, trade, use, by year, with unit and basis",
        fix=f"there are figures of {', '.join(said)}: --country, --commodity" if said
        else "add national figures with a year, a unit and a basis",
    )  # fmt: skip


def _data(made: Totals, corpus: Corpus, commodity: str) -> dict[str, Any]:
    from orefield.pipeline.reconciled import claim_rows, left_out_rows

    result = made.result
    return {
        "country": made.country,
        "commodity": commodity,
        "claims": len(made.claims),
        "values": [_value(f) for f in _told(made)],
        "adjustments": claim_rows(made),
        "blamed": [_blame(b) for b in result.blamed],
        "ties": [_blame(b) for b in result.ties],
        "left_out": [
            {"claim": row["claim"], "reason": row["reason"]}
            for row in left_out_rows(made.observed.left_out)
        ],
        "background": sorted(made.observed.background),
        "before": _test(result.before),
        "after": _test(result.after),
        "findings": [f.as_dict() for f in findings(result, background=made.observed.background)],
        "converged": result.converged,
    }


def _told(made: Totals) -> list[Any]:
    """Figures that the claims determine, of every yearly flow."""
    names = [n for n in (*FLOWS, *SIGNED) if _known(made, n)]
    found = national_figures(made.result, made.national, names)
    return [f for f in found if f.value is not None and f.status is not Status.UNOBSERVABLE]


def _known(made: Totals, name: str) -> bool:
    return f"{name}@{made.national.years[0]}" in made.result.values


def _value(figure: Any) -> dict[str, Any]:
    return {
        "name": figure.name, "year": figure.year, "unit": "t", "value": figure.value,
        "standard_error": figure.standard_error, "status": str(figure.status),
        "claims": list(figure.claims), "adjustment_sigmas": figure.adjustment_sigmas,
        "blamed": list(figure.blamed),
    }  # fmt: skip


def _blame(blame: Any) -> dict[str, Any]:
    return {
        "claims": list(blame.ids), "errors": blame.errors, "surely": blame.surely,
        "p_value": blame.p_value, "statistic": blame.statistic,
    }  # fmt: skip


def _test(test: Any) -> dict[str, Any]:
    return {"chi2": test.chi2, "dof": test.dof, "p_value": test.p_value}


def _posterior(made: Totals) -> list[dict[str, Any]]:
    """Posterior of every determined flow, part by part, claims that were blamed left out."""
    from orefield.pipeline.parts import parts_of

    blamed = {i for b in made.result.blamed for i in b.ids}
    kept = [o for o in made.result.system.observations if o.id not in blamed]
    shared = {n for n in SHARED if n in made.result.system.index}
    told = {f"{f.name}@{f.year}" for f in _told(made)}
    out = []
    for part in parts_of(made.result.system.with_observations(kept), shared):
        drawn = posterior(part, seed=SEED)
        for name in drawn.names:
            if name in told:
                out.append(
                    {
                        "name": name, "mean": drawn.mean(name),
                        "standard_deviation": drawn.standard_deviation(name),
                        "p05": drawn.quantile(name, 0.05), "p50": drawn.quantile(name, 0.5),
                        "p95": drawn.quantile(name, 0.95), "ess": drawn.ess[name],
                        "r_hat": drawn.r_hat[name],
                    }
                )  # fmt: skip
    return out


def _basis(made: Totals, value: dict[str, Any]) -> str:
    said = len(value["claims"])
    if said:
        return "1 claim" if said == 1 else f"{said} claims"
    assumed = f"assumed:{value['name']}@{value['year']}" in made.result.adjustments
    return "rests on an assumption" if assumed else "implied by the identities"


def _text(made: Totals, data: dict[str, Any]) -> str:
    """The first line of a reconciliation, blame and ties, then values year by year."""
    result = made.result
    lines = [f"{data['country']}, {data['commodity']}: {words(result).splitlines()[0]}"]
    for b in result.blamed:
        lines.append(f"blamed, {b.surely:.0%} sure (chance by accident {b.p_value:.2g}):")
        lines += [f"  {claim_words(result, i)}" for i in b.ids]
    for b in result.ties:
        lines.append(f"tie, no telling which is wrong (chance by accident {b.p_value:.2g}):")
        lines += [f"  {claim_words(result, i)}" for i in b.ids]
    before = ""
    for v in data["values"]:
        if v["name"] != before:
            lines += ["", f"{v['name'].removesuffix('_t').replace('_', ' ')}, t"]
            before = v["name"]
        moved = v["adjustment_sigmas"]
        note = _basis(made, v)
        if moved is not None and abs(moved) >= 0.05:
            note += f", the farthest {abs(moved):.1f} sigma away"
        if v["blamed"]:
            note += f", without {', '.join(v['blamed'])}"
        lines.append(f"  {v['year']}  {figures(v['value'], v['standard_error']):>26}  {note}")
    if "posterior" in data:
        lines += ["", "posterior within the bounds: mean, 5 % to 95 %"]
        lines += [
            f"  {p['name']:<36} {p['mean']:>14,.0f}  {p['p05']:,.0f} to {p['p95']:,.0f}"
            for p in data["posterior"]
        ]
    why = Counter(re.sub(r"\d{4}", "YEAR", row["reason"]) for row in data["left_out"])
    if why:
        lines += ["", f"left out: {sum(why.values())} claims"]
        shown = why.most_common(_SHOWN_LEFT_OUT)
        lines += [f"  {n:>4}  {reason}" for reason, n in shown]
        if len(why) > len(shown):
            lines.append(f"        and {len(why) - len(shown)} more reasons; --json prints all")
    return "\n".join(lines)
