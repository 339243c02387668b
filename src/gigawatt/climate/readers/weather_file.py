"""What a weather file holds, and the choice of its reader."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gigawatt.kernel.handover import Weather


@dataclass(frozen=True, slots=True)
class WeatherFile:
    """A year of hours, stamped at their beginning in local standard time, and where it was taken."""

    title: str
    format: str
    """``"EPW"`` or ``"TMY3"``."""
    latitude_deg: float
    longitude_deg: float
    elevation_m: float
    utc_offset_h: float
    weather: Weather
    """Shape (8760,), local standard time."""

    def __repr__(self) -> str:
        return (
            f"WeatherFile({self.title!r}, {self.format}, {self.latitude_deg:+.2f} {self.longitude_deg:+.2f}, "
            f"mean {self.weather.dry_bulb_c.mean():.1f} degC)"
        )


def read_weather_file(path: str | Path) -> WeatherFile:
    """Read an EPW or a TMY3 file, told apart by the first line.

    Parameters
    ----------
    path
        Path of the file.

    Raises
    ------
    InputError
        GW120 to GW123, with the line where there is one.
    """
    from gigawatt.climate.readers.epw import read_epw
    from gigawatt.climate.readers.lines import read_lines
    from gigawatt.climate.readers.tmy3 import read_tmy3

    lines = read_lines(Path(path))
    is_epw = bool(lines) and lines[0].upper().startswith("LOCATION,")
    return read_epw(path) if is_epw else read_tmy3(path)
