"""Weather files: read right, and refused by line where they are wrong."""

from pathlib import Path

import numpy as np
import pytest

from gigawatt.climate.readers import read_epw, read_tmy3, read_weather_file
from gigawatt.climate.readers.lines import HOUR_ENDS, MOST_PROBLEMS
from gigawatt.kernel.errors import InputError

EPW_HEADER = ["LOCATION,Testville,-,TST,made,999999,35.07,-89.98,-6.0,81.0"] + ["DESIGN CONDITIONS,0"] * 7
TMY3_HEADER = [
    '723340,"TESTVILLE, TN",TN,-6.0,35.070,-89.980,81',
    "Date (MM/DD/YYYY),Time (HH:MM),GHI (W/m^2),Dry-bulb (C),Dew-point (C),Pressure (mbar)",
]


def epw_row(at, dry=20.0, dew=10.0, pressure=100_000, ghi=0):
    month, day, hour = HOUR_ENDS[at]
    fields = ["1996", str(month), str(day), str(hour), "0", "?9", str(dry), str(dew), "50", str(pressure)]
    return ",".join(fields + ["0"] * 3 + [str(ghi)] + ["0"] * 21)


def tmy3_row(at, dry=20.0, dew=10.0, mbar=1000, ghi=0):
    month, day, hour = HOUR_ENDS[at]
    return f"{month:02d}/{day:02d}/1988,{hour:02d}:00,{ghi},{dry},{dew},{mbar}"


def epw_lines():
    return EPW_HEADER + [epw_row(at, dry=15.0 + at % 24) for at in range(8760)]


def tmy3_lines():
    return TMY3_HEADER + [tmy3_row(at, dry=15.0 + at % 24) for at in range(8760)]


def write(folder, lines, name="weather.txt"):
    path = Path(folder) / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def problems(reader, path):
    with pytest.raises(InputError) as caught:
        reader(path)
    return caught.value.problems


@pytest.mark.parametrize(
    ("reader", "lines", "kind"), [(read_epw, epw_lines, "EPW"), (read_tmy3, tmy3_lines, "TMY3")]
)
def test_a_good_file(tmp_path, reader, lines, kind):
    path = write(tmp_path, lines())
    for read in (reader(path), read_weather_file(path)):
        assert (read.format, read.latitude_deg, read.longitude_deg) == (kind, 35.07, -89.98)
        assert (read.elevation_m, read.utc_offset_h) == (81.0, -6.0)
        assert read.title.upper().startswith("TESTVILLE")
        assert read.weather.dry_bulb_c[:3].tolist() == [15.0, 16.0, 17.0]
        assert (read.weather.pressure_pa == 100_000.0).all()
        assert read.weather.wet_bulb_c[5] == pytest.approx(14.1, abs=0.1)  # 20 degC with a dew point of 10
        assert kind in repr(read)


def test_a_missing_value_is_named_by_line(tmp_path):
    lines = epw_lines()
    lines[8 + 99] = epw_row(99, dry=99.9)
    lines[8 + 200] = epw_row(200, pressure=999_999)
    dry, pressure = problems(read_epw, write(tmp_path, lines))
    assert (dry.code, dry.line) == ("GW122", 108)
    assert "'99.9'" in dry.message
    assert pressure.line == 209


@pytest.mark.parametrize("text", ["nan", "inf", "-9900", "abc", "", "1e400"])
def test_not_a_number_is_refused(tmp_path, text):
    lines = tmy3_lines()
    lines[50] = tmy3_row(48, dew=text)
    (problem,) = problems(read_tmy3, write(tmp_path, lines))
    assert (problem.code, problem.line) == ("GW122", 51)
    assert "dew point" in problem.message


def test_a_short_row_is_named_by_line(tmp_path):
    lines = epw_lines()
    lines[20] = "1996,1,1"
    found = problems(read_epw, write(tmp_path, lines))
    assert {p.line for p in found} == {21}
    assert "3 fields" in found[0].message or any("3 fields" in p.message for p in found)


def test_a_swapped_row_is_named_by_line(tmp_path):
    lines = tmy3_lines()
    lines[100], lines[101] = lines[101], lines[100]
    found = problems(read_tmy3, write(tmp_path, lines))
    assert [p.line for p in found] == [101, 102]
    assert "comes next" in found[0].message


def test_the_wrong_number_of_hours(tmp_path):
    (short,) = problems(read_epw, write(tmp_path, epw_lines()[:-1]))
    assert (short.code, "8,759" in short.message) == ("GW123", True)
    doubled = epw_lines()
    doubled += doubled[8:32]
    (long,) = problems(read_epw, write(tmp_path, doubled))
    assert "29 February" in long.remedy


def test_a_dew_point_above_the_dry_bulb(tmp_path):
    lines = epw_lines()
    lines[8] = epw_row(0, dry=10.0, dew=10.3)  # rounding: taken as saturation
    assert read_epw(write(tmp_path, lines)).weather.dew_point_c[0] == 10.0
    lines[9] = epw_row(1, dry=10.0, dew=12.0)
    (problem,) = problems(read_epw, write(tmp_path, lines))
    assert "above the dry bulb in 1 hours" in problem.message


def test_a_file_of_another_kind(tmp_path):
    csv = write(tmp_path, ["a,b,c", "1,2,3"] * 5000)
    assert problems(read_epw, csv)[0].code == "GW121"
    assert problems(read_tmy3, csv)[0].code == "GW121"
    assert problems(read_weather_file, csv)[0].code == "GW121"
    empty = write(tmp_path, [""], "empty.epw")
    assert problems(read_weather_file, empty)[0].code == "GW121"


def test_a_header_out_of_bounds(tmp_path):
    lines = epw_lines()
    lines[0] = "LOCATION,X,-,T,m,9,95.0,east,-6.0,81.0"
    latitude, longitude = problems(read_epw, write(tmp_path, lines))
    assert latitude.code == "GW121"
    assert "'95.0'" in latitude.message
    assert "'east'" in longitude.message


def test_what_is_no_text_file(tmp_path):
    assert "not there" in problems(read_epw, tmp_path / "no.epw")[0].message
    assert "folder" in problems(read_tmy3, tmp_path)[0].message
    binary = tmp_path / "junk.epw"
    binary.write_bytes(b"LOCATION,\x00\x01\x02" * 100)
    assert "not text" in problems(read_epw, binary)[0].message
    huge = tmp_path / "huge.epw"
    huge.write_bytes(b"LOCATION," + b"9," * 4_100_000)
    assert "larger" in problems(read_epw, huge)[0].message


def test_a_file_wrong_on_every_line_stops_early(tmp_path):
    lines = EPW_HEADER + [epw_row(at, dry="x") for at in range(8760)]
    assert len(problems(read_epw, write(tmp_path, lines))) == MOST_PROBLEMS


def test_latin_letters_of_older_files(tmp_path):
    lines = epw_lines()
    lines[0] = lines[0].replace("Testville", "Zürich")
    path = tmp_path / "old.epw"
    path.write_bytes("\r\n".join(lines).encode("latin-1"))
    assert read_epw(path).title == "Zürich"


def test_the_hours_of_a_year():
    assert len(HOUR_ENDS) == 8760
    assert HOUR_ENDS[-1] == (12, 31, 24)
    assert np.unique([m for m, _, _ in HOUR_ENDS]).tolist() == list(range(1, 13))
