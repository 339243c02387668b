"""The ranks of a gang: sums over them, and the word that one of them is to stop."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from gigawatt.kernel.errors import InputError, Problem

_PATIENCE = timedelta(seconds=120)
"""How long a rank waits for the others before it gives up; assumed: 30 s to 10 min. The death of one is told
at once, by its closed connection; this is for one that hangs."""


class Peers:
    """A rank among the others, from the environment that torchrun and a live cluster give."""

    def __init__(self, environment: Mapping[str, str], device: str = "cpu") -> None:
        self.rank = _number(environment, "RANK", 0)
        self.world_size = _number(environment, "WORLD_SIZE", 1)
        if not 0 <= self.rank < self.world_size:
            seen = f"RANK {self.rank} is not one of {self.world_size} (WORLD_SIZE)"
            raise InputError(Problem("GW873", seen, "start it with gigawatt submit, or with torchrun"))
        if self.world_size > 1:
            missing = [name for name in ("MASTER_ADDR", "MASTER_PORT") if not environment.get(name)]
            if missing:
                seen = f"WORLD_SIZE is {self.world_size}, but {' and '.join(missing)} is not set"
                raise InputError(Problem("GW873", seen, "start it with gigawatt submit, or with torchrun"))
        self.device = _device(environment, device)
        self._on_loopback = environment.get("MASTER_ADDR", "").startswith(("127.", "localhost"))
        self._asked_to_stop = False
        self._handler: Any = signal.SIG_DFL

    def __enter__(self) -> Self:
        self._handler = signal.signal(signal.SIGTERM, self._note)
        if self.world_size > 1:
            if self._on_loopback:  # gloo would look up the machine's name, which may lead elsewhere
                os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
            # What is small or is on its way to the disk is on the processor also where the model is not.
            backend = "gloo" if self.device.type == "cpu" else "cpu:gloo,cuda:nccl"
            dist.init_process_group(backend, timeout=_PATIENCE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGTERM, self._handler)
        # After a failure there is nobody to part from: the process ends, and its connections with it.
        if self.world_size > 1 and kind is None:
            dist.destroy_process_group()

    def _note(self, *_: object) -> None:
        self._asked_to_stop = True

    @property
    def leads(self) -> bool:
        """Whether this rank writes what is written once."""
        return self.rank == 0

    def wrap(self, model: nn.Module) -> nn.Module:
        """Let gradients be averaged over the ranks as they come; rank 0's weights go to all."""
        if self.world_size == 1:
            return model
        on = None if self.device.type == "cpu" else [self.device.index]
        return DistributedDataParallel(model, device_ids=on)

    def sum(self, value: float) -> tuple[float, bool]:
        """Return a number summed over the ranks, and whether any of them was asked to stop (SIGTERM)."""
        both = torch.tensor([value, float(self._asked_to_stop)], dtype=torch.float64)
        if self.world_size > 1:
            dist.all_reduce(both)
        return float(both[0]), bool(both[1] > 0)

    def share(self, number: int) -> int:
        """Return rank 0's number on every rank."""
        told = torch.tensor([number], dtype=torch.int64)
        self.share_tensor(told)
        return int(told[0])

    def share_tensor(self, tensor: Tensor) -> None:
        """Write rank 0's tensor into that of every rank."""
        if self.world_size > 1:
            dist.broadcast(tensor, src=0)

    def wait(self) -> None:
        """Wait until all ranks are here."""
        if self.world_size > 1:
            dist.all_reduce(torch.zeros(1))  # a barrier would not know on which device


def _device(environment: Mapping[str, str], kind: str) -> torch.device:
    """The processor, or this rank's GPU among those that it may see."""
    if kind == "cpu":
        return torch.device("cpu")
    # The matrix library is the same to the bit each time only with work space of a fixed size.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    number, there = _number(environment, "LOCAL_RANK", 0), torch.cuda.device_count()
    if number >= there:
        seen = f"--device cuda: of GPUs PyTorch sees {there} here, and this is local rank {number}"
        raise InputError(Problem("GW877", seen, "give --device cpu, or run where each rank has a GPU"))
    torch.cuda.set_device(number)
    return torch.device("cuda", number)


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, str(default))
    if not (text.isascii() and text.isdigit()):
        seen = f"{name} is {text[:40]!r}, not a number"
        raise InputError(Problem("GW873", seen, "start it with gigawatt submit, or with torchrun"))
    return int(text)
