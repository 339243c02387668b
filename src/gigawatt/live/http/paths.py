"""Where the jobs of a tenant may work: its own folder, and those that the owner has allowed."""

from __future__ import annotations

from pathlib import Path

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.live.tenants import Caller, Tenant


def own_folder(folder: Path, tenant: str) -> Path:
    """Return the folder of a tenant's own, in a cluster's folder; a job's number never looks like it."""
    return folder / "checkpoints" / "tenants" / tenant


def resolved(written: str, base: Path) -> Path | None:
    """Return where a path leads, links and ``..`` followed; None where that cannot be said.

    What does not exist yet is taken as written behind the part that does.
    """
    try:
        return (base / written).resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, a name too long, no name at all
        return None


def confine(written: str, name: str, tenant: Tenant, caller: Caller, folder: Path) -> str:
    """Return the path that a job is to use, where its tenant may use it.

    Parameters
    ----------
    written
        As submitted; empty: not given. A relative one begins in the tenant's own folder.
    name
        Of the option, for the message.
    tenant
        Whose job it is.
    caller
        Who submits; the owner may use any path.
    folder
        The cluster's.

    Raises
    ------
    InputError
        GW833: it leads out of the tenant's folders, or nowhere.
    """
    if not written:
        return ""
    own = own_folder(folder, tenant.name)
    if caller.is_owner and Path(written).is_absolute():
        return written  # the owner's own machine: not even links are followed
    place = resolved(written, own)
    # The owner may have moved all checkpoints to another disk; a tenant may not move its own folder.
    allowed = [own.parent.resolve() / own.name, *map(Path, tenant.roots)]
    if place is not None and (caller.is_owner or any(place.is_relative_to(root) for root in allowed)):
        return str(place)
    # Where links lead is not said: it is not the tenant's to know.
    seen = f"{name} {written[:200]!r} does not lie in a folder of {tenant.name}"
    remedy = "give a relative path, which lies in the tenant's own folder, or leave it away"
    raise InputError(Problem("GW833", seen, remedy, file=name))


def allowed_root(written: str) -> str:
    """Return where a folder that is to be allowed to a tenant really is.

    Raises
    ------
    InputError
        GW845: it is no folder, or not written from the root.
    """
    place = resolved(written, Path("/"))
    if not Path(written).is_absolute() or place is None or not place.is_dir():
        seen = f"{written[:200]!r} is no folder of the cluster's machine, written from '/'"
        raise InputError(Problem("GW845", seen, "make it first, and give its whole path", file="--root"))
    return str(place)
