"""Where a cluster is found and where it listens: what cannot be is refused before anything is sent."""

from __future__ import annotations

import os
import ssl
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from live_fixture import certificate

from gigawatt.kernel.errors import InputError
from gigawatt.live.http.listening import Certificate, check_listening, far_door, read_address
from gigawatt.live.nodes.lock import Lock
from gigawatt.live.outside.door import Door, find, no_cluster, of_url
from gigawatt.live.settings import Settings

PLAIN = Settings(1, 1)


@pytest.mark.parametrize(
    "written",
    ["", "8470", ":8470", "192.0.2.7", "192.0.2.7:", "192.0.2.7:x", "192.0.2.7:-1", "192.0.2.7:65536",
     "host.example:80", "1.2.3:80", "[::1:80", "192.0.2.7:80:80", "192.0.2.7:٣", "192.0.2.7:" + "9" * 5000],
)  # fmt: skip
def test_what_is_no_address_is_refused(written: str):
    with pytest.raises(InputError, match="GW837"):
        read_address(written)


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.1:80", "[::]:0", "[2001:db8::1]:80"])
def test_other_machines_are_let_in_over_tls_only(address: str):
    with pytest.raises(InputError, match="GW838"):
        check_listening(replace(PLAIN, listen=address))


def test_the_loopback_may_go_without():
    assert check_listening(PLAIN) is None
    assert check_listening(replace(PLAIN, listen="127.0.0.1:0")) == (("127.0.0.1", 0), None)
    server = far_door(replace(PLAIN, listen="[::1]:0"))
    assert server is not None
    try:
        assert server.url == f"http://[::1]:{server.server_port}"
        with pytest.raises(InputError, match="GW837"):
            far_door(replace(PLAIN, listen=f"[::1]:{server.server_port}"))
    finally:
        server.server_close()


def test_certificates_that_cannot_be_used_are_refused(tmp_path: Path):
    cert, key = certificate(tmp_path)
    locked = tmp_path / "locked.key"
    subprocess.run(
        ["openssl", "ec", "-in", key, "-aes256", "-passout", "pass:secret", "-out", str(locked)],
        check=True, capture_output=True,
    )  # fmt: skip
    good = replace(PLAIN, listen="0.0.0.0:0", tls_cert=cert, tls_key=key)
    told = check_listening(good)
    assert told is not None
    assert told[1].context().minimum_version == ssl.TLSVersion.TLSv1_2
    for wrong in (
        {"tls_key": ""}, {"tls_cert": ""}, {"tls_key": cert}, {"tls_cert": key}, {"tls_key": "none"},
        {"tls_cert": str(tmp_path)}, {"tls_key": str(locked)}, {"listen": ""},
    ):  # fmt: skip
        with pytest.raises(InputError, match="GW839"):
            check_listening(replace(good, **wrong))


def test_a_renewed_certificate_is_taken_up_and_a_half_written_one_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    now, later = tmp_path / "now", tmp_path / "later"
    now.mkdir()
    later.mkdir()
    files = certificate(now)
    told = Certificate(*files)
    first = told.context()
    assert told.context() is first
    for renewed, file in zip(certificate(later), files, strict=True):
        assert told.context() is first
        Path(renewed).replace(file)
    assert told.context() is not first
    Path(files[0]).write_text("-----BEGIN", encoding="ascii")
    kept = told.context()
    assert kept is told.context()
    assert capsys.readouterr().err.count("GW839") >= 1


@pytest.mark.parametrize(
    "url",
    ["", "cluster.example", "cluster.example:80", "ftp://a", "https://", "https://a:99999", "https://a:x",
     "https://[::1", "https://a/path", "https://a?x=1", "https://user:word@a", "http://a.example",
     "http://0.0.0.0:80", "http://10.0.0.1", "file:///etc/passwd", "https://\0"],
)  # fmt: skip
def test_addresses_that_cannot_be_or_would_tell_the_token_are_refused(url: str):
    with pytest.raises(InputError, match="GW843"):
        of_url(url, "t")


@pytest.mark.parametrize("token", ["", "a\nb", "tökén", "a\r\nX: y"])
def test_a_token_that_no_header_can_hold_is_refused(token: str):
    with pytest.raises(InputError, match="GW843"):
        of_url("http://127.0.0.1:1", token)


def test_options_go_before_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("GIGAWATT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("GIGAWATT_TOKEN", "env")
    (tmp_path / "token").write_text("file\n", encoding="utf-8")
    assert find(None, None, None, None) == Door("127.0.0.1", 1, "env")
    assert find(None, "http://[::1]:2", None, tmp_path / "token") == Door("::1", 2, "file")
    assert find(tmp_path, None, None, None) is None
    with pytest.raises(InputError, match="GW843"):
        find(tmp_path, "http://127.0.0.1:2", None, None)
    with pytest.raises(InputError, match="GW843"):
        find(None, None, None, tmp_path / "none")
    monkeypatch.setenv("GIGAWATT_URL", "https://127.0.0.1:1")
    with pytest.raises(InputError, match="GW839"):
        find(None, None, tmp_path / "token", None)
    monkeypatch.delenv("GIGAWATT_URL")
    assert find(None, None, None, None) is None


def test_what_is_no_cluster_is_told_apart(tmp_path: Path):
    with pytest.raises(InputError, match="GW842"):
        Door("127.0.0.1", 9, "t").ask("GET", "/v1/status")
    with pytest.raises(InputError, match="GW842"):
        Door("nowhere.invalid", 9, "t").ask("GET", "/v1/status")
    with pytest.raises(InputError, match="GW803"):
        Door("127.0.0.1", 9, "t", folder=tmp_path).ask("GET", "/v1/status")
    assert "t0ken" not in repr(Door("127.0.0.1", 9, "t0ken"))
    assert os.fspath(tmp_path) in Door("127.0.0.1", 9, "t", folder=tmp_path).place


def test_what_is_left_of_a_cluster_that_does_not_answer_is_said(tmp_path: Path) -> None:
    assert "no cluster runs here" in str(no_cluster(tmp_path / "none"))
    assert not (tmp_path / "none").exists()
    (tmp_path / "nodes").mkdir()
    agent, controller = Lock(tmp_path / "nodes" / "0.lock"), Lock(tmp_path / "controller.lock")
    assert "no cluster runs here" in str(no_cluster(tmp_path))
    assert agent.take()
    assert "has died, and its agents wait" in str(no_cluster(tmp_path))
    assert controller.take()
    assert "begins, or hangs" in str(no_cluster(tmp_path))
    agent.release()
    controller.release()
    assert "no cluster runs here" in str(no_cluster(tmp_path))
