"""Whatever happens to jobs: the journal folded anew, and read back from the disk, gives the same state."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.live.store import Store
from gigawatt.live.tenants import Tenant
from gigawatt.live.transitions import ENDED, WAITING, WHYS, Event, JobSpec, TransitionError, replay

STEPS = st.lists(
    st.tuples(
        st.sampled_from(("submitted", "decided", "started", "stopping", "stopped", "finished", "cancelled")),
        st.integers(1, 4),
        st.sampled_from(WHYS),
        st.floats(0.0, 10.0),
    ),
    max_size=60,
)


def event_of(step, at_s: float) -> Event:
    kind, job, why, _ = step
    spec = asdict(JobSpec("t", job, ("true",), "/", restarts=job % 3, after=(1,) if job > 1 else ()))
    data = {
        "submitted": {"spec": spec},
        "started": {"places": [[0, list(range(job))]], "port": 2000 + job},
        "stopping": {"why": why, "exit_code": 9, "reason": why},
    }.get(kind, {})
    return Event(kind, at_s, at_s, job, None, data)


@given(STEPS)
def test_the_journal_gives_the_same_state_and_jobs_keep_their_rules(steps):
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        kept: list[Event] = []
        at_s = 0.0
        for step in steps:
            at_s += step[3]
            event = event_of(step, at_s)
            before = dict(store.jobs)
            try:
                store.append([event])
            except TransitionError:
                assert store.jobs == before
                continue
            kept.append(event)
            if event.job in before and before[event.job].state in ENDED:
                raise AssertionError("an ended job has changed")
        held = store.jobs
        assert store.check() == len(kept)
        store.close()
        again = Store(Path(folder))
        assert again.jobs == held == replay(kept)[0]
        again.close()
    for job in held.values():
        assert (job.state == "running") == bool(job.places)
        assert job.faults <= job.spec.restarts + 1
        assert job.restarts <= max(job.attempt - 1, 0)
        assert (job.finished_unix_s is not None) == (job.state in ENDED)
        assert job.state in {*WAITING, *ENDED, "running"}
        assert job.ran_s >= 0.0


TENANTS = st.builds(
    Tenant,
    st.sampled_from("abc"),
    st.none() | st.floats(0.1, 1e6),
    st.floats(0.1, 10.0),
    st.lists(st.just("/data"), max_size=2).map(tuple),
    st.sampled_from(["", "f" * 64]),
)


@settings(max_examples=30)
@given(st.lists(TENANTS | st.sampled_from("abc"), max_size=12))
def test_tenants_are_what_the_journal_says_last(steps):
    expected: dict[str, Tenant] = {}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        kept = 0
        for step in steps:
            before = store.tenants
            if isinstance(step, Tenant):
                store.append([store.event("tenant", **step.event())])
                expected[step.name] = step
            elif step in expected:
                store.append([store.event("tenant_removed", name=step)])
                del expected[step]
            else:
                try:
                    store.append([store.event("tenant_removed", name=step)])
                except TransitionError:
                    assert store.tenants is before
                    continue
                raise AssertionError("a tenant was removed that was not there")
            kept += 1
            assert store.tenants == expected
        assert store.check() == kept
        store.close()
        again = Store(Path(folder))
        assert again.tenants == expected
        again.close()


@given(STEPS, st.integers(0, 60))
def test_a_journal_cut_anywhere_is_a_state_too(steps, cut: int):
    kept: list[Event] = []
    for i, step in enumerate(steps):
        event = event_of(step, float(i))
        try:
            replay([*kept, event])
        except TransitionError:
            continue
        kept.append(event)
    jobs, _ = replay(kept[:cut])
    assert len(jobs) == len({event.job for event in kept[:cut]})
