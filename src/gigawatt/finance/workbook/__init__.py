"""A deal as a workbook whose formulas are live."""

from gigawatt.finance.workbook.write import write_workbook

__all__ = ["write_workbook"]
