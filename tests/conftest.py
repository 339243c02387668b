"""Shared by all tests: where the measured data lies, and that a skip is a failure where asked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("gigawatt", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("gigawatt")

REQUIRE_ALL = bool(os.environ.get("GIGAWATT_REQUIRE_ALL_TESTS"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of measured data beside the repository; the test is skipped where it is absent."""
    folder = Path(__file__).parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("the folder ../shared with the measured data is absent")
    return folder


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    outcome = yield
    report = outcome.get_result()
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and GIGAWATT_REQUIRE_ALL_TESTS is set: {report.longrepr}"
