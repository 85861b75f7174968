"""What a site that people rely on refuses to start with, each by itself, and that it starts without them."""

import subprocess
import sys

import pytest
from django.contrib.auth import get_user_model

from gongbao.core.errors import GongbaoError
from gongbao.site import production
from tests.program import environment, get, gongbao, ready, serving

KEY = "".join(chr(97 + number * 7 % 26) + str(number) for number in range(40))
GOOD = {
    "GONGBAO_ENV": "production",
    "GONGBAO_SECRET_KEY": KEY,
    "GONGBAO_HOSTS": "gongbao.example",
    "GONGBAO_PROXY": "127.0.0.1",
}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"GONGBAO_SECRET_KEY": ""}, "needs a secret key"),
        ({"GONGBAO_SECRET_KEY": "change-me"}, "refuses this secret key"),
        ({"GONGBAO_SECRET_KEY": "a" * 60}, "refuses this secret key"),
        ({"GONGBAO_SECRET_KEY": "django-insecure-" + KEY}, "refuses this secret key"),
        ({"GONGBAO_SECRET_KEY_FILE": "/nowhere/key"}, "GONGBAO_SECRET_KEY_FILE cannot be read"),
        ({"GONGBAO_DEBUG": "1"}, "refuses GONGBAO_DEBUG"),
        ({"GONGBAO_HOSTS": ""}, "needs the names it answers to"),
        ({"GONGBAO_HOSTS": "gongbao.example,*"}, "admits any name"),
        ({"GONGBAO_HOSTS": ".gov.cn"}, "admits any name"),
        ({"GONGBAO_ENV": "prodution"}, "GONGBAO_ENV is 'prodution'"),
    ],
)
@pytest.mark.parametrize("way", [["serve", "--port", "0"], ["migrate"]])
def test_production_refuses(tmp_path, way, change, told):
    done = gongbao(tmp_path, *way, **{**GOOD, **change})
    assert (done.returncode, done.stdout) == (1, "")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert KEY not in done.stderr


@pytest.mark.parametrize("module", ["wsgi", "asgi"])
def test_production_refuses_under_any_server(tmp_path, module):
    done = subprocess.run(
        [sys.executable, "-c", f"import gongbao.site.{module}"],
        env=environment(tmp_path, **{**GOOD, "GONGBAO_HOSTS": "*"}),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("gongbao: production refuses GONGBAO_HOSTS")


@pytest.mark.parametrize("module", ["wsgi", "asgi"])
def test_a_good_production_environment_starts_under_any_server(tmp_path, module):
    load = f"import gongbao.site.{module}"
    if module == "asgi":
        # Some servers read the module inside their event loop.
        load = f"import asyncio\nasync def load():\n    {load}\nasyncio.run(load())"

    def start():
        return subprocess.run(
            [sys.executable, "-c", load], env=environment(tmp_path, **GOOD), capture_output=True, text=True
        )

    done = start()
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "run: gongbao migrate" in done.stderr
    assert gongbao(tmp_path, "migrate", **GOOD).returncode == 0
    done = start()
    assert (done.returncode, done.stderr) == (0, "")


def test_production_refuses_a_demonstration_account_until_it_is_closed(tmp_path):
    ready(tmp_path)
    make = "from gongbao.office.people.models import Account; Account.objects.create_user('demo-clerk', password='x')"
    done = gongbao(tmp_path, "django", "shell", "-c", make)
    assert done.returncode == 0, done.stderr
    close = ["account", "demo-clerk", "--closed"]
    for way in (["serve", "--port", "0"], ["check-production"]):
        done = gongbao(tmp_path, *way, **GOOD)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            f"gongbao: production refuses demonstration accounts: demo-clerk; close each: gongbao {' '.join(close)}\n"
        )
    # What is told to be done can be done.
    done = gongbao(tmp_path, *close)
    assert (done.returncode, done.stderr) == (0, "")
    done = gongbao(tmp_path, "check-production", **GOOD)
    assert (done.returncode, done.stderr) == (0, "")


def test_check_production_refuses_a_redis_that_nothing_can_speak_to(tmp_path):
    done = gongbao(tmp_path, "check-production", **{**GOOD, "GONGBAO_CACHE": "redis://:secret@cache.example:6379/0"})
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "the Python package redis is not installed" in done.stderr
    assert "secret" not in done.stderr


def test_a_redis_is_taken_where_its_package_is_there(tmp_path):
    (tmp_path / "redis.py").write_text("")
    told = "from gongbao.site.settings import CACHES; print(CACHES['default']['BACKEND'])"
    given = {"GONGBAO_CACHE": "redis://:secret@cache.example:6379/0", "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", told], env=environment(tmp_path, **given), capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("django.core.cache.backends.redis.RedisCache\n", "")


@pytest.mark.django_db
def test_accounts_that_only_resemble_a_demonstration_account_are_let_in():
    users = get_user_model().objects
    users.create(username="demography")
    production.refuse_demo_accounts()
    users.create(username="demo-auditor")
    with pytest.raises(GongbaoError, match="close each: gongbao account demo-auditor --closed"):
        production.refuse_demo_accounts()


def test_production_serves_over_https_only_with_the_headers_that_protect(tmp_path):
    with serving(ready(tmp_path / "home"), **GOOD) as (port, _):
        status, headers, _ = get(port, "/", Host="gongbao.example")
        assert (status, headers["location"]) == (301, "https://gongbao.example/")

        status, headers, _ = get(port, "/", Host="gongbao.example", X_Forwarded_Proto="https")
        assert status == 200
        assert headers["strict-transport-security"].startswith("max-age=31536000")
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"

        status, _, _ = get(port, "/", Host="elsewhere.example", X_Forwarded_Proto="https")
        assert status == 400
        # Whoever watches over it asks by address, and need not pretend to be the proxy.
        status, _, body = get(port, "/healthz", Host="10.0.0.7")
        assert (status, body) == (200, "well\n")
    log = (tmp_path / "log").read_text()
    assert [line.rpartition(" GET / ")[2][:3] for line in log.splitlines()] == ["301", "200", "400"]
    assert "elsewhere" not in log


def test_a_proxy_that_was_not_named_is_not_believed(tmp_path):
    with serving(ready(tmp_path / "home"), **{**GOOD, "GONGBAO_PROXY": ""}) as (port, _):
        status, _, _ = get(port, "/", Host="gongbao.example", X_Forwarded_Proto="https")
        assert status == 301
