"""The audit beside what careful readers found: ratios of public claims, and how many cases got their verdict.

The arithmetic rows are ratios that outsiders printed; the rows of verdicts count a case as 1 where the audit
reaches the verdict that the published evidence asks for. The naive baseline takes each statement as it is:
a ratio of 1, and no case found.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gigawatt.evidence import Audit, Claim, Source, audit
from gigawatt.evidence.conflict import Known
from gigawatt.evidence.rules.ledger import growths
from gigawatt.evidence.rules.ratios import derived
from gigawatt.study.auditing import PackAudit, audit_pack
from gigawatt.validation.rows import ValidationRow

SOURCES = {
    "record": Source(title="a filing", tier="record"),
    "press": Source(title="a paper", tier="press"),
    "secondary": Source(title="a repeat", tier="secondary"),
}
CASES = "../shared/validation/finance/audit_cases.json"


def claim(name: str, quantity: str, scope: dict[str, str], **fields: Any) -> Claim:
    """Write a claim of one of the cases."""
    base: dict[str, Any] = {
        "actor": "Actor", "subject": "Subject", "instrument": "money", "period": "2025", "said": "2025-06-01",
        "said_by": name, "source": "press", "confidence": "reported", "words": {"en": quantity},
    }  # fmt: skip
    return Claim(id=name, quantity=quantity, scope=scope, **(base | fields))


def locsic() -> Audit:
    """12.5 bn USD a month and over 400 bn in all, beside the S-1's 1.25, 36 months and 45."""
    rent = {"capital": "revenue", "extent": "whole", "stage": "contracted"}
    term = {"stage": "contracted"}
    return audit(
        [
            claim("rate", "12.5 bn USD/month", rent, source="secondary"),
            claim("total", "400 bn USD", rent, source="secondary", qualifier="more_than"),
            claim("s1 rate", "1.25 bn USD/month", rent, source="record"),
            claim("s1 term", "36 months", term, source="record"),
            claim("s1 total", "45 bn USD", rent, source="record", qualifier="about"),
        ],
        sources=SOURCES,
    )


def meta() -> Audit:
    """29 bn at the mandate, beside 27.3 + 2.45 + 1.16 at the close."""
    whole = {"capital": "total", "extent": "whole", "stage": "closed"}
    part = whole | {"extent": "part"}
    parts = [("debt", "27.3 bn USD"), ("equity", "2.45 bn USD"), ("total", "1.16 bn USD")]
    return audit(
        [
            claim("headline", "29 bn USD", whole | {"stage": "announced"}, said="2025-08-01"),
            claim("close", "30.91 bn USD", whole, source="record", said="2025-10-30"),
            *(
                claim(
                    f"part {n}",
                    text,
                    part | {"capital": side},
                    source="record",
                    part_of="close",
                )
                for n, (side, text) in enumerate(parts)
            ),
        ],
        sources=SOURCES,
    )


def jpm() -> Audit:
    """9.6 bn of loans, beside 2.3 + 7.1."""
    debt = {"capital": "debt", "extent": "whole", "stage": "closed"}
    part = debt | {"extent": "part"}
    return audit(
        [
            claim("headline", "9.6 bn USD", debt, source="secondary"),
            claim("phase 1", "2.3 bn USD", part, part_of="headline"),
            claim("phase 2", "7.1 bn USD", part, part_of="headline"),
        ],
        sources=SOURCES,
    )


def rows(shared: Path | None) -> list[ValidationRow]:  # noqa: ARG001 - one signature for all models
    """Return the audit's rows; they need no measured data beside the repository."""
    articles = audit_pack("articles", ["outside"])
    colossus = audit_pack("colossus", run_model=False)
    return [*_ratios(articles, colossus), *_verdicts(articles, colossus)]


def _ratios(articles: PackAudit, colossus: PackAudit) -> list[ValidationRow]:
    known = Known(articles.claims, articles.sources)
    ratios = {r.ids: r.value for r in derived(known)}
    grown = {g.claim.id: g.after / g.before for g in growths(known)}
    leased = {r.ids: r.value for r in derived(Known(colossus.claims, colossus.sources))}
    found = (
        ("USD per diverted H100, USD/GPU", 41_667.0, ratios["F092", "F094"], 1.0, "CNBC via DCD"),
        ("USD per added H100, USD/GPU", 200e3, ratios["F089", "F088", "F088a"], 1.0, CASES),
        ("xAI's capital, after over before, x", 1.9, grown["F146"], 1.0, "C4"),
        ("data centres' energy, 2026 over 2022, x", 2.17, grown["F085"], 1.0, "IEA, Electricity 2024"),
        ("monthly rent as printed over filed, x", 10.0, colossus.result.of("L5").ratio or 0.0, 1.0, CASES),
        ("rent of Colossus 1, USD/GPU-month", 5_700.0, leased["L1", "L4"] * 730.0, 1.0, "S-1, via krasa.ai"),
        ("Meta's headline over its close, x", 29 / 30.91, meta().of("headline").ratio or 0.0, 1.0, CASES),
        ("gigawatt said over seen, x", 1000 / 323, colossus.result.of("M5").ratio or 0.0, 1.0, "Epoch AI"),
    )  # fmt: skip
    return [
        ValidationRow("audit", "ratios of claims", quantity, published, modelled, 0.02, relative=True,
                      source=source, baseline=baseline)
        for quantity, published, modelled, baseline, source in found
    ]  # fmt: skip


def _verdicts(articles: PackAudit, colossus: PackAudit) -> list[ValidationRow]:
    rent, headline, loans = locsic(), meta(), jpm()
    told = {**{v.id: v.verdict for v in articles.result.verdicts}, "M5": colossus.result.of("M5").verdict}
    cases = (
        ("a tenfold rent is contradicted", rent.of("rate").verdict == "contradicted", CASES),
        ("and its factor of ten is found", _has(rent, "factor_of_ten", "rate", "s1 rate"), CASES),
        ("and rate times term is checked", _has(rent, "rate_times_term", "rate", "s1 total"), CASES),
        (
            "85,000 H100: contradicted by bookings",
            told["F088"] == "contradicted",
            CASES,
        ),
        ("10 bn USD: contradicted by bookings", told["F089"] == "contradicted", CASES),
        ("29 bn USD: superseded at the close", _has(headline, "superseded_plan", "headline", "close"), CASES),
        ("9.6 bn USD: parts are 2 % off", _has(loans, "sums_do_not_add", "headline"), CASES),
        ("9.6 bn USD: yet plausible", loans.of("headline").verdict == "plausible", CASES),
        ("a million GPUs: contradicted", told["F036"] == "contradicted", "C1"),
        (
            "a first gigawatt: premature",
            told["M5"] == "premature",
            "Epoch AI",
        ),
        ("fourth quarter: contradicted", told["F114"] == "contradicted", "C15"),
        ("the state's abatement: contradicted", told["F017t"] == "contradicted", "C14"),
    )
    return [
        ValidationRow("audit", "verdicts of known cases", f"{what}, 1 where so", 1.0, float(reached), 0.0,
                      relative=False, source=source, baseline=0.0)
        for what, reached, source in cases
    ]  # fmt: skip


def _has(result: Audit, kind: str, *ids: str) -> bool:
    return any(c.kind == kind and set(ids) <= set(c.ids) for c in result.conflicts)
