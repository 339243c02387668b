"""Real GPUs, on machines without any: NVML's package is replaced, or answers that there is no driver."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gigawatt.kernel.errors import InputError
from gigawatt.live.nodes.gpus import find_gpus
from gigawatt.live.nodes.part import Part, rank_environment


class FakeNvml:
    """What the package offers, over GPUs that do not exist; MIG cannot be asked where a kind has none."""

    NVML_DEVICE_MIG_ENABLE = 1

    class NVMLError(Exception):
        pass

    def __init__(self, *names: str, cut: tuple[int, ...] = (), old: bool = False) -> None:
        self.names, self.cut, self.old = names, cut, old
        self.open = 0

    def nvmlInit(self) -> None:
        self.open += 1

    def nvmlShutdown(self) -> None:
        self.open -= 1

    def nvmlDeviceGetCount(self) -> int:
        return len(self.names)

    def nvmlDeviceGetHandleByIndex(self, number: int) -> int:
        return number

    def nvmlDeviceGetMigMode(self, handle: int) -> list[int]:
        if "A10" in self.names[handle]:
            raise self.NVMLError("Not Supported")
        return [int(handle in self.cut), 0]

    def nvmlDeviceGetUUID(self, handle: int) -> Any:
        return f"GPU-{handle}a".encode() if self.old else f"GPU-{handle}a"

    def nvmlDeviceGetName(self, handle: int) -> Any:
        return self.names[handle].encode() if self.old else self.names[handle]

    def nvmlDeviceGetMemoryInfo(self, _handle: int) -> Any:
        return SimpleNamespace(total=80 * 2**30)


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    def replace(nvml: Any) -> Any:
        monkeypatch.setitem(sys.modules, "pynvml", nvml)
        return nvml

    return replace


@pytest.mark.parametrize("old", [False, True])
def test_gpus_are_found_in_their_order_and_the_library_is_closed(put, old: bool):
    nvml = put(FakeNvml("NVIDIA H100", "NVIDIA A10", "NVIDIA H100", old=old))
    assert [(gpu.uuid, gpu.name, gpu.memory_gib) for gpu in find_gpus()] == [
        ("GPU-0a", "NVIDIA H100", 80.0), ("GPU-1a", "NVIDIA A10", 80.0), ("GPU-2a", "NVIDIA H100", 80.0),
    ]  # fmt: skip
    assert nvml.open == 0


@pytest.mark.parametrize(
    ("visible", "found"),
    [("2,0", ["GPU-2a", "GPU-0a"]), ("GPU-1a", ["GPU-1a"]), ("0,7,1", ["GPU-0a"]), ("1,1", ["GPU-1a"])],
)
def test_only_visible_gpus_count(put, monkeypatch: pytest.MonkeyPatch, visible: str, found: list[str]):
    put(FakeNvml("a", "b", "c"))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert [gpu.uuid for gpu in find_gpus()] == found


@pytest.mark.parametrize(
    ("nvml", "visible", "code", "seen"),
    [
        (None, None, "GW861", "nvidia-ml-py is absent"),
        (FakeNvml(), None, "GW863", "no GPU"),
        (FakeNvml("a", "b", cut=(0, 1)), None, "GW863", "2 cut into slices"),
        (FakeNvml("a"), "", "GW863", "CUDA_VISIBLE_DEVICES"),
        (FakeNvml("a"), "-1", "GW863", "'-1'"),
    ],
)
def test_what_is_missing_is_said(put, nvml: Any, visible: str | None, code: str, seen: str):
    put(nvml)
    with pytest.raises(InputError, match=seen) as raised:
        find_gpus(visible)
    assert raised.value.problems[0].code == code
    assert raised.value.problems[0].remedy


def test_without_a_driver_the_real_package_says_so():
    pytest.importorskip("pynvml", reason="the package nvidia-ml-py is absent")
    if Path("/proc/driver/nvidia/version").exists():
        assert find_gpus()
        return
    with pytest.raises(InputError, match=r"GW862.*does not answer"):
        find_gpus()


def test_a_rank_sees_its_gangs_gpus_and_finds_its_own_by_local_rank():
    part = Part(
        7,
        1,
        ("true",),
        "/",
        8,
        (5, 2),
        10,
        1,
        2,
        29500,
        "/c",
        "logs",
        1000,
        "x",
        devices=("GPU-5a", "GPU-2a"),
    )
    again = Part.from_data({**part_data(part), "devices": ["GPU-5a", "GPU-2a"]})
    assert again == part
    for local in (0, 1):
        env = rank_environment(again, local, {"CUDA_VISIBLE_DEVICES": "0,1,2,3,4,5"})
        visible = env["CUDA_VISIBLE_DEVICES"].split(",")
        assert visible[int(env["LOCAL_RANK"])] == env["GIGAWATT_DEVICE"] == part.devices[local]
        assert len(visible) == 2
    virtual = Part(7, 1, ("true",), "/", 8, (0,), 1, 0, 1, 29500, "/c", "logs", 1000, "x")
    assert "CUDA_VISIBLE_DEVICES" not in rank_environment(virtual, 0, {})


def part_data(part: Part) -> dict[str, Any]:
    import json
    from dataclasses import asdict

    return json.loads(json.dumps(asdict(part)))
