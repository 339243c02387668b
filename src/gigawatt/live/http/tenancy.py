"""The owner's words about tenants: who they are, what they may hold, who may speak for them.

Each is called within a tick.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from gigawatt.kernel.errors import InputError, Problem
from gigawatt.live.core import Core
from gigawatt.live.http import answers
from gigawatt.live.http.paths import allowed_root, own_folder
from gigawatt.live.http.requests import NewTenant, TenantChange
from gigawatt.live.tenants import Tenant, hash_of, new_token
from gigawatt.live.transitions import ENDED, RUNNING


def rows(core: Core) -> answers.Tenants:
    """Tenants that were named, and those that have jobs which have not ended, by name."""
    held: Counter[str] = Counter()
    running: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    for job in [*core.running(), *core.waiting()]:
        name = job.spec.tenant
        held[name] += job.spec.gpus if job.state == RUNNING else 0
        (running if job.state == RUNNING else waiting)[name] += 1
    names = sorted(set(core.store.tenants) | set(held))
    return {
        "tenants": [
            {
                "name": name,
                "quota_gpus": tenant.quota_gpus,
                "weight": tenant.weight,
                "roots": list(tenant.roots),
                "folder": str(own_folder(core.store.folder, name)),
                "token": bool(tenant.token_sha256),
                "gpus": held[name],
                "running": running[name],
                "waiting": waiting[name],
            }
            for name in names
            for tenant in [core.store.tenants.get(name, Tenant(name))]
        ]
    }


def row(core: Core, name: str) -> answers.TenantRow:
    """One of them."""
    return next(one for one in rows(core)["tenants"] if one["name"] == name)


def find(core: Core, name: str) -> Tenant:
    """Return a tenant that was named.

    Raises
    ------
    InputError
        GW834: there is none of this name.
    """
    tenant = core.store.tenants.get(name)
    if tenant is None:
        seen = f"there is no tenant {name[:100]!r}"
        raise InputError(Problem("GW834", seen, "see gigawatt tenant list", file="TENANT"))
    return tenant


def add(core: Core, wanted: NewTenant) -> answers.TenantRow:
    """Name a tenant.

    Raises
    ------
    InputError
        GW835: there is one of this name; GW845: a root is no folder.
    """
    if wanted.name in core.store.tenants:
        seen = f"there is a tenant {wanted.name!r} already"
        raise InputError(Problem("GW835", seen, "gigawatt tenant set changes it", file="TENANT"))
    roots = tuple(allowed_root(root) for root in wanted.roots)
    core.set_tenants([Tenant(wanted.name, wanted.quota_gpus, wanted.weight, roots)])
    return row(core, wanted.name)


def change(core: Core, name: str, wanted: TenantChange) -> answers.TenantRow:
    """Change what a tenant may hold, from now on; its jobs that run are taken back only for others' quotas.

    Raises
    ------
    InputError
        GW834: there is none; GW845: a root is no folder.
    """
    tenant = find(core, name)
    told = wanted.model_dump(exclude_unset=True)
    if "roots" in told:
        told["roots"] = tuple(allowed_root(root) for root in told["roots"])
    core.set_tenants([replace(tenant, **told)])
    return row(core, name)


def remove(core: Core, name: str) -> answers.Removed:
    """Forget a tenant; its token is worth nothing from now on, its ended jobs and its folder stay.

    Raises
    ------
    InputError
        GW834: there is none; GW835: it has jobs that have not ended.
    """
    find(core, name)
    left = [job.id for job in core.store.jobs.values() if job.spec.tenant == name and job.state not in ENDED]
    if left:
        seen = f"{name} has {len(left):,} jobs that have not ended, the first is {left[0]}"
        raise InputError(Problem("GW835", seen, "cancel them, or wait for them", file="TENANT"))
    core.remove_tenant(name)
    return {"name": name}


def issue(core: Core, name: str) -> answers.Token:
    """Give a tenant a new token; an earlier one is worth nothing from now on."""
    token = new_token()
    core.set_tenants([replace(find(core, name), token_sha256=hash_of(token))])
    return {"name": name, "token": token}


def revoke(core: Core, name: str) -> answers.TenantRow:
    """Let no token speak for a tenant."""
    core.set_tenants([replace(find(core, name), token_sha256="")])
    return row(core, name)
