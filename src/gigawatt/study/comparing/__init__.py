"""Two results side by side: which inputs differ, which figures, which events moved, which curves part.

Nothing here knows what a figure means: whatever stands in a manifest, in a JSON answer or in a table by
month is laid beside its twin of the same name, so that a later result joins by being written.
"""

from gigawatt.study.comparing.differences import Comparison, compare
from gigawatt.study.comparing.sides import Side, side_of_deal, side_of_json, side_of_run
from gigawatt.study.comparing.stored import read_side

__all__ = ["Comparison", "Side", "compare", "read_side", "side_of_deal", "side_of_json", "side_of_run"]
