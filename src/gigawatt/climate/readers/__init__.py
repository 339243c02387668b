"""Readers of measured and typical years: EnergyPlus weather (EPW) and NREL's TMY3."""

from gigawatt.climate.readers.epw import read_epw
from gigawatt.climate.readers.tmy3 import read_tmy3
from gigawatt.climate.readers.weather_file import WeatherFile, read_weather_file

__all__ = ["WeatherFile", "read_epw", "read_tmy3", "read_weather_file"]
