"""What a person may write about chips on their way to work: halls, orders, deliveries, crews."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gigawatt.kernel.inputs import (
    Count,
    Day,
    Fraction,
    InputModel,
    Name,
    Positive,
    PositiveCount,
    refuse_end_before_start,
)


class Hall(InputModel):
    """A room with power and cooling brought to its rows, ready from a date."""

    name: Name
    from_: Day = Field(alias="from")
    """First day on which crews may install in it."""
    until: Day | None = None
    """First day on which it is no longer there; open where absent."""
    it_power_mw: Positive
    """IT power that its rows carry, provisioned."""

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        refuse_end_before_start(f"hall {self.name!r}", self.from_, self.until)
        return self


class Crew(InputModel):
    """How fast chips are racked, cabled and tested from a date on; the latest step holds."""

    from_: Day = Field(alias="from")
    rate_gpus_per_day: Positive
    """GPUs that leave the crews' hands tested, a day."""


class Delivery(InputModel):
    """One lot of chips: ordered, then arriving evenly between two dates."""

    chip: Name
    """Row of the catalogue's ``chip``."""
    site: Name
    gpus: PositiveCount = Field(le=100_000_000)
    """Number of GPUs (not of superchips, boards or racks)."""
    ordered: Day
    """Day of the order (the booking, where known; else assumed, and said so)."""
    arrives_from: Day | None = None
    """First day of arrival; the same as ``arrives_by`` where absent."""
    arrives_by: Day
    """Day on which the last of the lot is on the site."""
    due: Day | None = None
    """Day promised; ``arrives_by`` where absent. Later arrival counts as receipt delay."""
    status: Literal["firm", "planned"] = "firm"
    """A planned lot counts as announced only: it is neither ordered nor delivered."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        first = self.arrives_from or self.arrives_by
        if first > self.arrives_by:
            raise PydanticCustomError(
                "dates_out_of_order",
                "arrives_from is {first}, after arrives_by on {last}",
                {
                    "first": str(first),
                    "last": str(self.arrives_by),
                    "remedy": "swap the two dates, or leave arrives_from out",
                },
            )
        if self.ordered > first:
            raise PydanticCustomError(
                "dates_out_of_order",
                "ordered on {ordered}, after the first chips arrive on {first}",
                {
                    "ordered": str(self.ordered),
                    "first": str(first),
                    "remedy": "set ordered to the day of the booking, on or before the first arrival",
                },
            )
        return self


class Announcement(InputModel):
    """A number of GPUs that somebody said a site will have, ordered or not."""

    site: Name
    from_: Day = Field(alias="from")
    """Day on which it was said."""
    gpus: Count


class Tenant(InputModel):
    """Somebody who owns a share of the campus's GPUs or rents them."""

    name: Name
    role: Literal["owner", "lessee"] = "owner"
    """Whether it owns GPUs or rents them. Default owner."""
    owned_share_frac: Fraction | None = None
    """Share of the campus's GPUs that belongs to it. Default: an owner alone owns all, several share what the
    others leave evenly; a lessee owns none."""
    note_to_reader: str = ""
    """Who it is, in a few words."""


def owned_shares(tenants: Sequence[Tenant]) -> dict[str, float]:
    """Share of the campus's GPUs that each tenant owns; owners without a figure share the rest evenly.

    Examples
    --------
    >>> owned_shares([Tenant(name="a", owned_share=0.4), Tenant(name="b"), Tenant(name="c", role="lessee")])
    {'a': 0.4, 'b': 0.6, 'c': 0.0}
    """
    given = {t.name: t.owned_share_frac for t in tenants if t.owned_share_frac is not None}
    open_ones = [t.name for t in tenants if t.owned_share_frac is None and t.role == "owner"]
    rest = max(0.0, 1.0 - sum(given.values()))
    each = rest / len(open_ones) if open_ones else 0.0
    return {t.name: given.get(t.name, each if t.name in open_ones else 0.0) for t in tenants}
