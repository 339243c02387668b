"""Print how quick the page of a replay is with a million jobs: the file, its opening, its frames.

    python benchmarks/replay_page.py

A year of a million GPUs with a million jobs is simulated, its page written and opened in a Chromium that
is on the machine (no graphics card is used). A script then moves through the timeline without a pause,
near and far. Two times are measured: what the page's script takes for one frame, and what passes from one
frame to the next (a screen shows one every 16.7 ms); the latter again with a processor made four times
slower. Seconds are printed here and never asserted in a test.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from cluster import YEAR_S, million, reference_s
from gigawatt.cluster import simulate
from gigawatt.report.schedule import About, write_schedule_report

SPANS = (
    (1, "whole year, bands"),
    (4, "quarter"),
    (16, "three weeks"),
    (64, "six days, gangs"),
    (512, "17 hours"),
)
MOVE = """async ([zooms, frames]) => {
    const canvas = document.querySelector(".timeline-canvas");
    const key = name => canvas.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
    const next = () => new Promise(requestAnimationFrame);
    key("Home");
    for (let i = 0; i < zooms; i++) key("+");
    await next(); await next();
    const between = [];
    let last = performance.now();
    performance.clearMeasures();
    for (let i = 0; i < frames; i++) {
        key(i % 40 < 20 ? "ArrowRight" : "ArrowLeft");
        await next();
        const now = performance.now();
        between.push(now - last);
        last = now;
    }
    await next();
    const script = performance.getEntriesByName("timeline:frame").map(e => e.duration);
    return { between: between.slice(2), script, mode: canvas.dataset.mode };
}"""


def report_page() -> Any:
    """Load the opener of the browser tests."""
    path = Path(__file__).parents[1] / "tests" / "e2e" / "report_page.py"
    spec = importlib.util.spec_from_file_location("report_page", path)
    if spec is None or spec.loader is None:
        sys.exit(f"{path} is absent")
    sys.modules["report_page"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def figures(times: list[float]) -> str:
    """Median, 95th percentile and largest, in milliseconds."""
    p50, p95 = np.percentile(times, (50, 95))
    return f"{p50:6.1f} {p95:6.1f} {max(times):6.1f}"


def main() -> None:
    """Simulate, write, open and move."""
    print(f"reference kernel {1000 * reference_s():.0f} ms")
    machines, jobs, failures, quotas = million()
    schedule = simulate(machines, jobs, "fair", failures, quotas_gpus=quotas, until_s=YEAR_S)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        start = time.perf_counter()
        write_schedule_report(schedule, About("a million jobs", machines, failures=failures), path)
        wrote = time.perf_counter() - start
        print(
            f"{schedule.runs.job.size:,} runs: written in {wrote:.2f} s, {path.stat().st_size / 1e6:.2f} MB"
        )
        opener = report_page()
        with opener.browser() as chromium:
            start = time.perf_counter()
            with opener.opened(chromium, path, height=900) as seen:
                print(f"opened and all drawn in {time.perf_counter() - start:.2f} s")
                heads = ("script", "between frames", "slower processor")
                print(f"{'ms: median, p95, largest':24s}", *(f"{head:>21s}" for head in heads))
                slow = seen.page.context.new_cdp_session(seen.page)
                for factor, name in SPANS:
                    steps = [int(np.log2(factor)), 120]
                    slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})
                    told = seen.page.evaluate(MOVE, steps)
                    slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
                    slower = seen.page.evaluate(MOVE, steps)
                    row = (told["script"], told["between"], slower["between"])
                    print(f"{name:24s}", *(f"{figures(times):>21s}" for times in row), "", told["mode"])


if __name__ == "__main__":
    main()
