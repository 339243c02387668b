"""Hourly weather for a place, from its normals and a seed or from a measured year.

Dry bulb, dew point, wet bulb, pressure and global irradiance with no network: see
:func:`synthesise` for how they are made and what is left out.
"""

from gigawatt.climate import readers
from gigawatt.climate.inputs import PlaceInput
from gigawatt.climate.place import Place, place
from gigawatt.climate.repeat import repeat_year
from gigawatt.climate.synthesis import synthesise

__all__ = ["Place", "PlaceInput", "place", "readers", "repeat_year", "synthesise"]
