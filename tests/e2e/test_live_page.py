"""The page of a live cluster in a headless Chromium: what it shows, and how it says what fails."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from live_fixture import Cluster, client, until
from report_page import Opened, browser

from gigawatt.kernel.errors import InputError
from gigawatt.live.outside.door import of_folder
from gigawatt.live.tenants import hash_of, look_key

EVIL = "<img src=x onerror=document.title=1>"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    tenants = ({"name": "vision", "quota_gpus": 8.0, "weight": 1.0},)
    cluster = Cluster(tmp_path_factory.mktemp("page") / "state", nodes=2, gpus_per_node=4, tenants=tenants)
    cluster.up()
    cluster.submit(6, "sh", "-c", f"echo 'rank said {EVIL}'; sleep 120", tenant="vision")
    cluster.submit(1, "sh", "-c", "exit 3", tenant="speech")
    cluster.wait([1], "running")
    cluster.wait([2], "failed")
    cluster.submit(8, "echo", EVIL, tenant="speech")
    yield cluster
    client.ask(cluster.folder, "POST", "/v1/jobs/1/cancel")
    client.ask(cluster.folder, "POST", "/v1/jobs/3/cancel")
    cluster.end()
    cluster.check()


@contextmanager
def page_at(chromium: Any, address: str, *, width: int = 1280, ready: bool = True) -> Iterator[Opened]:
    context = chromium.new_context(viewport={"width": width, "height": 800}, service_workers="block")
    page = context.new_page()
    seen = Opened(page)
    page.on("console", lambda message: seen.said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.said.append(f"error: {error}"))
    page.on("request", lambda request: seen.asked.append(request.url))
    page.goto(address)
    if ready:
        page.wait_for_selector("html[data-ready=true]", state="attached", timeout=30_000)
    try:
        yield seen
    finally:
        context.close()


@pytest.mark.browser
def test_it_shows_a_running_job_and_asks_nobody_but_the_cluster(cluster: Cluster, chromium: Any):
    door = of_folder(cluster.folder)
    with page_at(chromium, door.page) as seen:
        page = seen.page
        assert page.inner_text(".verdict-sentence") == "6 of 8 GPUs are at work, 2 are free."
        assert page.inner_text(".counts") == "1 running, 1 queued, 1 failed"
        assert [page.locator(f".slot.{kind}").count() for kind in ("held", "others")] == [6, 0]
        assert set(page.locator(".slot.held").all_inner_texts()) == {"a"}
        node = page.locator(".node").nth(0).locator(".hidden-text").text_content()
        assert node == "Node 0, up, 0 of 4 GPUs free. Job 1 holds 4."
        assert "needs 8 GPUs; 2 are free" in page.inner_text("#queue")
        assert "failed, exit code 3" in page.inner_text("#ended")
        assert "job 1 started on 6 GPUs of nodes 0, 1" in page.inner_text("#events")
        assert "8" in page.locator("#tenants tbody tr").nth(0).inner_text()
        # What users wrote is text, wherever it stands.
        assert EVIL in page.inner_text("#queue")
        assert page.locator("#page img").count() == 0
        assert page.title() == "Cluster · Gigawatt"
        # The key is taken out of the address, and sent to nobody but the cluster.
        assert page.url == f"{door.url}/"
        assert all(url.startswith(f"{door.url}/") and "gwk_" not in url for url in seen.asked)
        page.reload()
        page.wait_for_selector("html[data-ready=true]", state="attached")
        assert seen.said == []


@pytest.mark.browser
def test_a_gang_is_found_its_log_is_read_and_focus_stays_while_it_is_renewed(cluster: Cluster, chromium: Any):
    with page_at(chromium, of_folder(cluster.folder).page) as seen:
        page = seen.page
        chip = page.locator("#gangs .chip")
        chip.focus()
        page.keyboard.press("Enter")
        assert chip.get_attribute("aria-pressed") == "true"
        assert page.locator(".slot.found").count() == 6
        before = page.inner_text("#gangs tbody td:nth-child(5)")
        until(lambda: page.inner_text("#gangs tbody td:nth-child(5)") != before)
        assert page.evaluate("document.activeElement.classList.contains('chip')")
        page.click("#gangs button:has-text('Log')")
        page.fill("#log-rank", "3")
        until(lambda: page.inner_text(".log pre").startswith("rank said <img"))
        assert page.locator("dialog img").count() == 0
        page.keyboard.press("Escape")
        assert not page.locator("dialog").is_visible()
        assert seen.said == []


@pytest.mark.browser
def test_it_fits_a_phone_and_changes_as_the_cluster_does(cluster: Cluster, chromium: Any):
    with page_at(chromium, of_folder(cluster.folder).page, width=390) as seen:
        page = seen.page
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        client.ask(cluster.folder, "POST", "/v1/nodes/1/drain")
        page.wait_for_selector(".node[data-state=drained]")
        assert "2 are out with their nodes" in page.inner_text(".verdict-sentence")
        assert page.inner_text("#events tbody tr:first-child").endswith(
            "node 1 is drained: it takes no more jobs"
        )
        client.ask(cluster.folder, "POST", "/v1/nodes/1/drain", {"undo": True})
        page.wait_for_selector(".node[data-state=drained]", state="detached")
        assert seen.said == []


@pytest.mark.browser
def test_without_its_key_it_shows_nothing_and_says_how_to_get_it(cluster: Cluster, chromium: Any):
    door = of_folder(cluster.folder)
    with page_at(chromium, f"{door.url}/", ready=False) as seen:
        page = seen.page
        page.wait_for_selector(".notice form")
        assert "gigawatt status --page" in page.inner_text(".notice")
        assert [url for url in seen.asked if "/v1/" in url] == []
        page.fill("#key", "gwk_notthekeyofthiscluster")
        page.keyboard.press("Enter")
        page.wait_for_selector(".notice :text('The key is wrong')")
        assert not page.locator("#cluster").is_visible()
        page.fill("#key", door.page)
        page.keyboard.press("Enter")
        page.wait_for_selector("html[data-ready=true]", state="attached")
        assert not page.locator(".notice").is_visible()


@pytest.mark.browser
def test_a_tenants_page_shows_its_own_jobs_only(cluster: Cluster, chromium: Any):
    token = client.ask(cluster.folder, "POST", "/v1/tenants/vision/token")
    door = of_folder(cluster.folder)
    with page_at(chromium, f"{door.url}/#key={look_key(hash_of(token['token']))}") as seen:
        page = seen.page
        assert page.locator("#gangs tbody tr").count() == 1
        assert page.locator("#queue tbody tr").count() == 0
        assert "speech" not in page.inner_text("body")
        assert "You see your own jobs" in page.inner_text(".description")


@pytest.mark.browser
def test_a_cluster_that_is_gone_is_said_and_what_it_was_stays(tmp_path: Path, chromium: Any):
    cluster = Cluster(tmp_path / "state", nodes=1, gpus_per_node=2)
    cluster.up()
    try:
        with page_at(chromium, of_folder(cluster.folder).page) as seen:
            page = seen.page
            assert "No jobs yet" in page.inner_text(".counts")
            assert page.locator(".empty:visible").count() == 4  # all but events
            cluster.kill_controller()
            page.wait_for_selector(".link[data-state=gone]")
            assert "gigawatt status --page" in page.inner_text(".notice")
            assert page.locator(".slot").count() == 2
        cluster.up()
    finally:
        cluster.end()


def test_a_pages_key_may_look_and_nothing_else(cluster: Cluster):
    door = of_folder(cluster.folder)
    key = door.page.rpartition("#key=")[2]
    looking = type(door)(door.host, door.port, key)
    assert looking.ask("GET", "/v1/view")["counts"]["running"] == 1
    assert looking.log(1, 0).data.startswith(b"rank said")
    for method, path in (
        ("POST", "/v1/jobs"), ("POST", "/v1/jobs/1/cancel"), ("POST", "/v1/nodes/0/drain"),
        ("POST", "/v1/down"), ("POST", "/v1/tenants/vision/token"), ("DELETE", "/v1/tenants/vision"),
    ):  # fmt: skip
        with pytest.raises(InputError, match="GW831"):
            looking.ask(method, path)
    for wrong in ("gwk_", key[:-1], key + "0", key.upper(), "gwk_\u00e9"):
        with pytest.raises(InputError, match=r"GW830|GW842|GW803"):
            type(door)(door.host, door.port, wrong).ask("GET", "/v1/view")


def test_the_document_holds_no_data_and_allows_no_more_than_it_needs(cluster: Cluster):
    door = of_folder(cluster.folder)
    link = http.client.HTTPConnection(door.host, door.port, timeout=10)
    link.request("GET", "/")
    answer = link.getresponse()
    text = answer.read().decode()
    link.close()
    policy = answer.headers["Content-Security-Policy"]
    assert answer.status == 200
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert door.token not in text
    assert "vision" not in text
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert len(text) < 100_000
    assert json.dumps("Cluster")[1:-1] in text
