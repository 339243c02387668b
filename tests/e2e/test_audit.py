"""The audit through the installed command, and its report in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import report_page
from command import here as gigawatt
from command import installed

from gigawatt.evidence.verdict import WORST_FIRST
from gigawatt.report.audit import render, write_audit
from gigawatt.study.auditing import PackAudit, audit_pack

HOSTILE = """\
name: hostile
title: "<script>document.title='broken'</script> & <b>title</b>"
as_of: 2025-12-31
sources: {s: {title: "</style><img src=x onerror=alert(1)>", tier: press}}
claims:
  - id: A
    actor: X
    subject: Y
    instrument: GPUs
    period: 2025-03
    quantity: 100,000 GPUs
    scope: {count: gpu, stage: energised}
    said: 2025-04-01
    said_by: Z
    source: s
    confidence: reported
    words: {en: "</td></table><script>alert(2)</script>", ar: "نص <script>alert(3)</script> عربي &amp; 5 GW"}
    settles: "<a href='javascript:alert(4)'>here</a>"
"""


def test_the_json_has_the_contracts_keys() -> None:
    done = installed("audit", "articles", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told) == {"claims", "conflicts"}
    assert {frozenset(c) for c in told["claims"]} == {
        frozenset({"id", "verdict", "binding", "ratio", "steps", "settles"})
    }
    assert {frozenset(c) for c in told["conflicts"]} == {frozenset({"ids", "kind", "explanation"})}
    assert done.stdout == gigawatt("audit", "articles", "--json").stdout


def test_mistakes_are_told_with_their_places_and_exit_code(tmp_path: Path) -> None:
    file = tmp_path / "claims.yaml"
    file.write_text(HOSTILE.replace("scope: {count: gpu, stage: energised}", "scope: {count: gpu}"))
    done = gigawatt("audit", file, "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{file}:12:12" in done.stderr
    assert "Traceback" not in done.stderr
    assert gigawatt("audit").returncode == 1


def test_the_schema_is_printed() -> None:
    done = gigawatt("audit", "--schema")
    assert json.loads(done.stdout)["properties"]["claims"]["minItems"] == 1


def test_import_then_audit(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text(
        "Data center,Date,IT power (MW),Power (MW),H100 equivalents\nOne,2025-06-01,100,130,50000\n"
    )
    done = gigawatt("import", "epoch", table, "--site", "One", "--out", tmp_path / "one")
    assert done.returncode == 0, done.stderr
    assert gigawatt("check", tmp_path / "one" / "scenario.yaml").returncode == 0
    assert gigawatt("audit", tmp_path / "one" / "claims.yaml", "--json").returncode == 0
    again = gigawatt("import", "epoch", table, "--site", "One", "--out", tmp_path / "one")
    assert (again.returncode, "GW502" in again.stderr) == (1, True)


@pytest.fixture(scope="module")
def done() -> PackAudit:
    return audit_pack("articles", ["outside"])


@pytest.fixture(scope="module")
def report(done: PackAudit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audit") / "audit.html"
    write_audit(done, path)
    return path


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with report_page.browser() as driver:
        yield driver


def page_of(chromium: Any, path: Path, **options: Any) -> tuple[Any, list[str], list[str]]:
    page = chromium.new_context(service_workers="block", **options).new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.goto(path.as_uri())
    return page, said, asked


def test_the_same_audit_gives_the_same_bytes_and_a_small_file(done: PackAudit, report: Path) -> None:
    assert render(done) == report.read_text(encoding="utf-8")
    assert report.stat().st_size < 2_500_000
    assert not list(report.parent.glob("*.partial"))


@pytest.mark.browser
def test_every_claim_stands_in_the_table_and_nothing_is_asked_of_a_network(
    chromium: Any, report: Path, done: PackAudit
) -> None:
    page, said, asked = page_of(chromium, report)
    assert page.locator("#claims tr.claim").count() == len(done.claims)
    assert page.locator("#conflicts tbody tr").count() == len(done.result.conflicts)
    assert page.locator("#claims thead th").all_inner_texts() == [
        "Claim", "Who", "When said, about when", "Bound or evidence", "Ratio", "Verdict",
        "What would settle it",
    ]  # fmt: skip
    assert said == []
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}


@pytest.mark.browser
def test_a_row_opens_to_arithmetic_and_sources_by_keyboard(chromium: Any, report: Path) -> None:
    page, _, _ = page_of(chromium, report)
    details = page.locator("#claim-F036 + tr details")
    assert not details.locator("li").first.is_visible()
    details.locator("summary").focus()
    page.keyboard.press("Enter")
    told = details.inner_text()
    assert "572 MW" in told
    assert "1,000,000 GPUs (energised) / 317,800 GPUs = 3.147" in told
    assert "SELC" in told
    assert "article 001" in told


@pytest.mark.browser
def test_arabic_runs_right_to_left_with_numbers_and_names_in_order(chromium: Any, report: Path) -> None:
    page, _, _ = page_of(chromium, report)
    places = page.evaluate(
        """() => [...document.querySelectorAll('#claims p[lang=ar]')].map(p => {
          const style = getComputedStyle(p);
          const runs = [...p.querySelectorAll('bdi')].map(b => {
            const r = b.getClientRects();
            return {text: b.textContent, lines: r.length, x: r[0].x, y: r[0].y};
          });
          return {direction: style.direction, align: style.textAlign, runs};
        })"""
    )
    assert len(places) > 70
    for place in places:
        assert place["direction"] == "rtl"
        assert place["align"] in {"start", "right", "-webkit-auto"}
    # On one line a run that comes later in the text stands further to the left.
    compared = 0
    for place in places:
        for one, other in zip(place["runs"], place["runs"][1:], strict=False):
            if one["y"] == other["y"] and one["lines"] == other["lines"] == 1:
                assert other["x"] < one["x"], place["runs"]
                compared += 1
    assert compared > 10
    runs = {run["text"] for place in places for run in place["runs"]}
    assert {"100,000", "Colossus", "xAI", "H100", "12", "GPU"} <= runs


@pytest.mark.browser
def test_digits_within_a_run_stand_from_left_to_right(chromium: Any, report: Path) -> None:
    page, _, _ = page_of(chromium, report)
    xs = page.evaluate(
        """() => {
          const run = [...document.querySelectorAll('#claims p[lang=ar] bdi')]
            .find(b => b.textContent === '100,000').firstChild;
          return [0, 1, 2, 3, 4, 5, 6].map(i => {
            const r = document.createRange(); r.setStart(run, i); r.setEnd(run, i + 1);
            return r.getBoundingClientRect().x;
          });
        }"""
    )
    assert xs == sorted(xs)


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_reads_in_light_and_dark(chromium: Any, report: Path, width: int, scheme: str) -> None:
    page, _, _ = page_of(chromium, report, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    ink, paper = page.evaluate(
        "(() => { const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]; })()"
    )
    light = [sum(map(int, c[4:-1].split(","))) for c in (ink, paper)]
    assert (light[0] < light[1]) == (scheme == "light")


@pytest.mark.browser
def test_it_prints_in_full_width(chromium: Any, report: Path) -> None:
    page, _, _ = page_of(chromium, report, viewport={"width": 1060, "height": 700})
    page.emulate_media(media="print")
    assert page.locator("#claim-F036").is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert len(page.pdf()) > 10_000


@pytest.mark.browser
def test_hostile_text_stays_text(chromium: Any, tmp_path: Path) -> None:
    file = tmp_path / "hostile.yaml"
    file.write_text(HOSTILE, encoding="utf-8")
    path = tmp_path / "hostile.html"
    write_audit(audit_pack(str(file)), path)
    page, said, asked = page_of(chromium, path)
    assert said == []
    assert len([url for url in asked if not url.startswith("data:")]) == 1
    assert page.locator("script, img, a, #page b").count() == 0
    assert page.locator("h1").inner_text().startswith("<script>")
    assert "&amp; 5" in page.locator("p[lang=ar]").inner_text()


def test_contradicted_claims_stand_first() -> None:
    audit = audit_pack("articles", run_model=False).result
    verdicts = [verdict.verdict for verdict in audit.worst_first()]
    assert verdicts == sorted(verdicts, key=WORST_FIRST.index)
    assert verdicts[0] == "contradicted"
    assert sorted(v.id for v in audit.worst_first()) == sorted(v.id for v in audit.verdicts)


def test_quiet_prints_nothing_and_writes_the_report(tmp_path: Path) -> None:
    done = installed("audit", "articles", "--no-run", "--quiet", "--report", tmp_path / "audit.html")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "audit.html").stat().st_size > 10_000
