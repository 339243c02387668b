"""The page of two results side by side: inputs, figures, curves and events that differ."""

from gigawatt.report.comparison.page import render_comparison, write_comparison

__all__ = ["render_comparison", "write_comparison"]
