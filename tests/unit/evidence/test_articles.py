"""The conflicts that a careful reader found are found by rule; the consistent pairs raise no alarm."""

from __future__ import annotations

import pytest

from gigawatt.evidence import Audit
from gigawatt.study.auditing import audit_pack

ALARMS = {
    "same_key_different_value", "stages_out_of_order", "scope_mixed", "sums_do_not_add", "rate_times_term",
    "growth_does_not_fit", "usd_per_gpu", "kw_per_gpu", "usd_per_mw", "usd_per_gpu_h", "factor_of_ten",
    "factor_of_72", "plan_told_as_fact",
}  # fmt: skip


@pytest.fixture(scope="module")
def articles() -> Audit:
    return audit_pack("articles").result


@pytest.fixture(scope="module")
def with_outside() -> Audit:
    return audit_pack("articles", ["outside"]).result


def found(audit: Audit, kind: str, *ids: str) -> bool:
    return any(c.kind == kind and set(ids) <= set(c.ids) for c in audit.conflicts)


@pytest.mark.parametrize(
    ("name", "kind", "ids"),
    [
        ("C1", "plan_told_as_fact", ("F036", "F075")),
        ("C1", "same_key_different_value", ("F036", "F076")),
        ("C2", "scope_mixed", ("F026", "F067")),
        ("C3", "actor_drift", ("F029", "F072")),
        ("C4", "time_dependent", ("F034", "F145", "F128")),
        ("C5", "homonym_risk", ("F089", "F035", "F145")),
        ("C6", "homonym_risk", ("F044", "F068", "F078")),
        ("C7", "actor_drift", ("F002", "F078p")),
        ("C8", "superseded_plan", ("F122", "F001s")),
        ("C9", "changes_over_time", ("F124", "F037")),
        ("C10", "evidence_left_out", ("F013", "F014", "F038")),
        ("C11", "not_comparable", ("F020", "F060")),
        ("C13", "claim_vs_record", ("F088", "F096")),
        ("C13", "claim_vs_record", ("F089", "F097")),
        ("C13", "usd_per_gpu", ("F089", "F088", "F088a")),
    ],
)
def test_the_articles_conflicts_are_found(
    articles: Audit, name: str, kind: str, ids: tuple[str, ...]
) -> None:
    assert found(articles, kind, *ids), name


def test_the_derived_check_of_the_diversion_holds_and_is_no_alarm(articles: Audit) -> None:
    """C12: 500 million over 12,000 is 41,667 USD a chip, within what has been seen."""
    assert articles.of("F092").verdict == "plausible"
    assert any("41,670 USD/GPU: within" in step for step in articles.of("F092").steps)
    assert not [c for c in articles.conflicts if c.kind in ALARMS and {"F092", "F094"} & set(c.ids)]


def test_almost_double_is_consistent_and_no_alarm(articles: Audit) -> None:
    assert articles.of("F146").verdict == "plausible"
    assert any("= 1.909: consistent" in step for step in articles.of("F146").steps)
    money = {"F034", "F035", "F125", "F128", "F145", "F146"}
    assert not [c for c in articles.conflicts if c.kind in ALARMS and money & set(c.ids)]


@pytest.mark.parametrize(
    ("name", "kind", "ids"),
    [
        ("C14", "same_key_different_value", ("F017t", "O14t")),
        ("C14", "same_key_different_value", ("F019p", "O14p")),
        ("C15", "same_key_different_value", ("F114", "O15")),
        ("C16", "plan_told_as_fact", ("F128", "O16")),
        ("C17", "aged_forecast", ("F084", "O17c")),
    ],
)
def test_outside_evidence_brings_its_conflicts(
    articles: Audit, with_outside: Audit, name: str, kind: str, ids: tuple[str, ...]
) -> None:
    assert found(with_outside, kind, *ids), name
    assert not found(articles, kind, *ids), name


def test_verdicts_of_the_articles(articles: Audit, with_outside: Audit) -> None:
    assert articles.of("F036").verdict == "overstated"
    assert articles.of("F036").binding == "B1"
    assert articles.of("F036").ratio == pytest.approx(1e6 / (572e3 / 1.8))
    assert articles.of("F088").verdict == articles.of("F089").verdict == "contradicted"
    assert with_outside.of("F036").verdict == "contradicted"
    assert with_outside.of("F114").verdict == "contradicted"
    assert with_outside.of("F076").verdict == "supported"
    assert any("2.174: consistent with F085" in s for s in with_outside.of("F085").steps)


def test_a_shell_of_the_same_number_is_not_the_same_claim(articles: Audit) -> None:
    """Three 'ten billions' stay apart: no rule compares them."""
    tens = {"F035", "F089", "F145"}
    for conflict in articles.conflicts:
        if len(tens & set(conflict.ids)) > 1:
            assert conflict.kind in {"homonym_risk", "time_dependent"}


def test_no_word_of_motives(with_outside: Audit) -> None:
    text = " ".join(
        [c.explanation for c in with_outside.conflicts] + [s for v in with_outside.verdicts for s in v.steps]
    ).casefold()
    for word in ("lie", "lied", "deceiv", "mislead", "false", "fraud", "pretend", "hide"):
        assert word not in text.replace("believe", "").split()


def test_colossus_gets_its_verdicts() -> None:
    result = audit_pack("colossus").result
    assert {v.id: v.verdict for v in result.verdicts if v.id[0] in "ML"} == {
        "M1": "supported", "M2": "supported", "M3": "contradicted", "M4": "supported", "M5": "premature",
        "M6": "supported", "M7": "plausible", "L1": "plausible", "L2": "unverifiable", "L3": "plausible",
        "L4": "plausible", "L5": "contradicted",
    }  # fmt: skip
    assert result.of("L5").ratio == pytest.approx(10.0)
    assert any(s.startswith("later: E6") for s in result.of("M5").steps)
