"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

PARTIAL = ".partial"
"""How the name of a file ends that is being written, or was when its writer was killed."""


def write_whole(path: Path, content: str | bytes, *, lasting: bool = False) -> None:
    """Write beside a file's place and move it there at the end; text as UTF-8, its line ends as they are.

    Two that write the same file at once do each other no harm: the later move counts.

    Parameters
    ----------
    path
        Where the file goes; its folder exists.
    content
        All that it holds.
    lasting
        Force the content to the disk before the move, so that a machine that loses its power has either the
        old file or the new one. The name itself is forced only with its folder.

    Raises
    ------
    OSError
        It cannot be written; what stood there before still stands, and nothing is left beside it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(Path(folder) / "a.txt", "one")
    ...     [file.name for file in Path(folder).iterdir()]
    ['a.txt']
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}{PARTIAL}")
    try:
        with partial.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
