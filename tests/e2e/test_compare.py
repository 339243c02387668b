"""``gigawatt compare`` through the installed command, and its page in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import report_page
from command import here, installed

compare = partial(here, "compare")
STEP = "sites.colossus-1.power.grid.3.from"


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """Colossus beside itself with one grid step 86 days late: the answer and the page."""
    page = tmp_path_factory.mktemp("compare") / "late.html"
    done = installed("compare", "colossus", "--set-b", f"{STEP}=+86d", "--out", page, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), page


def changes(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {figure["path"]: figure for figure in told["figures"]}


def held_to_the_issue(told: dict[str, Any], days: int) -> None:
    """One date differs; draws, interest, cover and return do with it, and every curve of them."""
    (moved,) = told["inputs"]
    assert (moved["path"], moved["a"], moved["difference"]) == (STEP, "2025-11-07", days)
    figures = changes(told)
    for name in ("draws_usd", "interest_during_construction_usd", "min_dscr", "avg_dscr", "debt_usd"):
        assert figures[f"finance.{name}"]["difference"] != 0.0
    assert figures["finance.irr_frac"]["difference"] < 0.0
    assert figures["finance.npv_usd"]["difference"] < 0.0
    assert figures["totals.useful_gpu_h"]["difference"] < 0.0
    assert not any("residuals" in name for name in figures)
    curves = {"/".join(curve["key"]) for curve in told["series"]}
    assert {"monthly/colossus-1/gpus_energised", "finance/draws_usd", "finance/dscr_ratio"} <= curves
    grid = [event for event in told["events"]["moved"] if event["kind"] == "grid"]
    assert [event["days"] for event in grid] == [days]


def test_86_days_of_one_grid_step(late: tuple[dict[str, Any], Path]) -> None:
    held_to_the_issue(late[0], 86)


def test_36_days_of_one_grid_step_between_two_folders(tmp_path: Path) -> None:
    base, moved = tmp_path / "base", tmp_path / "late"
    for folder, more in ((base, ()), (moved, ("--set", f"{STEP}=+36d"))):
        assert here("run", "colossus", "--out", folder, "--quiet", *more).returncode == 0
    done = compare(base, moved, "--json")
    assert done.returncode == 0, done.stderr
    held_to_the_issue(json.loads(done.stdout), 36)
    shown = compare(base, moved).stdout
    assert "1 input differs" in shown
    assert "+36 days" in shown
    assert "finance.irr_frac" in shown
    same = compare(base, base, "--out", tmp_path / "same.html")
    assert "Nothing differs" in same.stdout
    assert "Nothing differs" in (tmp_path / "same.html").read_text(encoding="utf-8")
    asked = compare(base, "colossus", "--set-b", f"{STEP}=+36d", "--json")  # a folder beside a run of now
    assert [c["path"] for c in json.loads(asked.stdout)["inputs"]] == [STEP]


def test_answers_of_deals_join_it(tmp_path: Path) -> None:
    files = []
    for rate in ("0.105", "0.12"):
        files.append(tmp_path / f"{rate}.json")
        done = here("finance", "spv-20bn", "--set", f"debt.0.rate={rate}", "--json")
        assert done.returncode == 0, done.stderr
        files[-1].write_text(done.stdout)
    told = json.loads(compare(*files, "--json").stdout)
    assert changes(told)["irr_frac"]["difference"] < 0.0
    run_now = json.loads(compare("spv-20bn", "--set-b", "debt.0.rate=0.12", "--json").stdout)
    assert [c["path"] for c in run_now["inputs"]] == ["debt.notes and loans.rate"]
    assert any(curve["key"][-1] == "dscr_ratio" for curve in run_now["series"])


def test_mistakes_are_told_before_anything_is_run(tmp_path: Path) -> None:
    for arguments, code in (
        (("colossus", "colosus"), "GW216"),
        (("colossus",), "GW511"),
        ((tmp_path, tmp_path), "GW509"),
        ((tmp_path, tmp_path, "--set-b", "seed=1"), "GW512"),
    ):
        done = compare(*arguments)
        assert (done.returncode, done.stdout) == (1, ""), arguments
        assert code in done.stderr
        assert "fix: " in done.stderr
    deal = tmp_path / "deal.json"
    deal.write_text('{"sources_usd": {}}', encoding="utf-8")
    run = tmp_path / "run.json"
    run.write_text('{"scenario": "x", "sites": {}}', encoding="utf-8")
    assert "GW510" in compare(deal, run).stderr


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with report_page.browser() as started:
        yield started


@pytest.mark.browser
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_the_page_shows_inputs_figures_curves_and_events(
    chromium: Any, late: tuple[dict[str, Any], Path], width: int, dark: bool
) -> None:
    told, path = late
    assert path.stat().st_size < 2_500_000
    with report_page.opened(chromium, path, width=width, dark=dark) as seen:
        page = seen.page
        assert seen.said == []
        assert len([url for url in seen.asked if not url.startswith(("data:", "blob:"))]) == 1
        assert page.locator("#inputs-table tbody tr").count() == 1
        assert "+86 days" in page.locator("#inputs-table").inner_text()
        assert page.locator("#figures-table tbody tr").count() == len(told["figures"])
        assert "+86 days" in page.locator("#moved-table").inner_text()
        assert page.locator("#fig-main .curve").count() == 6
        assert page.locator("#fig-main svg").count() == 12
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.browser
def test_any_curve_can_be_chosen_and_taken_away(chromium: Any, late: tuple[dict[str, Any], Path]) -> None:
    with report_page.opened(chromium, late[1]) as seen:
        page = seen.page
        select = page.locator("#fig-one select")
        labels = select.locator("option").all_inner_texts()
        assert len(labels) == len(late[0]["series"])
        wanted = next(label for label in labels if label.startswith("DSCR"))
        select.select_option(label=wanted)
        assert page.locator("#fig-one h4").inner_text().startswith("DSCR")
        page.locator("#fig-one button.data").click()
        assert page.locator("#panel thead th").all_inner_texts() == ["month", "a", "b", "b_less_a"]
        page.keyboard.press("Escape")
        page.locator("#fig-main button.method").click()
        assert "sum |B - A|" in page.locator("#panel").inner_text()


@pytest.mark.browser
def test_where_nothing_differs_the_page_says_so(chromium: Any, tmp_path: Path) -> None:
    page = tmp_path / "same.html"
    assert compare("spv-20bn", "--set-b", "debt.0.rate=0.105", "--out", page).returncode == 0
    with report_page.opened(chromium, page) as seen:
        assert seen.said == []
        told = seen.page.locator(".empty").all_inner_texts()
        assert told == [
            "All inputs are the same.", "All figures are the same.", "All curves are the same.",
            "The same events happened on the same days.",
        ]  # fmt: skip


@pytest.mark.browser
def test_hostile_names_stay_text(chromium: Any, tmp_path: Path) -> None:
    name = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
    for file, value in (("a.json", 1), ("b.json", 2)):
        (tmp_path / file).write_text(json.dumps({name: value, "months": [{"month": "2025-01", name: value}]}))
    page = tmp_path / "hostile.html"
    done = compare(tmp_path / "a.json", tmp_path / "b.json", "--out", page)
    assert done.returncode == 0, done.stderr
    with report_page.opened(chromium, page) as seen:
        assert seen.said == []
        assert name in seen.page.locator("#figures-table").inner_text()
        assert seen.page.locator("#page img").count() == 0
