"""Shared by all tests: where the measured data lies, and that a skip is a failure where asked."""

from __future__ import annotations

import os
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import settings

import gigawatt.cluster
import gigawatt.power

settings.register_profile("gigawatt", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("gigawatt")

REQUIRE_ALL = bool(os.environ.get("GIGAWATT_REQUIRE_ALL_TESTS"))


def pytest_configure() -> None:
    """Compile what is compiled, on every second worker from the other end: so two share the work.

    Collecting the tests imports all of it, which takes over a minute on a new machine; workers that all begin
    with the same module compile each at the same time. What one has compiled another loads.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        return
    rooms = (gigawatt.cluster, gigawatt.power)
    names = [m.name for room in rooms for m in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")]
    for name in names[:: -1 if int(worker.removeprefix("gw")) % 2 else 1]:
        import_module(name)


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
