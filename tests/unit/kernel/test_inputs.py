import pytest
from pydantic import ValidationError

from gigawatt.kernel.inputs import Day, InputModel, NonNegative, PositiveCount


class Feed(InputModel):
    """A feed for tests."""

    import_limit_mw: NonNegative
    share_frac: NonNegative = 0.0
    units: PositiveCount = 1
    since: Day = "2025-01"


@pytest.mark.parametrize(
    "data",
    [
        {"import_limit": "150 MW"},
        {"import_limit_mw": 150},
        {"import_limit_mw": 150.0},
        {"import_limit": "0.15 GW"},
    ],
)
def test_a_field_is_written_with_its_unit_in_name_or_value(data):
    assert Feed.model_validate(data).import_limit_mw == 150.0


def test_dimensionless_fields_take_plain_numbers():
    feed = Feed.model_validate({"import_limit": "1 MW", "share": 0.25, "units": "3"})
    assert (feed.share_frac, feed.units) == (0.25, 3)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({"import_limit": 150}, "unit_missing"),
        ({"import_limit": "150 MWh"}, "quantity"),
        ({"import_limit_mw": float("nan")}, "not_finite"),
        ({"import_limit_mw": True}, "quantity"),
        ({"import_limit_mw": -1}, "greater_than_equal"),
        ({"import_limit": "1 MW", "import_limit_mw": 1}, "extra_forbidden"),
        ({"import_limit": "1 MW", "since": "1.1.2025"}, "day"),
        ({"import_limit": "1 MW", "since": "2025-02-30"}, "day"),
        ({"import_limit": "1 MW", "units": 1.5}, "int_from_float"),
    ],
)
def test_mistakes_are_told_apart(data, kind):
    with pytest.raises(ValidationError) as error:
        Feed.model_validate(data)
    assert kind in {e["type"] for e in error.value.errors()}
