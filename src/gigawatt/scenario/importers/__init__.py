"""Data of others, made into scenarios and claims: read, checked cell by cell, credited."""

from gigawatt.scenario.importers.epoch import EpochSite, read_epoch
from gigawatt.scenario.importers.epoch_chips import EpochChips, read_epoch_chips

__all__ = ["EpochChips", "EpochSite", "read_epoch", "read_epoch_chips"]
