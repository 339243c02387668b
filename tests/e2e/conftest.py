"""Fixtures that several files share, each defined beside what it makes."""

from live_fixture import make

__all__ = ["make"]
