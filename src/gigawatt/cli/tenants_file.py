"""The file of ``gigawatt up --tenants``."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

from gigawatt.kernel.errors import InputError, Problem


def read_tenants(path: Path) -> tuple[dict[str, Any], ...]:
    """Read quotas and weights from a tenants file, or from the file that describes a cluster to a replay.

    Raises
    ------
    InputError
        GW2xx and GW3xx for the file; GW836: a tenant named twice, or by no name that a folder may have.
    """
    from gigawatt.cluster.readers.inputs import ClusterFile, PartsFile, TenantsFile
    from gigawatt.live.tenants import MOST_NAME, NAME
    from gigawatt.scenario.read import read_text
    from gigawatt.scenario.yaml_text import read_bytes

    text = read_bytes(path, str(path))
    model: type[ClusterFile | PartsFile | TenantsFile] = TenantsFile
    if re.search(rb"^gpus\s*:", text, re.MULTILINE):
        model = ClusterFile
    elif re.search(rb"^parts\s*:", text, re.MULTILINE):
        model = PartsFile
    shares = read_text(text, model, file=str(path)).scenario.tenants
    problems = [
        Problem(
            "GW836",
            f"the name of a tenant is {share.name!r}",
            f"letters, digits, '_', '-' and '.', no '.' first, at most {MOST_NAME}",
            file=str(path),
        )
        for share in shares
        if not re.fullmatch(NAME, share.name) or len(share.name) > MOST_NAME
    ]
    counts = Counter(share.name for share in shares)
    problems += [
        Problem("GW836", f"the tenant {name!r} is named {count} times", "keep one", file=str(path))
        for name, count in counts.items()
        if count > 1
    ]
    if problems:
        raise InputError(problems)
    return tuple(share.model_dump() for share in shares)
