"""Tenants: kept in the journal, told to the policies, read from a file."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from gigawatt.cli.tenants_file import read_tenants
from gigawatt.cluster import policies
from gigawatt.kernel.errors import InputError
from gigawatt.live.deciding import Scheduler
from gigawatt.live.http import views
from gigawatt.live.settings import Settings
from gigawatt.live.store import Store
from gigawatt.live.tenants import OWNER, Caller, Tenant, hash_of, who_asks
from gigawatt.live.transitions import Job, JobSpec, TransitionError


def job(number: int, tenant: str, gpus: int) -> Job:
    return Job(number, JobSpec(tenant, gpus, ("true",), "/"))


def test_tenants_are_there_after_a_new_start(tmp_path: Path):
    store = Store(tmp_path)
    vision = Tenant("vision", 16.0, 2.0, ("/data",), hash_of("x"))
    store.append([store.event("tenant", **t.event()) for t in (Tenant("speech"), vision, Tenant("gone"))])
    store.append([store.event("tenant_removed", name="gone")])
    before = store.tenants
    with pytest.raises(TransitionError):
        store.append(
            [store.event("tenant", **Tenant("more").event()), store.event("tenant_removed", name="x")]
        )
    assert store.tenants is before
    assert store.check() == 4
    store.close()
    again = Store(tmp_path)
    assert again.tenants == before == {"speech": Tenant("speech"), "vision": vision}
    again.close()


@pytest.mark.parametrize("when", ["before", "between", "restored"])
def test_a_quota_is_told_to_the_policy_whenever_it_comes(when: str):
    scheduler = Scheduler(policies.fair(borrowing=False), gpus=8)
    shares = {"a": Tenant("a", quota_gpus=4.0)}
    if when == "before":
        scheduler.share(shares)
    for number, tenant in enumerate("aaab", 1):
        scheduler.submit(0.0, job(number, tenant, 2))
    if when == "between":
        scheduler.share(shares)
    if when == "restored":
        scheduler.share(shares)
        scheduler.restore([job(number, t, 2) for number, t in enumerate("aaab", 1)], {}, 0)
    assert sorted(decision.job for decision in scheduler.decide(0.0)) == [1, 2, 4]
    scheduler.share({"a": Tenant("a", quota_gpus=6.0)})
    assert [decision.job for decision in scheduler.decide(1.0)] == [3]


def test_weights_decide_who_gets_more():
    scheduler = Scheduler(policies.fair(), gpus=8)
    scheduler.share({"b": Tenant("b", weight=3.0)})
    for number, tenant in enumerate("aaaaaaaabbbbbbbb", 1):
        scheduler.submit(0.0, job(number, tenant, 1))
    started = [decision.job for decision in scheduler.decide(0.0)]
    assert sum(number > 8 for number in started) == 6


def test_equal_tenants_go_by_their_first_submission_also_after_a_new_start():
    scheduler = Scheduler(policies.fair(), gpus=2)
    scheduler.know(["z", "a"])
    scheduler.restore([job(7, "a", 2), job(8, "z", 2)], {}, 0)
    assert [decision.job for decision in scheduler.decide(0.0)] == [8]


def test_more_tenants_than_seats_make_it_begin_anew():
    scheduler = Scheduler(policies.fair(), gpus=8)
    scheduler.share({"t64": Tenant("t64", quota_gpus=1.0)})
    jobs = [job(n, f"t{n}", 1) for n in range(65)]
    for one in jobs:
        scheduler.submit(0.0, one)
    assert scheduler.stale
    scheduler.restore(jobs, {}, 0)
    assert len(scheduler.decide(0.0)) == 8


def test_a_token_speaks_for_one():
    tenants = {name: Tenant(name, token_sha256=hash_of(name * 3)) for name in ("a", "b")} | {"c": Tenant("c")}
    owner = hash_of("owner")
    told = [who_asks(token, owner, tenants) for token in ("owner", "aaa", "bbb", "ccc", "", "\udc80")]
    assert told == [OWNER, Caller("a"), Caller("b"), None, None, None]


def test_a_tenant_cannot_let_any_number_of_jobs_wait(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(views, "MOST_WAITING", 3)
    waiting = [job(1, "a", 1), job(2, "b", 1), job(3, "b", 1)]
    core = SimpleNamespace(
        settings=Settings(1, 8), waiting=lambda: waiting, submit=lambda specs, _: list(range(len(specs)))
    )
    specs = [job(9, "a", 1).spec] * 2
    assert views.submit(core, specs, Caller("a")) == [0, 1]
    assert views.submit(core, specs, OWNER) == [0, 1]
    with pytest.raises(InputError, match="GW849"):
        views.submit(core, specs, Caller("b"))


def test_a_file_of_tenants_or_of_a_cluster_is_read(tmp_path: Path):
    shares = "tenants:\n- {name: vision, quota: 16, weight: 2}\n- {name: speech}\n"
    expected = (
        {"name": "vision", "quota_gpus": 16.0, "weight": 2.0},
        {"name": "speech", "quota_gpus": None, "weight": 1.0},
    )
    for head in ("", "gpus: 64\n"):
        (tmp_path / "tenants.yaml").write_text(head + shares, encoding="utf-8")
        assert read_tenants(tmp_path / "tenants.yaml") == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("tenants: [{name: ..}]", "GW836"),
        ("tenants: [{name: a/b}]", "GW836"),
        ("tenants: [{name: a}, {name: a}]", "GW836"),
        ("tenants: []", "GW3"),
        ("tenants: [{name: a, quota: 0}]", "GW3"),
        ("tenants: [{name: a, wieght: 2}]", "GW3"),
        ("nothing: 1", "GW3"),
        ("tenants: [", "GW2"),
    ],
)
def test_a_wrong_file_of_tenants_is_refused(tmp_path: Path, text: str, code: str):
    (tmp_path / "tenants.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=code):
        read_tenants(tmp_path / "tenants.yaml")
