"""The report of an allotment: policies, tenants, the day on which the verdict turns, on one page."""

from gigawatt.report.allocation.page import render_allocation, write_allocation_report

__all__ = ["render_allocation", "write_allocation_report"]
