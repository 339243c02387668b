"""A Ray cluster of this machine alone, that ends with the controller it was started for, however that ends.

    python -m gigawatt.live.on_ray.home FOLDER RESOURCES

It starts Ray's processes, says their address in one line, and adopts what Ray leaves behind. When its
standard input ends, which its controller holds, or Ray loses a process that it needs, it kills all of Ray.
Agents that were started through Ray are no part of it: they go on, and wait for the next controller.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from gigawatt.live.nodes.processes import adopt_orphans, alive, children, reap, send

OBJECT_STORE_BYTES = 80_000_000
"""Nothing is put into it; Ray's least is 75 MB."""
_LOOK_S = 0.5


def start_words(folder: Path, resources: str) -> list[str]:
    """Return the command that starts Ray on this machine's loopback, with as few processes as it can be."""
    options = {
        "temp-dir": str(folder), "port": "0", "node-ip-address": "127.0.0.1", "resources": resources,
        "num-cpus": "0", "num-gpus": "0", "object-store-memory": str(OBJECT_STORE_BYTES),
        "include-dashboard": "False", "include-log-monitor": "False",
    }  # fmt: skip
    told = [f"--{name}={value}" for name, value in options.items()]
    flags = ["--head", "--no-monitor", "--disable-usage-stats"]
    return [sys.executable, "-m", "ray.scripts.scripts", "start", *flags, *told]


def end_ray() -> None:
    """Kill all that descends from this process but agents and what is theirs, until none is left."""
    while True:
        reap()
        victims = list(_of_ray(os.getpid()))
        if not victims:
            return
        for pid in victims:
            send(pid, signal.SIGKILL)
        time.sleep(0.005)


def _of_ray(pid: int) -> Iterator[int]:
    for child in children(pid):
        if b"gigawatt.live.nodes.agent" not in _command(child):
            yield child
            yield from _of_ray(child)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _needed() -> list[int]:
    """Give the processes without which Ray is none."""
    names = {pid: _command(pid).partition(b"\0")[0] for pid in children(os.getpid())}
    return [pid for pid, name in names.items() if name.endswith((b"/gcs_server", b"/raylet"))]


def main(folder: str, resources: str) -> int:
    """Start Ray, and stay until its controller has ended."""
    adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    home = Path(folder)
    try:
        home.mkdir(mode=0o700)
        started = subprocess.run(  # noqa: S603
            start_words(home, resources), stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
        )
        needed = _needed()
        if started.returncode != 0 or len(needed) != 2:
            return 1
        address = (home / "ray_current_cluster").read_text(encoding="ascii").strip()
        sys.stdout.write(json.dumps({"address": address}) + "\n")
        sys.stdout.flush()
        # The controller says nothing: what can be read is the end.
        while not select.select([sys.stdin], [], [], _LOOK_S)[0]:
            reap()
            if not all(alive(pid) for pid in needed):
                return 1
    finally:
        end_ray()
        shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
