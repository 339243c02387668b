"""Read EnergyPlus weather files (EPW).

References
----------
.. [1] U.S. Department of Energy, "EnergyPlus Auxiliary Programs", chapter "EnergyPlus
   Weather File (EPW) Data Dictionary".
"""

from __future__ import annotations

from pathlib import Path

from gigawatt.climate.readers.lines import MOST_LINE_CHARACTERS, Quantity, Rows, read_lines, station
from gigawatt.climate.readers.weather_file import WeatherFile
from gigawatt.kernel.errors import InputError, Problem

_HEADER_LINES = 8
_QUANTITIES = (
    # Missing is written 99.9 (temperatures), 999999 (pressure), 9999 (radiation) [1]_: all out of bounds.
    Quantity("the dry bulb in C", -70.0, 70.0),
    Quantity("the dew point in C", -70.0, 70.0),
    Quantity("the pressure in Pa", 31_000.0, 120_000.0),
    Quantity("the global radiation in Wh/m2", 0.0, 1_500.0),
)
_COLUMNS = (6, 7, 9, 13)


def _stamp(fields: list[str]) -> tuple[int, int, int] | None:
    try:
        return int(fields[1]), int(fields[2]), int(fields[3])
    except ValueError:
        return None


def read_epw(path: str | Path) -> WeatherFile:
    """Read one year of hours from an EPW file [1]_.

    Hour 1 of the file, 0:01 to 1:00, becomes the hour that begins at 0:00. The wet bulb is
    computed from dry bulb, dew point and pressure.

    Parameters
    ----------
    path
        Path of the file; at most 8 MB.

    Raises
    ------
    InputError
        GW120: no readable text file. GW121: the first line is not an EPW header. GW122: a row is
        malformed, out of order, or has a missing value. GW123: not 8,760 rows.
    """
    path = Path(path)
    lines = read_lines(path)
    header = [field.strip() for field in lines[0].split(",")] if lines else []
    if len(header) < 10 or header[0].upper() != "LOCATION":
        raise InputError(
            Problem(
                "GW121",
                "the first line is not an EPW header",
                "give an EPW file: LOCATION,...",
                file=str(path),
                line=1,
                column=1,
            )
        )
    latitude, longitude, offset, elevation = station(path, header[6:10])
    rows = Rows(path, _QUANTITIES)
    for at, line in enumerate(lines[_HEADER_LINES:], start=_HEADER_LINES + 1):
        if not line.strip():
            continue
        fields = line[:MOST_LINE_CHARACTERS].split(",")
        if len(fields) <= max(_COLUMNS):
            rows.fail(
                "GW122", at, f"the row has {len(fields)} fields, at least 14 are needed", "restore the row"
            )
            fields += [""] * (max(_COLUMNS) + 1 - len(fields))
        rows.add(at, _stamp(fields), [fields[column] for column in _COLUMNS])
    return WeatherFile(
        title=header[1],
        format="EPW",
        latitude_deg=latitude,
        longitude_deg=longitude,
        elevation_m=elevation,
        utc_offset_h=offset,
        weather=rows.finish(),
    )
