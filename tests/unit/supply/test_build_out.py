from datetime import date

import numpy as np
import pytest
from pydantic import ValidationError

from gigawatt.kernel.clock import Clock
from gigawatt.supply import Announcement, Crew, Delivery, Hall, build_out, energise

CLOCK = Clock(date(2025, 1, 1), date(2025, 4, 1))


def lot(gpus=1000, chip="h100", ordered="2024-12-01", by="2025-01-10", **more):
    return Delivery.model_validate(
        {"chip": chip, "site": "a", "gpus": gpus, "ordered": ordered, "arrives_by": by, **more}
    )


def hall(mw=10.0, first="2025-01-01", until=None):
    return Hall.model_validate({"name": "h", "from": first, "until": until, "it_power_mw": mw})


def crew(rate=1000.0, first="2025-01-01"):
    return Crew.model_validate({"from": first, "rate": rate})


def built(lots, halls=None, crews=None, said=()):
    return build_out(
        "a", lots, said, halls or [hall()], crews or [crew()], {"h100": 1.4, "gb200": 2.0}, CLOCK
    )


def test_a_lot_arrives_evenly_in_whole_gpus():
    b = built([lot(gpus=10, arrives_from="2025-01-06", by="2025-01-10")])
    assert b.delivered[3:11, 0].tolist() == [0, 0, 2, 4, 6, 8, 10, 10]


def test_crews_install_at_their_rate_and_then_nothing_waits():
    b = built([lot(gpus=1000, by="2025-01-05")], crews=[crew(100.0)])
    assert b.installed[3, 0] == 0
    assert b.installed[4, 0] == 100
    assert b.installed[13, 0] == 1000
    assert b.held_by[[3, 4, 13]].tolist() == [1, 2, 0]  # delivery, crew, nothing


def test_a_rate_below_one_a_day_still_finishes():
    b = built([lot(gpus=3, by="2025-01-01")], crews=[crew(0.5)])
    assert b.installed[:8, 0].tolist() == [0, 1, 1, 2, 2, 3, 3, 3]


def test_a_hall_that_is_full_or_late_holds_installation():
    full = built([lot(gpus=10_000, by="2025-01-01")], halls=[hall(7.0)], crews=[crew(1e6)])
    assert full.installed[-1, 0] == 5000
    assert full.held_by[-1] == 3
    late = built([lot(by="2025-01-01")], halls=[hall(10.0, "2025-02-01")])
    assert late.installed[30, 0] == 0
    assert late.held_by[30] == 3
    assert late.installed[31, 0] == 1000


def test_a_planned_lot_is_only_announced():
    b = built([lot(), lot(gpus=5000, status="planned")])
    assert b.ordered[-1].sum() == 1000
    assert b.announced[-1] == 6000


def test_the_latest_announcement_counts_where_it_is_more():
    said = [
        Announcement.model_validate({"site": "a", "from": "2025-02-01", "gpus": 9000}),
        Announcement.model_validate({"site": "a", "from": "2025-03-01", "gpus": 500}),
        Announcement.model_validate({"site": "b", "from": "2025-01-01", "gpus": 77}),
    ]
    b = built([lot()], said=said)
    assert b.announced[[0, 40, 80]].tolist() == [1000, 9000, 1000]


def energised(b, pue=1.25, firm=100.0, cooling=100.0):
    days = np.ones(CLOCK.days)
    kw = np.array([{"h100": 1.4, "gb200": 2.0}[c] for c in b.chips])
    return energise(b, kw, pue * days, firm * days, cooling * days)


def test_the_least_limit_binds_and_is_named():
    b = built([lot(gpus=10_000, by="2025-01-01")], halls=[hall(20.0)], crews=[crew(1e6)])
    e = energised(b, firm=8.75)
    assert e.gpus[-1, 0] == 5000
    assert e.binding[-1] == 4  # power
    e = energised(b, cooling=7.0)
    assert e.gpus[-1, 0] == 5000
    assert e.binding[-1] == 5  # cooling
    e = energised(b)
    assert e.gpus[-1, 0] == 10_000
    assert e.binding[-1] == 0


def test_a_hall_that_closes_switches_its_gpus_off():
    b = built([lot(gpus=1000, by="2025-01-01")], halls=[hall(10.0, until="2025-03-01")])
    e = energised(b)
    assert e.gpus[58, 0] == 1000
    assert e.gpus[59, 0] == 0
    assert e.binding[59] == 3


def test_ties_go_to_hall_then_power():
    b = built([lot(gpus=10_000, by="2025-01-01")], halls=[hall(14.0)], crews=[crew(1e6)])
    b.hall_it_mw[:] = 7.0
    e = energised(b, pue=1.25, firm=8.75, cooling=7.0)
    assert e.binding[-1] == 3


def test_what_arrived_first_is_energised_first():
    lots = [lot(gpus=1000, by="2025-01-01"), lot(gpus=1000, chip="gb200", by="2025-01-05")]
    e = energised(built(lots), pue=1.0, firm=2.4)
    assert e.gpus[-1].tolist() == [1000, 500]


def test_receipt_and_energisation_delay_are_told_apart():
    b = built([lot(gpus=100, by="2025-01-21", due="2025-01-11")])
    e = energised(b, firm=0.0)
    assert e.receipt_delay_days[12] == 2  # due on the 11th, still missing on the 13th
    assert e.receipt_delay_days[21] == 0
    assert e.energisation_delay_days[30] == 10  # there since the 21st


@pytest.mark.parametrize(
    "data",
    [
        {"arrives_from": "2025-02-01"},
        {"ordered": "2025-01-11"},
        {"gpus": 0},
        {"gpus": -5},
        {"chip": ""},
        {"unknown": 1},
    ],
)
def test_impossible_lots_are_refused(data):
    with pytest.raises(ValidationError):
        lot(**data)
