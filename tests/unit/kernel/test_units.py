import pytest

from gigawatt.kernel.inputs import bare_name
from gigawatt.kernel.units import SUFFIXES, QuantityError, parse_quantity, suffix_of


@pytest.mark.parametrize(
    ("text", "suffix", "value"),
    [
        ("150 MW", "mw", 150.0),
        ("1.2 GW", "mw", 1200.0),
        ("1,247 MW", "mw", 1247.0),
        ("2 ppm", "ppm", 2.0),
        ("1.2 bn USD", "usd", 1.2e9),
        ("$80 m", "usd", None),
        ("80 m USD", "usd", 8e7),
        ("12 weeks", "days", 84.0),
        ("25000 GPUs/week", "gpus_per_day", 25000 / 7),
        ("35 %", "frac", 0.35),
        ("13 MGD", "m3_per_day", 49210.353192),
        ("1.90 USD/kgal", "usd_per_m3", 1.90 / 3.785411784),
        ("87 short tons", "short_tons", 87.0),
        ("3 M tokens/s", "tokens_per_s", 3e6),
        ("405 B", "parameters", 4.05e11),
        ("10650 Btu/kWh", "btu_per_kwh", 10650.0),
    ],
)
def test_quantities_as_people_write_them(text, suffix, value):
    if value is None:
        with pytest.raises(QuantityError):
            parse_quantity(text, suffix)
    else:
        assert parse_quantity(text, suffix) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("text", ["150", "150 MWh", "MW", "", "nan MW", "1e999 MW", "150 mw", "1 50 MW"])
def test_a_wrong_quantity_says_what_is_allowed(text):
    with pytest.raises(QuantityError) as error:
        parse_quantity(text, "mw")
    assert "MW" in str(error.value) or "finite" in str(error.value)


def test_every_suffix_reads_back_in_its_own_unit():
    for suffix, (dimension, factor) in SUFFIXES.items():
        assert factor > 0, (suffix, dimension)
        name = f"thing_{suffix}"
        assert suffix_of(name) is not None
        assert bare_name(name).startswith("thing")
