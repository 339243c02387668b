"""Order, conservation and monotony of the build-out, on random campuses."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.kernel.clock import Clock
from gigawatt.supply import Crew, Delivery, Hall, build_out, energise

CLOCK = Clock(date(2025, 1, 1), date(2025, 7, 1))
KW = {"h100": 1.4, "gb200": 2.0}
day = st.integers(0, 170).map(lambda d: date(2025, 1, 1) + timedelta(days=d))


@st.composite
def lots(draw):
    out = []
    for _ in range(draw(st.integers(0, 4))):
        first = draw(day)
        out.append(
            Delivery(
                chip=draw(st.sampled_from(sorted(KW))),
                site="a",
                gpus=draw(st.integers(1, 20_000)),
                ordered=first - timedelta(days=draw(st.integers(0, 200))),
                arrives_from=first,
                arrives_by=first + timedelta(days=draw(st.integers(0, 40))),
            )
        )
    return out


halls = st.lists(
    st.builds(lambda d, mw: Hall(name="h", it_power_mw=mw, **{"from": d}), day, st.floats(0.1, 40.0)),
    min_size=1,
    max_size=3,
)
crews = st.lists(
    st.builds(lambda d, r: Crew(rate=r, **{"from": d}), day, st.floats(0.1, 3000.0)),
    min_size=1,
    max_size=3,
)


def run(found, rooms, people, firm=1e9, cooling=1e9):
    b = build_out("a", found, [], rooms, people, KW, CLOCK)
    kw = np.array([KW[c] for c in b.chips])
    ones = np.ones(CLOCK.days)
    return b, energise(b, kw, 1.3 * ones, firm * ones, cooling * ones)


@given(lots(), halls, crews, st.floats(0.0, 60.0), st.floats(0.0, 60.0))
def test_states_are_nested_and_limits_hold(found, rooms, people, firm, cooling):
    b, e = run(found, rooms, people, firm, cooling)
    assert (b.delivered <= b.ordered).all()
    assert (b.installed <= b.delivered).all()
    assert (e.gpus <= b.installed).all()
    assert (np.diff(b.installed, axis=0) >= 0).all()
    assert (e.facility_mw <= firm + 1e-6).all()
    assert (e.it_mw <= cooling + 1e-6).all()
    assert (e.it_mw <= b.hall_it_mw + 1e-6).all()
    assert (e.gpus == np.floor(e.gpus)).all()
    arrived = sum(x.gpus for x in found if x.arrives_by < CLOCK.end)
    assert arrived <= b.delivered[-1].sum() <= sum(x.gpus for x in found)


@given(lots(), halls, crews, st.floats(0.0, 40.0), st.floats(0.0, 20.0))
def test_more_firm_power_never_energises_less(found, rooms, people, firm, more):
    _, e = run(found, rooms, people, firm)
    _, f = run(found, rooms, people, firm + more)
    assert (f.it_mw >= e.it_mw - 2.0e-3).all()  # a whole GPU of another kind may be left over


@given(lots(), halls, crews)
def test_the_order_of_the_file_does_not_matter(found, rooms, people):
    b, _ = run(found, rooms, people)
    c, _ = run(found[::-1], rooms[::-1], people)
    assert b.delivered.sum(axis=1).tolist() == c.delivered.sum(axis=1).tolist()


@given(lots(), halls, crews)
def test_something_binds_exactly_where_gpus_are_missing(found, rooms, people):
    b, e = run(found, rooms, people)
    missing = e.gpus.sum(axis=1) < b.ordered.sum(axis=1)
    assert ((e.binding != 0) == missing).all()
