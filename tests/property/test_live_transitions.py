"""Whatever happens to jobs: the journal folded anew, and read back from the disk, gives the same state."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gigawatt.live.store import Store
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
