"""The audit beside lists that were drawn up by hand, from the measured data beside the repository.

``validation/finance/audit_cases.json``: four public claims and what independent evidence says;
``facts/article_contradictions.csv``: what a careful reader of the five articles found;
``facts/articles.csv``: the statements themselves, whose numbers the pack must keep.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from gigawatt.evidence.units import parse
from gigawatt.scenario.claims import read_pack
from gigawatt.study.auditing import audit_pack
from gigawatt.validation.audit import jpm, locsic, meta, rows

pytestmark = pytest.mark.shared
SCALE = {"million USD": 1e6, "billion USD": 1e9, "trillion USD": 1e12, "billion USD/month": 1e9}


def test_every_case_is_known_and_gets_its_verdict(shared: Path) -> None:
    cases = json.loads((shared / "validation/finance/audit_cases.json").read_text(encoding="utf-8"))
    articles = audit_pack("articles").result
    verdicts = {
        "locsic_unit_error": (locsic().of("rate").verdict, "contradicted"),
        "tesla_85k_h100": (articles.of("F088").verdict, "contradicted"),
        "meta_29_vs_27": (meta().of("headline").verdict, "supported"),
        "jpm_abilene": (jpm().of("headline").verdict, "plausible"),
    }
    assert {case["id"] for case in cases} == set(verdicts)
    assert {name for name, (told, wanted) in verdicts.items() if told != wanted} == set()
    ratios = {case["id"]: case["ratio"] for case in cases if "ratio" in case}
    assert locsic().of("rate").ratio == pytest.approx(ratios["locsic_unit_error"])


def test_conflicts_are_one_for_each_kind_that_the_reader_found(shared: Path) -> None:
    with (shared / "facts/article_contradictions.csv").open(encoding="utf-8", newline="") as stream:
        listed = Counter(row["type"] for row in csv.DictReader(stream))
    kinds = {c.kind for c in audit_pack("articles", ["outside"]).result.conflicts}
    by_type = {
        "hard contradiction": {"same_key_different_value", "plan_told_as_fact"},
        "scope error": {"scope_mixed"},
        "actor error": {"actor_drift"},
        "time-dependent": {"time_dependent"},
        "homonym risk": {"homonym_risk"},
        "actor/scope drift": {"actor_drift"},
        "superseded plan": {"superseded_plan"},
        "evolution": {"changes_over_time"},
        "selective evidence": {"evidence_left_out"},
        "not comparable": {"not_comparable"},
        "derived check": set(),
        "claim vs ledger": {"claim_vs_record", "usd_per_gpu"},
        "outside evidence": {"same_key_different_value"},
        "status/instrument": {"plan_told_as_fact"},
        "aged forecast": {"aged_forecast"},
    }
    assert set(listed) == set(by_type)
    assert set().union(*by_type.values()) <= kinds


def test_the_packs_numbers_are_the_articles(shared: Path) -> None:
    with (shared / "facts/articles.csv").open(encoding="utf-8", newline="") as stream:
        facts = {row["id"]: row for row in csv.DictReader(stream)}
    compared = 0
    for claim in read_pack("articles").scenario.claims:
        fact = facts[claim.id[:4]]
        assert claim.article == fact["article"]
        scale = SCALE.get(fact["unit"])
        if claim.quantity is not None and scale is not None:
            numbers = [float(n.lstrip("<>~")) * scale for n in fact["numbers"].split(";")]
            assert any(parse(claim.quantity).value == pytest.approx(n) for n in numbers), claim.id
            compared += 1
    assert compared > 20


def test_every_validation_row_holds(shared: Path) -> None:
    found = rows(shared)
    assert len(found) >= 10
    assert [row.quantity for row in found if not row.holds] == []
