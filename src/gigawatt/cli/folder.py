"""A folder that appears whole, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gigawatt.cli.interrupt import raise_if_asked
from gigawatt.cli.outcome import refuse


def check_target(target: Path, is_ours: Callable[[Path], bool] | None = None) -> None:
    """Refuse a place where a run folder must not be put.

    Parameters
    ----------
    target
        The place.
    is_ours
        Says whether a folder may be replaced. Default: a run's may.

    Raises
    ------
    InputError
        GW501: something stands there that is not a run folder.
    """
    if not os.path.lexists(target):
        return
    if not target.is_dir() or target.is_symlink():
        raise refuse("GW501", f"{target} is not a folder", "give another --out", str(target))
    if any(target.iterdir()) and not (is_ours or is_run_folder)(target):
        seen = "this folder is not empty and not made by this command of gigawatt; it is left as it is"
        raise refuse("GW501", seen, "give another --out, or empty it", str(target))


def is_run_folder(folder: Path) -> bool:
    """Whether a folder was written by ``gigawatt run``."""
    from gigawatt.results.folder import read_manifest

    try:
        read_manifest(folder)
    except (OSError, ValueError):
        return False
    return True


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give a folder to write into; put it in the target's place at the end.

    Where the body raises (an interruption included) the target is as it was,
    and nothing is left beside it.
    """
    made = _make_parents(target.parent)
    draft = None
    try:
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent))
        inner = draft / "run"
        inner.mkdir()
        yield inner
        raise_if_asked()
        _swap(inner, target, draft / "before")
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
        if not target.exists():
            for folder in made:
                folder.rmdir()


def _make_parents(parent: Path) -> list[Path]:
    """Make a folder and those above it; return the new ones, the deepest first."""
    missing = [folder for folder in (parent, *parent.parents) if not folder.exists()]
    parent.mkdir(parents=True, exist_ok=True)
    return missing


def _swap(new: Path, target: Path, aside: Path) -> None:
    had_one = target.exists()
    if had_one:
        target.rename(aside)
    try:
        new.rename(target)
    finally:
        if had_one and not target.exists():
            aside.rename(target)
