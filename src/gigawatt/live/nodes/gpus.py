"""The GPUs of this machine, as NVIDIA's management library (NVML) names them; needs the extra ``gpu``.

Names and order are those of nvidia-smi: by PCI bus, each with a UUID that a restart does not change. Where
CUDA_VISIBLE_DEVICES is set only the GPUs that it names count; numbers in it are read in that order, as a
CUDA program does with CUDA_DEVICE_ORDER=PCI_BUS_ID. GPUs cut into MIG slices are left out: a slice has names
of its own.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from gigawatt.kernel.errors import InputError, Problem

VISIBLE = "CUDA_VISIBLE_DEVICES"


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU of this machine."""

    uuid: str
    """What CUDA_VISIBLE_DEVICES takes."""
    name: str
    memory_gib: float


def find_gpus(visible: str | None = None) -> tuple[Gpu, ...]:
    """Find the GPUs of this machine.

    Parameters
    ----------
    visible
        Count only these, as CUDA_VISIBLE_DEVICES names them. Default: what that variable says; all where it
        is not set.

    Raises
    ------
    InputError
        GW861: the package that asks NVML is absent; GW862: there is no driver, or it does not answer;
        GW863: there are no GPUs, or none that may be used.
    """
    try:
        nvml = import_module("pynvml")
    except ImportError:
        seen = "GPUs cannot be looked for: the package nvidia-ml-py is absent"
        raise InputError(Problem("GW861", seen, "pip install 'gigawatt[gpu]'", file="NVML")) from None
    try:
        nvml.nvmlInit()
        try:
            all_of_them = [_gpu(nvml, number) for number in range(nvml.nvmlDeviceGetCount())]
        finally:
            nvml.nvmlShutdown()
    except nvml.NVMLError as error:
        seen = f"NVIDIA's driver does not answer: {error}"
        remedy = "install or mend the driver (nvidia-smi must work), or use virtual GPUs: --virtual"
        raise InputError(Problem("GW862", seen, remedy, file="NVML")) from None
    whole = [gpu for gpu in all_of_them if gpu is not None]
    told = os.environ.get(VISIBLE) if visible is None else visible
    found = tuple(whole) if told is None else choose(whole, told)
    if not found:
        seen = "this machine has no GPU that may be used"
        if all_of_them:
            seen += f": {len(all_of_them)} are there, {len(all_of_them) - len(whole)} cut into slices (MIG)"
            seen += "" if told is None else f"; {VISIBLE} is {told[:100]!r}"
        raise InputError(Problem("GW863", seen, "use virtual GPUs: --virtual", file="NVML"))
    return found


def choose(gpus: Sequence[Gpu], visible: str) -> tuple[Gpu, ...]:
    """Return the GPUs that CUDA_VISIBLE_DEVICES names, in its order, up to the first unknown one.

    >>> two = (Gpu("GPU-aa11", "H100", 80.0), Gpu("GPU-bb22", "H100", 80.0))
    >>> [gpu.uuid for gpu in choose(two, "1,0")], [gpu.uuid for gpu in choose(two, "GPU-bb,-1,0")]
    (['GPU-bb22', 'GPU-aa11'], ['GPU-bb22'])
    """
    chosen: list[Gpu] = []
    for word in visible.split(","):
        name = word.strip()
        if name.isdecimal():
            fitting = list(gpus[int(name) : int(name) + 1])
        else:
            fitting = [gpu for gpu in gpus if name.startswith("GPU-") and gpu.uuid.startswith(name)]
        if len(fitting) != 1 or fitting[0] in chosen:
            break
        chosen.append(fitting[0])
    return tuple(chosen)


def in_words(gpus: Sequence[Gpu]) -> str:
    """Say what GPUs there are.

    >>> in_words([Gpu("GPU-1", "NVIDIA H100", 79.6), Gpu("GPU-2", "NVIDIA H100", 79.6)])
    '2 x NVIDIA H100 (80 GiB)'
    """
    kinds = list(dict.fromkeys((gpu.name, round(gpu.memory_gib)) for gpu in gpus))
    counts = [sum((g.name, round(g.memory_gib)) == kind for g in gpus) for kind in kinds]
    return ", ".join(
        f"{count} x {name} ({memory_gib} GiB)"
        for count, (name, memory_gib) in zip(counts, kinds, strict=True)
    )


def _gpu(nvml: Any, number: int) -> Gpu | None:
    """Describe one GPU; None where it is cut into slices."""
    handle = nvml.nvmlDeviceGetHandleByIndex(number)
    try:
        if nvml.nvmlDeviceGetMigMode(handle)[0] == nvml.NVML_DEVICE_MIG_ENABLE:
            return None
    except nvml.NVMLError:
        pass  # a GPU that cannot be cut
    uuid, name = nvml.nvmlDeviceGetUUID(handle), nvml.nvmlDeviceGetName(handle)
    return Gpu(_text(uuid), _text(name), nvml.nvmlDeviceGetMemoryInfo(handle).total / 2**30)


def _text(value: str | bytes) -> str:
    """Older versions of the package give bytes."""
    return value.decode() if isinstance(value, bytes) else value
