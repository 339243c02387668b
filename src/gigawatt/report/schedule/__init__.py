"""The page of a replay: what happened to the queue, the tenants and the machines."""

from gigawatt.report.schedule.about import About
from gigawatt.report.schedule.page import render_schedule, write_schedule_report

__all__ = ["About", "render_schedule", "write_schedule_report"]
