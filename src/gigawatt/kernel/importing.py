"""Importing much at once, quickly."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


@contextmanager
def in_haste(without: Sequence[str] = ()) -> Iterator[None]:
    """Import much at once: collect no garbage meanwhile, for all of it stays.

    Parameters
    ----------
    without
        Modules that those imported can do without, and that are absent for them unless they are there
        already: numba looks for ``scipy.linalg``, which takes as long to load as numba.

    Examples
    --------
    >>> import sys
    >>> _ = sys.modules.pop("colorsys", None)
    >>> with in_haste(without=["colorsys"]):
    ...     try:
    ...         import colorsys
    ...     except ImportError as error:
    ...         print(error)
    import of colorsys halted; None in sys.modules
    >>> import colorsys
    """
    absent = [name for name in without if name not in sys.modules]
    collects = gc.isenabled()
    gc.disable()
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None: an import of it fails
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
        if collects:
            gc.enable()
