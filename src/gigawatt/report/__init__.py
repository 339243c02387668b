"""The report: one self-contained HTML file in which a run is read.

>>> from gigawatt.report import write_report
>>> write_report.__name__
'write_report'
"""

from gigawatt.report.page import render, write_report

__all__ = ["render", "write_report"]
