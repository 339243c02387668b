"""A cluster for one piece of work: it ends with it, and what a killed owner left is ended by the next."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest

from gigawatt.kernel.errors import GigawattError
from gigawatt.live.outside import client
from gigawatt.live.outside.array_job import own_cluster, run_array
from gigawatt.live.settings import Settings

ONE = Settings(nodes=1, gpus_per_node=2)


@pytest.fixture(autouse=True)
def short_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):  # after tmp_path, which lies elsewhere
    with tempfile.TemporaryDirectory(prefix="gw", dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def run(folder: Path, script: str, count: int = 2) -> list[int]:
    command = [sys.executable, "-c", script]
    return run_array(folder, command, count, tenant="t", restarts=1, tell=lambda: None)


def test_what_a_killed_owner_left_is_ended_by_the_next(short_folder: Path, tmp_path: Path) -> None:
    note = tmp_path / "cluster"
    left = short_folder / "gigawatt-left"
    client.bring_up(left, ONE)
    note.write_text(str(left), encoding="utf-8")
    with own_cluster(ONE, note) as folder:
        assert not left.exists()
        assert note.read_text(encoding="utf-8") == str(folder) != str(left)
        assert run(folder, "import os; assert os.environ['GIGAWATT_ARRAY_INDEX'] in '01'") == [1, 2]
        with pytest.raises(GigawattError, match=r"job 3 failed; rank 0 ended with 7; it said: no luck"):
            run(folder, "import sys; print('no luck'); sys.exit(7)", count=1)
    assert not list(short_folder.glob("gigawatt-*"))
    assert not note.exists()


def test_a_note_that_names_another_folder_is_no_order_to_remove_it(
    short_folder: Path, tmp_path: Path
) -> None:
    note, precious = tmp_path / "cluster", tmp_path / "precious"
    precious.mkdir()
    note.write_text(str(precious), encoding="utf-8")
    with own_cluster(ONE, note):
        assert precious.is_dir()
