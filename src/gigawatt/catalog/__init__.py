"""Rows of data that everything else draws on, each with its source, date and confidence.

>>> from gigawatt import catalog
>>> catalog.row("chip", "h100").values["bf16_tflops"]
989.4
"""

from gigawatt.catalog.rows import CONFIDENCES, Row, kinds, names, row, rows

__all__ = ["CONFIDENCES", "Row", "kinds", "names", "row", "rows"]
