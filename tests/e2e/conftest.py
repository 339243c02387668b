"""Fixtures that several files share, each defined beside what it makes."""

import pytest
from live_fixture import make, ray_address

__all__ = ["make", "ray_address"]


def pytest_generate_tests(metafunc: pytest.Metafunc):
    """Let what is marked with engines run once on each, and all else on the embedded one."""
    if "engine" in metafunc.fixturenames:
        marked = metafunc.definition.get_closest_marker("engines")
        metafunc.parametrize("engine", marked.args if marked else ["embedded"])
