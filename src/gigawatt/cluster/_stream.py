"""Draws failures block by block, so that no end of the simulation needs to be known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gigawatt.cluster._arrays import FAIL, Sim
from gigawatt.cluster._handle import sealed
from gigawatt.cluster.failures import Failures
from gigawatt.cluster.machines import Machines


class FailureStream:
    """Failures of one part of the machines."""

    def __init__(self, machines: Machines, failures: Failures | None, seed: int, part: int = 0) -> None:
        self.failures = failures
        self.horizon_s = np.inf if failures is None else 0.0
        self._rng = np.random.default_rng([seed, part] if part else seed)
        self._gpus = machines.gpus
        self._in_service = machines.in_service
        self.lemons = np.zeros(0, dtype=np.int64)
        if failures is None:
            return
        if not machines.placed and (failures.lemon_frac > 0.0 or failures.quarantine_after > 0):
            raise ValueError("lemons and quarantine need nodes; take Machines.of instead of Machines.pool")
        self._rates = np.array([c.rate_per_gpu_h for c in failures.causes]) * self._gpus / 3600.0
        self._medians_s = np.array([c.repair_median_s for c in failures.causes])
        self._sigmas = np.array([c.repair_sigma for c in failures.causes])
        count = round(failures.lemon_frac * machines.nodes)
        self.lemons = np.sort(self._rng.choice(machines.nodes, size=count, replace=False))
        self._nodes = machines.nodes

    def extend(self, sim: Sim) -> Sim:
        """Draw the next block; what has been handled is dropped."""
        f = self.failures
        if f is None:
            return sim
        excess = f.lemon_multiplier - 1.0
        share = self.lemons.size / self._nodes
        base = float(self._rates.sum())
        most = base * f.infant_multiplier * (1.0 + excess * share)
        span_s = max(20_000.0 / most, 3600.0) if most > 0.0 else np.inf
        if not np.isfinite(span_s):
            self.horizon_s = np.inf
            sim.sim["horizon_s"] = np.inf
            return sim
        count = int(self._rng.poisson(most * span_s))
        at_s = self.horizon_s + np.sort(self._rng.random(count)) * span_s
        chance = self._rng.random(count) * f.infant_multiplier
        if not self._in_service:
            kept = chance < self._hazard(f, f.age_s + at_s)
            at_s, chance = at_s[kept], chance[kept]
        count = at_s.size
        block = np.zeros(count, dtype=FAIL)
        block["at_s"] = at_s
        block["cause"] = np.searchsorted(
            np.cumsum(self._rates) / base, self._rng.random(count), side="right"
        ).clip(max=self._rates.size - 1)
        extra = self._rng.random(count) < excess * share / (1.0 + excess * share)
        where = self._rng.random(count)
        if self.lemons.size:
            chosen = self.lemons[self._rng.integers(self.lemons.size, size=count)]
            where = np.where(extra, (chosen + where) / self._nodes, where)
        block["where"] = where
        block["extra"] = extra
        sigma = self._sigmas[block["cause"]]
        block["repair_s"] = self._medians_s[block["cause"]] * np.exp(sigma * self._rng.standard_normal(count))
        if self._in_service:
            block = block[self._present(f, block["at_s"], block["where"], chance)]
        self.horizon_s += span_s
        sim.sim["horizon_s"] = self.horizon_s
        done = int(sim.sim["next_failure"][0])
        sim.sim["next_failure"] = 0
        return sealed(sim._replace(fails=np.concatenate([sim.fails[done:], block])))

    def _hazard(self, f: Failures, age_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Hazard of machines by their age, against old ones."""
        return 1.0 + (f.infant_multiplier - 1.0) * np.exp(-age_s / f.infant_decay_s)

    def _present(
        self, f: Failures, at_s: NDArray[np.float64], where: NDArray[np.float64], chance: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Which failures strike machines that are in service then, new ones more often than old ones."""
        times, gpus = (np.array(column) for column in zip(*self._in_service, strict=True))
        gpu = where * self._gpus
        here = gpu < gpus[np.searchsorted(times, at_s, side="right") - 1]
        step = np.searchsorted(np.maximum.accumulate(gpus), gpu, side="right")
        added_s = times[np.minimum(step, times.size - 1)]
        old = np.where(added_s == 0.0, f.age_s, 0.0)
        present = here & (chance < self._hazard(f, old + at_s - added_s))
        return np.asarray(present, dtype=np.bool_)
