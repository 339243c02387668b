"""Gigawatt plans, simulates, finances, audits and runs AI superclusters."""

__version__ = "0.1.0"
