"""Read NREL's typical meteorological years (TMY3).

References
----------
.. [1] S. Wilcox and W. Marion, "Users Manual for TMY3 Data Sets", NREL/TP-581-43156, 2008.
"""

from __future__ import annotations

import csv
from pathlib import Path

from gigawatt.climate.readers.lines import MOST_LINE_CHARACTERS, Quantity, Rows, read_lines, station
from gigawatt.climate.readers.weather_file import WeatherFile
from gigawatt.kernel.errors import InputError, Problem

_QUANTITIES = (
    # Missing values are written -9900 [1]_: out of bounds.
    Quantity("the dry bulb in C", -70.0, 70.0),
    Quantity("the dew point in C", -70.0, 70.0),
    Quantity("the pressure in mbar", 31_000.0, 120_000.0, factor=100.0),
    Quantity("the global radiation in W/m2", 0.0, 1_500.0),
)
_NAMES = ("Dry-bulb (C)", "Dew-point (C)", "Pressure (mbar)", "GHI (W/m^2)")


def _stamp(date_text: str, time_text: str) -> tuple[int, int, int] | None:
    """Read month/day/year and HH:MM; the year is that from which the month was taken."""
    try:
        month, day, _ = date_text.split("/")
        hour, minute = time_text.split(":")
        return (int(month), int(day), int(hour)) if int(minute) == 0 else None
    except ValueError:
        return None


def read_tmy3(path: str | Path) -> WeatherFile:
    """Read one year of hours from a TMY3 file [1]_.

    Hour 1:00 of the file, the hour that ends then, becomes the hour that begins at 0:00. The wet
    bulb is computed from dry bulb, dew point and pressure.

    Parameters
    ----------
    path
        Path of the file; at most 8 MB.

    Raises
    ------
    InputError
        GW120: no readable text file. GW121: a header is not TMY3's. GW122: a row is malformed, out of
        order, or has a missing value. GW123: not 8,760 rows.
    """
    path = Path(path)
    lines = [line[:MOST_LINE_CHARACTERS] for line in read_lines(path)]
    header = next(csv.reader(lines[:1]), [])
    names = [name.strip() for name in next(csv.reader(lines[1:2]), [])]
    missing = [name for name in _NAMES if name not in names]
    if len(header) < 7 or missing:
        what = f"has no column {missing[0]!r}" if len(header) >= 7 else "has no station header"
        raise InputError(
            Problem(
                "GW121",
                f"the file {what}",
                "give a TMY3 or EPW file as published",
                file=str(path),
                line=1,
                column=1,
            )
        )
    latitude, longitude, offset, elevation = station(path, [header[4], header[5], header[3], header[6]])
    columns = [names.index(name) for name in _NAMES]
    rows = Rows(path, _QUANTITIES)
    for at, line in enumerate(lines[2:], start=3):
        if not line.strip():
            continue
        fields = line.split(",")
        if len(fields) <= max(columns):
            needed = max(columns) + 1
            rows.fail(
                "GW122",
                at,
                f"the row has {len(fields)} fields, at least {needed} are needed",
                "restore the row",
            )
            fields += [""] * (needed - len(fields))
        rows.add(at, _stamp(fields[0], fields[1]), [fields[column] for column in columns])
    return WeatherFile(
        title=header[1].strip('" '),
        format="TMY3",
        latitude_deg=latitude,
        longitude_deg=longitude,
        elevation_m=elevation,
        utc_offset_h=offset,
        weather=rows.finish(),
    )
