"""Which jobs wait for which: who may start, whom an end lets into the queue, who waits in vain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gigawatt.live.transitions import CANCELLED, ENDED, FAILED, FINISHED, Job


class Dependents:
    """The jobs that wait for others (``submit --after``).

    Examples
    --------
    >>> from gigawatt.live.transitions import JobSpec
    >>> first = Job(1, JobSpec("a", 1, ("true",), "/"))
    >>> second = Job(2, JobSpec("a", 1, ("true",), "/", after=(1,)))
    >>> waits = Dependents({1: first, 2: second})
    >>> waits.may_start(first), waits.may_start(second), waits.of(1)
    (True, False, [2])
    """

    def __init__(self, jobs: Mapping[int, Job]) -> None:
        self._jobs = jobs
        self._of: dict[int, set[int]] = {}
        for job in jobs.values():
            self.note(job)
        self.in_vain = [n for n in self._of if n in jobs and jobs[n].state in {FAILED, CANCELLED}]
        """Jobs that did not finish, and whose dependents are to be cancelled."""

    def note(self, job: Job) -> None:
        """Remember for whom a job waits."""
        if job.state not in ENDED:
            for number in job.spec.after:
                self._of.setdefault(number, set()).add(job.id)

    def may_start(self, job: Job) -> bool:
        """Whether all have finished for whom a job waits."""
        return all(self._jobs[number].state == FINISHED for number in job.spec.after)

    def of(self, number: int) -> list[int]:
        """Return those that wait for a job, by number."""
        return sorted(self._of.get(number, ()))

    def ended(self, numbers: Iterable[int]) -> list[int]:
        """Take note of ends; return those of the dependents that may start now, by number."""
        numbers = list(numbers)
        self.in_vain += [number for number in numbers if self._jobs[number].state != FINISHED]
        freed = {other for number in numbers for other in self.of(number)}
        return [other for other in sorted(freed) if self.may_start(self._jobs[other])]

    def forget(self, number: int) -> None:
        """Nobody waits for a job any more that was in vain."""
        self._of.pop(number, None)
        self.in_vain.remove(number)
