"""Data of others, made into scenarios and claims: read, checked cell by cell, credited."""

from gigawatt.scenario.importers.epoch import EpochSite, read_epoch

__all__ = ["EpochSite", "read_epoch"]
