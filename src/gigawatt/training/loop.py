"""The steps of a training, the same on one rank and on many."""

from __future__ import annotations

import math
import sys
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.training.checkpoint import Checkpoint, last_checkpoint, write_checkpoint
from gigawatt.training.model import make_model
from gigawatt.training.options import TrainingOptions
from gigawatt.training.peers import Peers
from gigawatt.training.record import Record
from gigawatt.training.text import Text, read_text, shard

_SAID_EVERY = 10
"""Steps between the lines that rank 0 says in its log."""


class Training:
    """A model, its optimiser and its place in the text, on one rank."""

    def __init__(self, options: TrainingOptions, folder: Path, peers: Peers) -> None:
        if options.batch < peers.world_size:
            seen = f"--batch {options.batch} is less than one window for each of {peers.world_size} ranks"
            raise InputError(Problem("GW874", seen, "give a larger --batch, or ask for fewer GPUs"))
        torch.set_num_threads(options.threads)
        torch.use_deterministic_algorithms(mode=True)
        self.options = options
        self.folder = folder
        self.peers = peers
        self.text: Text = read_text(options.text, window=options.window, seed=options.seed)
        self.model = make_model(
            window=options.window,
            width=options.width,
            layers=options.layers,
            heads=options.heads,
            seed=options.seed,
            dtype=getattr(torch, options.dtype),
        ).to(peers.device)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=options.learning_rate)
        self.step = 0
        self._go_on()
        self.parallel: nn.Module = peers.wrap(self.model)

    def run(self) -> bool:
        """Train up to the last step; return whether it was reached (else all ranks were asked to stop)."""
        record = Record(self.folder) if self.peers.leads else None
        try:
            return self._run(record)
        finally:
            if record is not None:
                record.close()

    def _run(self, record: Record | None) -> bool:
        options, peers = self.options, self.peers
        if record is not None:
            record.add(run_from_step=self.step, ranks=peers.world_size)
            _say(f"from step {self.step} of {options.steps} on {peers.world_size} ranks")
        while self.step < options.steps:
            begun_s = time.perf_counter()
            loss, stop = self._one_step()
            if record is not None:
                tokens_per_s = options.batch * options.window / (time.perf_counter() - begun_s)
                record.add(step=self.step, loss=loss, tokens_per_s=round(tokens_per_s, 1))
                if self.step % _SAID_EVERY == 0 or self.step == options.steps:
                    _say(f"step {self.step}: loss {loss:.4f} nats a byte, {tokens_per_s:,.0f} tokens/s")
            if stop or self.step % options.checkpoint_every == 0 or self.step == options.steps:
                self._save()
            if stop and self.step < options.steps:
                if record is not None:
                    _say(f"asked to stop; step {self.step} is saved")
                return False
        if record is not None:
            held_out = self._held_out_loss()
            record.add(finished_at_step=self.step, held_out_loss=held_out)
            _say(f"finished; loss on text that was not learnt {held_out:.4f} nats a byte")
        return True

    def _one_step(self) -> tuple[float, bool]:
        """Do the next step; return its loss over all ranks before the step, and whether to stop after it.

        DDP averages gradients over ranks. Each rank's loss is its sum over bytes, times the number of ranks,
        over the bytes of the whole batch: the average is then the gradient of the mean over the batch, also
        where shares are unequal, and differs from one rank's only in the order of additions.
        """
        options, peers = self.options, self.peers
        step = self.step + 1
        starts = self.text.starts(step, options.batch)[shard(options.batch, peers.rank, peers.world_size)]
        for group in self.optimiser.param_groups:
            group["lr"] = options.learning_rate * _rate(step, options.warm_up)
        self.optimiser.zero_grad(set_to_none=True)
        total: Tensor = self.parallel(self._rows(self.text.rows(starts)))
        tokens = options.batch * options.window
        (total * (peers.world_size / tokens)).backward()
        self.optimiser.step()
        self.step = step
        loss, stop = peers.sum(float(total.detach()))
        return loss / tokens, stop

    def _rows(self, rows: NDArray[np.int64]) -> Tensor:
        return torch.from_numpy(rows).to(self.peers.device)

    def _held_out_loss(self) -> float:
        rows = self._rows(self.text.held_out_rows())
        with torch.no_grad():
            total: float = self.model(rows).item()
        return total / (len(rows) * self.options.window)

    # Checkpoints

    def _save(self) -> None:
        """Write a checkpoint (rank 0), and go on when it is on the disk."""
        if self.peers.leads:
            arrays = {name: tensor.cpu().numpy() for name, tensor in self._state().items()}
            training = self.options.same_training()
            write_checkpoint(self.folder, Checkpoint(self.step, training, arrays), self.options.keep)
        self.peers.wait()

    def _go_on(self) -> None:
        """Take up the last whole checkpoint; rank 0 alone reads, so that all take up the same."""
        found = None
        if self.peers.leads:
            self.folder.mkdir(parents=True, exist_ok=True)
            found = last_checkpoint(self.folder)
            if found is not None:
                self._refuse_another_training(found)
        self.step = self.peers.share(0 if found is None else found.step)
        if self.step == 0:
            return
        self._make_optimiser_state()
        for name, tensor in self._state().items():
            if found is not None:
                tensor.copy_(torch.from_numpy(np.asarray(found.arrays[name])))
            self.peers.share_tensor(tensor)
            if name == "generator":
                torch.set_rng_state(tensor)

    def _refuse_another_training(self, found: Checkpoint) -> None:
        mine = self.options.same_training()
        changed = [
            f"--{name.replace('_', '-')} {mine.get(name)} (it has {found.training.get(name)})"
            for name in sorted({*mine, *found.training})
            if mine.get(name) != found.training.get(name)
        ]
        if changed:
            seen = f"the checkpoint of step {found.step} is of another training: {', '.join(changed)}"
            remedy = "give what it was begun with, or another --checkpoint-dir"
            raise InputError(Problem("GW875", seen, remedy, file=str(self.folder)))

    def _make_optimiser_state(self) -> None:
        """Give the optimiser its tensors, which it makes only with its first step."""
        for parameter in self.model.parameters():
            parameter.grad = torch.zeros_like(parameter)
        weights = [parameter.detach().clone() for parameter in self.model.parameters()]
        self.optimiser.step()
        with torch.no_grad():
            for parameter, weight in zip(self.model.parameters(), weights, strict=True):
                parameter.copy_(weight)

    def _state(self) -> dict[str, Tensor]:
        """Name every tensor that a checkpoint holds; all but the generator's are those in use."""
        state = {f"model.{name}": tensor.detach() for name, tensor in self.model.named_parameters()}
        for name, parameter in self.model.named_parameters():
            for key, tensor in self.optimiser.state[parameter].items():
                state[f"optimiser.{name}.{key}"] = tensor
        state["generator"] = torch.get_rng_state()
        return state


def _rate(step: int, warm_up: int) -> float:
    """The learning rate as a share of its peak: it rises over the warm-up, then falls with the root.

    It does not depend on the last step, so that a training may be prolonged.

    >>> [round(_rate(step, 10), 2) for step in (1, 10, 40)]
    [0.1, 1.0, 0.5]
    """
    return min(step / warm_up, math.sqrt(warm_up / step))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
