"""Energy counters of the machine: RAPL of its processors, NVML of its GPUs; nothing is guessed.

Both count from some time in the past; a :class:`Meter` gives what has passed since it was asked before.
RAPL's counters begin again at a maximum, after some minutes under load: ask more often than that.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress
from pathlib import Path

POWERCAP = Path("/sys/class/powercap")
_NVML = "libnvidia-ml.so.1"


class Rapl:
    """Processor packages, as the kernel tells (``intel-rapl``, on AMD too); often for root alone.

    References
    ----------
    Linux kernel documentation, Documentation/power/powercap/powercap.rst: ``energy_uj`` in microjoules,
    ``max_energy_range_uj``.
    """

    def __init__(self, folder: Path = POWERCAP) -> None:
        self._zones: dict[str, tuple[Path, int]] = {}
        """Name, counter and its range by package; parts of packages are counted in them."""
        for zone in sorted(folder.glob("intel-rapl:*")):
            if zone.name.count(":") == 1:
                with suppress(OSError, ValueError):
                    most_uj = int((zone / "max_energy_range_uj").read_text(encoding="ascii"))
                    int((zone / "energy_uj").read_text(encoding="ascii"))
                    name = (zone / "name").read_text(encoding="ascii").strip()
                    self._zones[f"rapl {name}"] = (zone / "energy_uj", most_uj)

    def counters(self) -> dict[str, tuple[int, int]]:
        """Return each counter and its range, in microjoules."""
        found = {}
        for name, (file, most_uj) in self._zones.items():
            with suppress(OSError, ValueError):
                found[name] = (int(file.read_text(encoding="ascii")), most_uj)
        return found


class Nvml:
    """GPUs of NVIDIA, through the library of their driver.

    References
    ----------
    NVML API: ``nvmlDeviceGetTotalEnergyConsumption``, millijoules since the driver was loaded; from Volta.
    """

    def __init__(self) -> None:
        self._devices: list[ctypes.c_void_p] = []
        try:
            self._lib = ctypes.CDLL(_NVML)
        except OSError:
            return
        if self._lib.nvmlInit_v2() != 0:
            return
        count = ctypes.c_uint()
        self._lib.nvmlDeviceGetCount_v2(ctypes.byref(count))
        for index in range(count.value):
            device = ctypes.c_void_p()
            if self._lib.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(device)) == 0:
                self._devices.append(device)

    def counters(self) -> dict[str, tuple[int, int]]:
        """Return each counter and its range, in microjoules."""
        found = {}
        for index, device in enumerate(self._devices):
            used_mj = ctypes.c_ulonglong()
            if self._lib.nvmlDeviceGetTotalEnergyConsumption(device, ctypes.byref(used_mj)) == 0:
                found[f"nvml {index}"] = (1000 * used_mj.value, 1000 * 2**64)
        return found


class Meter:
    """What each counter has counted since it was read before.

    >>> class Fake:
    ...     at = iter([990, 10, 40])
    ...     def counters(self): return {"fake": (next(self.at), 1000)}
    >>> meter = Meter([Fake()])
    >>> meter.read(), meter.read()
    ({'fake': 2e-05}, {'fake': 3e-05})
    """

    def __init__(self, sources: list[Rapl | Nvml] | None = None) -> None:
        self._sources: list[Rapl | Nvml] = [Rapl(), Nvml()] if sources is None else sources
        self._before = self._counters()

    def _counters(self) -> dict[str, tuple[int, int]]:
        return {name: told for source in self._sources for name, told in source.counters().items()}

    @property
    def counts(self) -> bool:
        """Whether there is anything to read."""
        return bool(self._before)

    def read(self) -> dict[str, float]:
        """Return joules by source since the time before."""
        now = self._counters()
        passed = {
            name: (at - self._before[name][0]) % most / 1e6
            for name, (at, most) in now.items()
            if name in self._before
        }
        self._before = {**self._before, **now}
        return passed
