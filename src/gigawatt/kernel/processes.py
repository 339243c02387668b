"""One function over many items in several processes, which end with whoever asked for them."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from gigawatt.kernel.errors import GigawattError

T = TypeVar("T")
R = TypeVar("R")


def in_processes(function: Callable[[T], R], items: Sequence[T], workers: int) -> Iterator[tuple[int, R]]:
    """Give each item's position and result, in the order in which they are done.

    Close the iterator (``contextlib.closing``) where it may not be read to its end: the processes are then
    ended, whatever they do.

    Parameters
    ----------
    function
        Called in new processes (spawned); it, the items and the results are pickled.
    items
        Process w of W takes items w, w + W, w + 2 W, ...
    workers
        How many processes, from 1; no more than there are items are started.

    Raises
    ------
    ValueError, GigawattError
        What ``function`` raises of these. Of anything else its process ends, which is a GigawattError here.
    """
    context = get_context("spawn")
    processes = []
    pipes: dict[Any, int] = {}
    left = len(items)
    try:
        for w in range(min(workers, len(items))):
            ours, theirs = context.Pipe(duplex=False)
            share = [(i, items[i]) for i in range(w, len(items), workers)]
            process = context.Process(target=_work, args=(theirs, function, share), daemon=True)
            with _interrupts_kept_back():
                process.start()
            theirs.close()
            processes.append(process)
            pipes[ours] = w
        while left:
            for ready in wait(list(pipes)):
                pipe: Any = ready
                try:
                    position, result, error = pipe.recv()
                except (EOFError, OSError):
                    process = processes[pipes.pop(pipe)]
                    process.join()
                    if process.exitcode or not pipes:
                        raise GigawattError(_ended(process.exitcode or 0)) from None
                    continue
                if error is not None:
                    raise error
                left -= 1
                yield position, result
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()
        for unread in pipes:
            unread.close()


def _ended(exit_code: int) -> str:
    by = f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"
    return f"a worker process ended before its work was done ({by}); with fewer workers less memory is used"


def _work(pipe: Connection[Any, Any], function: Callable[[T], R], share: list[tuple[int, T]]) -> None:
    for position, item in share:
        try:
            told: tuple[int, R | None, Exception | None] = (position, function(item), None)
        except (ValueError, GigawattError) as error:
            told = (position, None, error)
        pipe.send(told)
        if told[2] is not None:
            break
    pipe.close()


@contextmanager
def _interrupts_kept_back() -> Iterator[None]:
    """Start a process that does not see Ctrl-C, which a terminal sends to all; ours waits meanwhile."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Python starts this beside the first process, and lets interrupts through to that process in doing so.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
