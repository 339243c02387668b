"""A deal by month: uses, sources, debt, waterfall, tax, statements, and what is left for whom."""
