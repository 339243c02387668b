"""Open reports in a headless Chromium that is already on the machine; no browser is ever fetched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--headless", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass
class Opened:
    """A page, and everything that it said or asked for."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@contextmanager
def browser() -> Iterator[Any]:
    """Start Chromium; where it is absent the test is skipped, or fails where nothing may be skipped."""
    if not CHROMIUM.exists():
        if os.environ.get("GIGAWATT_REQUIRE_ALL_TESTS"):
            pytest.fail(f"{CHROMIUM} is absent, and GIGAWATT_REQUIRE_ALL_TESTS is set")
        pytest.skip(f"{CHROMIUM} is absent: install the package chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="the Python package playwright is absent")
    with sync_api.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        try:
            yield chromium
        finally:
            chromium.close()


@contextmanager
def opened(
    chromium: Any, report: Path, *, width: int = 1280, height: int = 800, dark: bool = False
) -> Iterator[Opened]:
    """Open a report from disk and wait until every chart is drawn."""
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        accept_downloads=True,
        service_workers="block",
    )
    page = context.new_page()
    seen = Opened(page)
    page.on("console", lambda message: seen.said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.said.append(f"error: {error}"))
    page.on("request", lambda request: seen.asked.append(request.url))
    page.goto(report.as_uri())
    page.wait_for_selector("html[data-ready=true]", state="attached", timeout=30_000)
    try:
        yield seen
    finally:
        context.close()
