"""From a run to the plain data that the page draws: numbers and words, never figures."""

from gigawatt.report.payload.whole import build

__all__ = ["build"]
