"""Racks, nodes, superchips, H100-equivalents and GPUs of one key, compared in one unit."""

from __future__ import annotations

from typing import Any

import pytest

from gigawatt.evidence import Audit, Bound, Claim, Scope, Source, audit, counting
from gigawatt.kernel.errors import InputError
from gigawatt.scenario.claims import read_pack

SOURCES = {"press": Source(title="a paper", tier="press"), "record": Source(title="a filing", tier="record")}


def claim(name: str, quantity: str, count: str, chip: str | None = None, **fields: Any) -> Claim:
    base: dict[str, Any] = {
        "actor": "Operator", "subject": "Site", "instrument": "GPUs", "period": "2025-03",
        "scope": {"count": count, "stage": "energised", "chip": chip},
        "said": "2025-04-01", "said_by": name, "source": "press", "confidence": "reported",
        "words": {"en": "as told"}, "quantity": quantity,
    }  # fmt: skip
    return Claim(id=name, **(base | fields))


def audited(*claims: Claim) -> Audit:
    return audit(claims, sources=SOURCES)


def kinds(*claims: Claim) -> set[str]:
    return {c.kind for c in audited(*claims).conflicts}


@pytest.mark.parametrize(
    ("quantity", "count", "chip", "gpus"),
    [
        ("1,000 racks", "rack", "gb200", "72,000 GPUs"),
        ("1,000 racks", "rack", "h100", "64,000 GPUs"),
        ("1,000 superchips", "superchip", "gb200", "2,000 GPUs"),
        ("1,000 nodes", "node", "b200", "8,000 GPUs"),
        ("1,000 nodes", "node", "gb200", "4,000 GPUs"),
        ("100,000 H100e", "h100e", "gb200", "39,580 GPUs"),  # 5,000 / 1,978.9 = 2.5267 in 8 bits
    ],
)
def test_one_amount_in_two_counts_is_no_conflict(quantity: str, count: str, chip: str, gpus: str) -> None:
    same, half = (
        claim("b", gpus, "gpu"),
        claim("b", f"{float(gpus.split(maxsplit=1)[0].replace(',', '')) / 3:.0f} GPUs", "gpu"),
    )
    assert kinds(claim("a", quantity, count, chip), same) == set()
    assert kinds(claim("a", quantity, count, chip), half) == {"same_key_different_value"}


def test_the_conversion_is_told_as_a_step() -> None:
    record = claim("b", "72,000 GPUs", "gpu", source="record")
    verdict = audited(claim("a", "1,000 racks", "rack", "gb200"), record).of("a")
    assert (verdict.verdict, verdict.binding, verdict.ratio) == ("supported", "b", 1.0)
    assert "72 GPUs a rack (gb200-nvl72): 72,000 GPUs beside 72,000 GPUs" in verdict.steps[0]
    wrong = audited(claim("a", "3,000 racks", "rack", "gb200"), record).of("a")
    assert (wrong.verdict, wrong.ratio) == ("contradicted", 3.0)
    assert "3 times as much is claimed" in wrong.steps[0]


def test_a_system_that_is_not_said_is_never_guessed() -> None:
    """With 72 GPUs a rack the two agree, with 64 they do not: told, and no verdict hangs on a guess."""
    racks, record = claim("a", "1,000 racks", "rack"), claim("b", "72,000 GPUs", "gpu", source="record")
    done = audited(racks, record)
    assert [c.kind for c in done.conflicts] == ["count_not_said"]
    assert "72 GPUs a rack" in done.conflicts[0].explanation
    assert "not at 64 GPUs a rack" in done.conflicts[0].explanation
    assert done.of("a").verdict == "plausible"
    assert kinds(racks, claim("b", "300,000 GPUs", "gpu")) == {"same_key_different_value"}
    told = audited(racks, claim("b", "300,000 GPUs", "gpu")).conflicts[0].explanation
    assert "64 GPUs a rack" in told
    assert "72 GPUs a rack" in told


def test_a_rack_told_as_a_gpu_is_a_factor_of_72() -> None:
    told = kinds(claim("a", "1,000 racks", "rack", "gb200"), claim("b", "1,000 GPUs", "gpu"))
    assert told == {"same_key_different_value", "factor_of_72", "scope_mixed"}
    assert "factor_of_72" in kinds(claim("a", "1,000 racks", "rack"), claim("b", "1,000 GPUs", "gpu"))


def test_a_mixed_fleet_beside_h100_equivalents_is_no_conflict() -> None:
    """150,000 H100, 50,000 H200 and 30,000 GB200 are 275,796 H100-equivalents (Epoch AI, Colossus 1)."""
    power = claim("a", "275,796 H100e", "h100e")
    assert kinds(power, claim("b", "230,000 GPUs", "gpu")) == {"count_not_said"}
    assert kinds(power, claim("b", "230,000 GPUs", "gpu", "gb200")) == {"same_key_different_value"}
    assert kinds(power, claim("b", "10,000 GPUs", "gpu")) == {"same_key_different_value"}


def test_two_chips_are_two_things_and_some_counts_do_not_convert() -> None:
    assert kinds(claim("a", "1,000 racks", "rack", "gb200"), claim("b", "9,000 GPUs", "gpu", "h100")) == set()
    assert kinds(claim("a", "9,000 superchips", "superchip", "h100"), claim("b", "9 GPUs", "gpu")) == set()
    assert counting.holdings("superchip", "h100") == ()


def test_bounds_are_recounted_too() -> None:
    def bound(count: str, chip: str | None, most: float) -> Bound:
        scope = Scope(count=count, stage="energised", chip=chip)
        first = claim("a", "1 GPUs", "gpu").said
        return Bound(
            "x", "Site", "rack", most, most, most, "chips", scope, first.replace(year=2024), None, "s"
        )

    over = claim("a", "100,000 GPUs", "gpu")
    assert audit([over], [bound("rack", "gb200", 1000.0)]).of("a").ratio == pytest.approx(100 / 72)
    unsaid = audit([over], [bound("rack", None, 1600.0)]).of("a")
    assert unsaid.verdict == "plausible"  # 102,400 to 115,200 GPUs
    assert any("64 GPUs a rack" in step and "72 GPUs a rack" in step for step in unsaid.steps)
    equal = audit([over], [bound("h100e", "gb200", 126_335.0)]).of("a")
    assert equal.ratio == pytest.approx(2.0, rel=1e-3)


def test_an_unknown_chip_is_refused_with_its_neighbour(tmp_path: Any) -> None:
    pack = tmp_path / "p.yaml"
    pack.write_text(
        "name: p\nas_of: 2025-06-30\nsources: {s: {title: t, tier: press}}\nclaims:\n"
        "  - {id: a, actor: A, subject: S, instrument: GPUs, period: 2025, quantity: 5 nodes,\n"
        "     said: 2025-01-01, scope: {count: node, stage: installed, chip: gb20}, said_by: A,\n"
        "     source: s, confidence: reported, words: {en: x}}\n"
    )
    with pytest.raises(InputError) as told:
        read_pack(str(pack))
    problem = told.value.problems[0]
    assert (problem.line, problem.path) == (6, "claims.0.scope.chip")
    assert "gb200" in problem.remedy
