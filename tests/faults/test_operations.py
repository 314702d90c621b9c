"""The examples of docs/operations.md, run as they stand there: the service's unit and the proxy's configuration."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
import requests

from tests.faults.homes import Server, free_port, home_with_world
from tests.integration.world import TOKEN

PAGE = (Path(__file__).resolve().parents[2] / "docs/operations.md").read_text()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.S | re.M)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_the_unit_is_one(tmp_path: Path) -> None:
    [unit] = blocks("ini")
    gramreach = Path(__file__).resolve().parents[2] / ".venv/bin/gramreach"
    place = tmp_path / "gramreach.service"
    place.write_text(
        unit.replace("/opt/gramreach/.venv/bin/gramreach", str(gramreach)).replace("User=gramreach", "User=root")
    )
    said = subprocess.run(["systemd-analyze", "verify", place], capture_output=True, text=True)
    assert [line for line in said.stderr.splitlines() if "gramreach.service" in line] == []
    for option in ("--port",):
        assert option in unit


@pytest.mark.skipif(shutil.which("nginx") is None or shutil.which("openssl") is None, reason="nginx is not installed")
def test_behind_the_proxy_everything_works_and_addresses_are_known(tmp_path: Path) -> None:
    plain, secure = free_port(), free_port()
    home = home_with_world(tmp_path / "home", "sqlite")
    home.also = {
        "PUBLIC_URL": "https://reach.example.org", "TRUSTED_PROXIES": "127.0.0.1", "LOG_REQUESTS": "1", "LOG_FORMAT": "json"
    }  # fmt: skip
    server = Server(home, free_port(), "--workers", "1")
    proxy = start_nginx(tmp_path, plain, secure, server.port)
    try:
        server.start(wait=False)
        ask = requests.Session()
        ask.trust_env = False
        ask.verify, ask.headers["Host"] = False, "reach.example.org"
        wait_for(lambda: ask.get(f"https://127.0.0.1:{secure}/readyz", timeout=20).status_code == 200)
        moved = ask.get(f"http://127.0.0.1:{plain}/login", allow_redirects=False, timeout=20)
        assert moved.headers["Location"] == "https://reach.example.org/login"
        login = ask.get(f"https://127.0.0.1:{secure}/login", timeout=20)
        assert "max-age=31536000" in login.headers["Strict-Transport-Security"]
        assert "Secure" in login.headers["Set-Cookie"]
        me = ask.get(f"https://127.0.0.1:{secure}/api/v1/me", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=20)
        assert me.json()["role"] == "field_officer"
        ask.get(f"https://127.0.0.1:{secure}/openrosa/key/{TOKEN}/formList", timeout=20)
        server.process and server.process.send_signal(signal.SIGTERM)  # type: ignore[func-returns-value]
        assert server.process is not None
        assert server.process.wait(60) == 0
    finally:
        proxy.terminate()
        proxy.wait(10)
        server.kill()
    lines = server.log.read_text()
    assert '"address": "127.0.0.1"' in lines
    assert '"path": "/api/v1/me"' in lines
    assert TOKEN not in lines
    assert TOKEN not in (tmp_path / "access.log").read_text()


def start_nginx(folder: Path, plain: int, secure: int, to: int) -> subprocess.Popen[bytes]:
    """The blocks of the page with other ports, files and a certificate of its own."""
    site, common = blocks("nginx")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=reach.example.org",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True,
    )  # fmt: skip
    (folder / "common.conf").write_text(common)
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"), ("listen 443 ssl;", f"listen 127.0.0.1:{secure} ssl;"),
        ("/etc/ssl/reach.example.org.pem", str(folder / "cert.pem")), ("/etc/ssl/reach.example.org.key", str(folder / "key.pem")),
        ("/etc/nginx/gramreach_proxy.conf", str(folder / "common.conf")), ("127.0.0.1:8000", f"127.0.0.1:{to}"),
    ):  # fmt: skip
        assert old in site
        site = site.replace(old, new)
    temporary = "".join(
        f"{name}_temp_path {folder / name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = (
        f"user root; pid {folder / 'pid'}; daemon off; error_log {folder / 'error.log'};\nevents {{}}\n"
        f"http {{ access_log {folder / 'access.log'};\n{temporary}{site} }}"
    )
    (folder / "nginx.conf").write_text(whole)
    return subprocess.Popen(
        ["nginx", "-c", folder / "nginx.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def wait_for(is_so: object) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if is_so():  # type: ignore[operator]
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    raise AssertionError("not in a minute")
