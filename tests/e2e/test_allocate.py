"""The contract of ``gigawatt allocate``, and its report in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import report_page
from command import here, installed

TENANT_KEYS = {
    "useful_gpu_months",
    "idle_gpu_months",
    "receipt_delay_days",
    "energisation_delay_days",
    "regret_frac",
}
POLICY_KEYS = {"tenants", "objective_usd", "bound_usd", "gap"}
POLICIES = ["fcfs", "proportional", "max-min", "drf", "readiness-gated", "value"]
SMALL_YEAR = ["synthetic-year", "--set", "synthetic.sites=6", "--set", "end=2025-06-29"]
WRONG = """name: wrong
start: 2024-01-01
end: 2024-12-31
period: month
chips:
  - {name: h100, it_power: 1.4 kg, gpus_per_rack: 32, lot: 8, value: 2 USD/GPU-h}
tenants: [{name: A}, {name: A}]
sites:
  - {name: s, tenant: C, power: [{from: 2024-05-01, it_power: 10 MW}, {from: 2024-04-01, it_power: 20 MW}]}
supply: [{chip: h200, date: 2024-01-01, gpus: 100}]
bookings: [{tenant: A, chip: h100, gpus: -4, ordered: 2024-03-01, due: 2024-02-01}]
"""


allocate = partial(here, "allocate")


@pytest.fixture(scope="module")
def diversion() -> dict[str, Any]:
    done = installed("allocate", "diversion", "--policy", "all", "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    answer: dict[str, Any] = json.loads(done.stdout)  # nothing else stands there, HiGHS's banner least of all
    return answer


def test_the_keys_are_those_of_the_contract(diversion):
    assert list(diversion["policies"]) == [*POLICIES, "given"]
    for policy in diversion["policies"].values():
        assert policy.keys() >= POLICY_KEYS
        for tenant in policy["tenants"].values():
            assert tenant.keys() >= TENANT_KEYS


def test_the_check_case(diversion):
    told = {name: (p["useful_gpu_months"], p["idle_gpu_months"]) for name, p in diversion["policies"].items()}
    assert told["fcfs"] == (162_000.0, 84_000.0)
    assert told["given"] == (204_000.0, 42_000.0)
    (turn,) = diversion["turning"]
    assert (turn["gains_from"], turn["harms_nobody_from"]) == ("2024-01-01", "2024-07-01")
    assert [swap["gpus"] for swap in diversion["swaps"]] == [6000]


def test_unknowns_are_shown_at_both_ends(diversion):
    ranges = {each["path"]: each for each in diversion["ranges"]}
    ready = ranges["sites.0.power.0.from"]
    assert ready["at_low"]["harms"] == ["car maker"]
    assert ready["at_high"]["harms"] == []
    assert any(source["source"] for source in diversion["sources"])


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The answer and the report of a year: its plan over 200 futures takes half a minute."""
    return year_in(tmp_path_factory.mktemp("year"))


def year_in(folder: Path) -> tuple[str, Path]:
    path = folder / "report.html"
    done = allocate(*SMALL_YEAR, "--policy", "fcfs,drf,readiness-gated,value", "--json", "--report", path)
    assert done.returncode == 0, done.stderr
    assert [file.name for file in folder.iterdir()] == ["report.html"]
    return done.stdout.replace(str(folder), ""), path


def test_the_same_input_gives_the_same_bytes(year, tmp_path):
    told, path = year_in(tmp_path)
    assert told == year[0]
    assert path.read_bytes() == year[1].read_bytes()


def test_ready_at_once():
    done = allocate(
        "diversion", "--set", "sites.car hall.power.0.from=2023-12-01", "--policy", "fcfs,given", "--json"
    )
    answer = json.loads(done.stdout)
    assert [p["useful_gpu_months"] for p in answer["policies"].values()] == [246_000.0, 246_000.0]
    assert answer["overrides"] == ["sites.car hall.power.0.from=2023-12-01"]


def test_whole_lots_by_branch_and_bound():
    done = allocate("diversion", "--policy", "value", "--method", "milp", "--json")
    value = json.loads(done.stdout)["policies"]["value"]
    assert value["gap"] == pytest.approx(0.0, abs=1e-6)


