"""Tenants of a cluster: what each may hold, where it may write, and who may speak for it.

A tenant needs no entry: one that was never named has no quota, the weight 1 and no token, as in the
simulation. Entries are folds of the journal's events like jobs and nodes; of a token only its hash is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from gigawatt.live.transitions import Event, Job, TransitionError

NAME = r"^[\w-][\w.-]*$"
"""How a tenant may be called: it is a folder's name too, and never begins with a dot."""
MOST_NAME = 60
"""Longest name of a tenant; in bytes still short enough for a folder."""
_KEY_PREFIX = "gwk_"
_PREFIX = "gwt_"
"""What a tenant's token begins with, so that programs that look for secrets find it."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """What is known of a tenant."""

    name: str
    quota_gpus: float | None = None
    """GPUs that it may hold before it borrows; None: no quota."""
    weight: float = 1.0
    """Share against the others, for the policies that look at it."""
    roots: tuple[str, ...] = ()
    """Folders beside its own in which its jobs may work and write checkpoints; resolved paths."""
    token_sha256: str = ""
    """Of its token; empty: it has none."""

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Build from what :func:`dataclasses.asdict` gave, also after JSON."""
        return cls(**{**data, "roots": tuple(data["roots"])})

    def event(self) -> dict[str, Any]:
        """Data of the event that makes the tenant what it is here."""
        return asdict(self)


def fold(tenants: Mapping[str, Tenant], events: Iterable[Event]) -> dict[str, Tenant]:
    """Return the tenants after some events; events of other things change nothing.

    Raises
    ------
    TransitionError
        A tenant is removed that is not there.

    Examples
    --------
    >>> told = Event("tenant", 1.0, 1.0, data=Tenant("vision", 16.0).event())
    >>> fold({}, [told])["vision"].quota_gpus
    16.0
    >>> fold({}, [told, Event("tenant_removed", 2.0, 2.0, data={"name": "vision"})])
    {}
    """
    after = dict(tenants)
    for event in events:
        if event.kind == "tenant":
            tenant = Tenant.from_data(event.data)
            after[tenant.name] = tenant
        elif event.kind == "tenant_removed":
            if event.data["name"] not in after:
                raise TransitionError(f"there is no tenant {event.data['name']} to remove")
            del after[event.data["name"]]
    return after


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a tenant, or the cluster's owner.

    >>> from gigawatt.live.transitions import JobSpec
    >>> job = Job(1, JobSpec("vision", 1, ("true",), "/"))
    >>> Caller("vision").sees(job), Caller("speech").sees(job), OWNER.sees(job)
    (True, False, True)
    """

    tenant: str | None = None
    """Its name; None: the owner, who may do everything."""
    looks: bool = False
    """Whether it may only look, and change nothing: a page's key."""

    @property
    def is_owner(self) -> bool:
        """Whether it is the owner."""
        return self.tenant is None

    def sees(self, job: Job) -> bool:
        """Whether a job is its own."""
        return self.tenant in {None, job.spec.tenant}


OWNER = Caller()


def new_token() -> str:
    """Draw a token: 256 bits, which cannot be guessed."""
    return _PREFIX + secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """Return what is kept of a token; it has no salt, for it is not chosen by a person."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def who_asks(token: str, owner_sha256: str, tenants: Mapping[str, Tenant]) -> Caller | None:
    """Return who a token speaks for; None: nobody.

    Hashes are compared, so that the time it takes tells nothing about a token.

    >>> vision = Tenant("vision", token_sha256=hash_of("secret"))
    >>> who_asks("secret", hash_of("the owner's"), {"vision": vision})
    Caller(tenant='vision', looks=False)
    >>> who_asks("", hash_of("the owner's"), {"vision": vision}) is None
    True
    """
    told = hash_of(token)
    if told == owner_sha256:
        return OWNER
    return next((Caller(t.name) for t in tenants.values() if t.token_sha256 == told), None)


def look_key(token_sha256: str) -> str:
    """Return the key of a token with which one may only look; the token cannot be had from it.

    >>> look_key(hash_of("secret"))[:8], look_key(hash_of("secret")) == look_key(hash_of("another"))
    ('gwk_05e2', False)
    """
    digest = hmac.new(token_sha256.encode(), b"gigawatt: a page's key", hashlib.sha256)
    return _KEY_PREFIX + digest.hexdigest()


def who_looks(key: str, owner_sha256: str, tenants: Mapping[str, Tenant]) -> Caller | None:
    """Return on whose behalf a key looks; None: nobody's.

    >>> who_looks(look_key(hash_of("the owner's")), hash_of("the owner's"), {})
    Caller(tenant=None, looks=True)
    """
    if not key.startswith(_KEY_PREFIX) or not key.isascii():
        return None
    if hmac.compare_digest(key, look_key(owner_sha256)):
        return Caller(looks=True)
    known = (t for t in tenants.values() if t.token_sha256)
    return next(
        (Caller(t.name, looks=True) for t in known if hmac.compare_digest(key, look_key(t.token_sha256))),
        None,
    )
