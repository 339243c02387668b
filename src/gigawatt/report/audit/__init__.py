"""The audit's report: one self-contained HTML file that a journalist could print."""

from gigawatt.report.audit.page import render, write_audit

__all__ = ["render", "write_audit"]
