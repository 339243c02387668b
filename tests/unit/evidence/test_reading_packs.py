"""Malformed packs: every mistake at once, each with its place; a missing scope is never guessed."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from gigawatt.evidence import ClaimPack
from gigawatt.evidence.units import units
from gigawatt.kernel.errors import InputError
from gigawatt.scenario.claims import pack_names, read_pack
from gigawatt.scenario.schema import json_schema

REST = "said: 2025-01-01, said_by: Z, confidence: reported, words: {en: x}"
SAID = f"actor: X, subject: Y, {REST}, source"
AT = f"period: 2025, {SAID}: s"
BAD = f"""\
name: bad
as_of: 2025-01-01
sources: {{s: {{title: a paper, tier: press}}}}
claims:
  - {{id: A, instrument: GPUs, period: 2025-13, quantity: 5 parsecs, scope: {{stage: energised}}, {SAID}: t}}
  - {{id: A, instrument: power, quantity: 5 MW, {AT}}}
  - {{id: B, instrument: p, quantity: 5 MW, scope: {{stage: energized, levle: it}}, disputes: [Q], {AT}}}
  - {{id: C, instrument: GPUs, quantity: 5, scope: {{stage: closed, count: gpu}}, {AT}}}
  - {{id: D, instrument: GPUs, quantity: 5 racks, scope: {{stage: installed, count: gpu}}, {AT}}}
  - {{id: E, instrument: fund, quantity: 5 bn USD, scope: {{stage: closed}}, {AT}}}
bounds:
  - {{id: F, subject: Y, kind: power, quantity: 5 MW, from: 2025-01-01, source: s}}
"""


def problems(tmp_path: Path, text: str) -> dict[tuple[int, str], str]:
    file = tmp_path / "bad.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_pack(str(file))
    for problem in told.value.problems:
        assert problem.file == str(file)
        assert problem.line > 0
        assert problem.column > 0
        assert problem.remedy
    return {(p.line, p.path): f"{p.code} {p.message} {p.remedy}" for p in told.value.problems}


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    told = problems(tmp_path, BAD)
    assert set(told) == {
        (5, "claims.0.period"), (5, "claims.0.quantity"), (5, "claims.0.source"), (6, "claims.1.id"),
        (6, "claims.1"), (7, "claims.2.scope.stage"), (7, "claims.2.scope.levle"),
        (7, "claims.2.disputes.0"), (8, "claims.3.quantity"), (9, "claims.4.scope"), (10, "claims.5.scope"),
        (12, "bounds.0"),
    }  # fmt: skip
    assert "level or stage; it is never guessed" in told[6, "claims.1"]
    assert "capital or extent" in told[10, "claims.5.scope"]
    assert "parsecs" in told[5, "claims.0.quantity"]
    assert "count: rack" in told[9, "claims.4.scope"]
    assert "5 has no unit" in told[8, "claims.3.quantity"]
    assert "energised" in told[7, "claims.2.scope.stage"]


@pytest.mark.parametrize("quantity", ["-5 MW", "nan MW", "1e999 MW", "5,00 MW", "MW", "", "5 mw", "9" * 200])
def test_numbers_that_are_none_are_refused(tmp_path: Path, quantity: str) -> None:
    text = BAD.split("  - {id: A", maxsplit=1)[0] + (
        f'  - {{id: A, instrument: p, quantity: "{quantity}", '
        f"scope: {{level: it, stage: energised}}, {AT}}}\n"
    )
    assert (5, "claims.0.quantity") in problems(tmp_path, text)


def test_a_claim_says_a_number_or_words(tmp_path: Path) -> None:
    head = BAD.split("  - {id: A", maxsplit=1)[0]
    both = f"{{id: A, instrument: p, scope: {{stage: actual}}, {AT}}}"
    assert "needs either" in problems(tmp_path, f"{head}  - {both}\n")[5, "claims.0"]


def test_a_pack_that_is_not_there_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match="write 'articles'"):
        read_pack("artikles")
    with pytest.raises(InputError, match="GW201"):
        read_pack("nowhere/claims.yaml")


@pytest.mark.parametrize("name", pack_names())
def test_the_schema_takes_what_the_reader_takes(name: str) -> None:
    schema = json_schema(ClaimPack)
    jsonschema.Draft202012Validator.check_schema(schema)
    beside = {c.id: "articles" for c in read_pack("articles").scenario.claims} if name == "outside" else {}
    loaded = read_pack(name, beside=beside)
    yaml = YAML(typ="safe")
    yaml.constructor.yaml_constructors = dict(yaml.constructor.yaml_constructors)
    yaml.constructor.yaml_constructors["tag:yaml.org,2002:timestamp"] = lambda c, n: c.construct_scalar(n)
    jsonschema.validate(yaml.load(loaded.text), schema)


@pytest.mark.parametrize("name", pack_names())
def test_every_claim_is_told_in_arabic_too_and_every_source_is_used(name: str) -> None:
    pack = read_pack(name).scenario
    used = {c.source for c in pack.claims} | {b.source for b in pack.bounds}
    assert all(any("\u0600" <= letter <= "\u06ff" for letter in c.words.ar) for c in pack.claims)
    assert set(pack.sources) - used <= {"semianalysis", "tva", "timeline", "chamber"}


def test_each_article_claim_keeps_its_articles_number() -> None:
    for claim in read_pack("articles").scenario.claims:
        assert claim.article in {"000", "001", "002", "003", "004"}
        assert claim.id.startswith("F")


def test_units_are_known_once() -> None:
    assert len(units()) == len(set(units()))


def test_the_example_of_the_guide_is_audited_as_it_says(tmp_path: Path) -> None:
    from gigawatt.study.auditing import audit_pack

    guide = (Path(__file__).parents[3] / "docs" / "how-to" / "audit-claims.md").read_text(encoding="utf-8")
    block = guide.split("# yaml-language-server", 1)[1].split("\n3.", 1)[0]
    file = tmp_path / "claims.yaml"
    file.write_text("#" + "\n".join(line[7:] for line in block.splitlines()), encoding="utf-8")
    verdict = audit_pack(str(file)).result.of("gigawatt")
    assert (verdict.verdict, verdict.binding, verdict.ratio) == ("overstated", "permitted", 3.0)