def test_fairness_at_a_price():
    done = allocate("diversion", "--policy", "value", "--fair-within", "0.1", "--json")
    answer = json.loads(done.stdout)
    assert answer["fair_within_frac"] == 0.1
    assert 0.0 <= answer["policies"]["value"]["gap"] <= 0.1 + 1e-3
    assert allocate("diversion", "--fair-within", "2").returncode == 1


def test_every_mistake_at_once(tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text(WRONG, encoding="utf-8")
    done = allocate(str(file), "--json")
    assert (done.returncode, done.stdout) == (1, "")
    heads = [line for line in done.stderr.splitlines() if line.startswith(str(file))]
    found = [(line.split()[0].removeprefix(f"{file}:"), line.split()[1]) for line in heads]
    assert found == [
        ("6:28", "GW304"), ("7:29", "GW405"), ("9:5", "GW310"), ("9:23", "GW403"), ("10:17", "GW402"),
        ("11:42", "GW305"),
    ]  # fmt: skip
    assert done.stderr.count("fix: ") == len(found)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["divrsion"], "GW216"),
        (["diversion", "--policy", "fcsf"], "GW701"),
        (["synthetic-year", "--policy", "given"], "GW702"),
        (["nowhere.yaml"], "GW201"),
        (["diversion", "--set", "given.0.gpus=12004"], "GW310"),
        (["diversion", "--set", "nothing=1"], "GW301"),
        (["diversion", "--method", "guess"], "gigawatt:"),
    ],
)
def test_bad_input_is_told_without_a_traceback(arguments, code):
    done = allocate(*arguments)
    assert done.returncode == 1
    assert code in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_summary_names_what_turns_the_verdict():
    said = allocate("diversion", "--policy", "fcfs,given").stdout
    assert "nobody energises later where it is 2024-07-01 or later" in said
    assert "162,000" in said
    assert "204,000" in said
    assert allocate("diversion", "--quiet").stdout == ""


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with report_page.browser() as started:
        yield started


def report_of(folder: Path, *arguments: str) -> Path:
    path = folder / "report.html"
    done = allocate(*arguments, "--report", path, "--quiet")
    assert done.returncode == 0, done.stderr
    assert [file.name for file in folder.iterdir()] == ["report.html"]
    return path


@pytest.mark.browser
@pytest.mark.parametrize("name", ["diversion", "year"])
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_the_report_opens_and_asks_for_nothing(tmp_path, chromium, request, name, width, dark):
    if name == "year":
        path = request.getfixturevalue("year")[1]
    else:
        path = report_of(tmp_path, name, "--policy", "fcfs,readiness-gated,value")
    assert path.stat().st_size < 300_000
    with report_page.opened(chromium, path, width=width, dark=dark) as seen:
        page = seen.page
        assert seen.said == []
        assert seen.asked == [path.as_uri()] or all(url.startswith(("file:", "data:")) for url in seen.asked)
        assert page.locator("h1").count() == 1
        headings = page.locator("h2").all_inner_texts()
        assert headings[:3] == ["Policies side by side", "What each tenant gets", "Where the verdict turns"]
        assert page.locator("svg[role=img][aria-label]").count() == page.locator("svg").count() >= 3
        assert page.locator("th:not([scope])").count() == 0
        wide = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert wide, "the page scrolls sideways"


@pytest.mark.browser
def test_the_report_says_what_the_command_says(tmp_path, chromium):
    with report_page.opened(chromium, report_of(tmp_path, "diversion")) as seen:
        text = seen.page.locator("#policies table").inner_text()
        assert "162,000" in text
        assert "84,000" in text
        assert "204,000" in text
        assert (
            "nobody energises later where it is 2024-07-01 or later"
            in seen.page.locator(".verdict").inner_text()
        )


@pytest.mark.browser
def test_what_a_file_says_is_shown_and_never_run(tmp_path, chromium):
    path = report_of(tmp_path, "diversion", "--set", f"title={json.dumps(HOSTILE)}")
    with report_page.opened(chromium, path) as seen:
        assert seen.page.locator("h1").inner_text() == HOSTILE
        assert seen.page.locator("script, img").count() == 0
        assert seen.said == []
