"""The rules of a site that people rely on: what it refuses to start with.

They hold when GONGBAO_ENV is `production`. Those about settings are met while the settings are read, so that no way
into the program goes round them; the one about accounts is met when the site begins to serve.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from gongbao.core.errors import GongbaoError

# As long and as varied as the keys that Django itself calls safe.
KEY_LENGTH = 50
KEY_VARIETY = 5


def asked_for(environ: Mapping[str, str]) -> bool:
    """Whether the environment asks for production; an unknown word is refused rather than taken for 'no'."""
    asked = environ.get("GONGBAO_ENV", "").strip().lower()
    if asked not in ("", "development", "production"):
        raise GongbaoError(f"GONGBAO_ENV is {asked!r}; it may be production or development")
    return asked == "production"


def given_key(environ: Mapping[str, str]) -> str:
    """The secret key that the environment gives, itself or in a file; empty when it gives none."""
    path = environ.get("GONGBAO_SECRET_KEY_FILE", "").strip()
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise GongbaoError(f"GONGBAO_SECRET_KEY_FILE cannot be read: {error.strerror}", where=path) from error
    return environ.get("GONGBAO_SECRET_KEY", "").strip()


def refuse_unsafe_settings(*, secret_key: str, debug: bool, hosts: Sequence[str]) -> None:
    """Raise GongbaoError at the first setting that a production site must not have."""
    if not secret_key:
        raise GongbaoError(
            "production needs a secret key of its own: set GONGBAO_SECRET_KEY or GONGBAO_SECRET_KEY_FILE"
        )
    if len(secret_key) < KEY_LENGTH or len(set(secret_key)) < KEY_VARIETY or secret_key.startswith("django-insecure-"):
        raise GongbaoError(
            "production refuses this secret key: it is a default or can be guessed; "
            f"draw {KEY_LENGTH} random characters or more"
        )
    if debug:
        raise GongbaoError("production refuses GONGBAO_DEBUG: it shows settings and data to whoever meets an error")
    if not hosts:
        raise GongbaoError(
            "production needs the names it answers to: set GONGBAO_HOSTS, for instance zwgk.example.gov.cn"
        )
    # A leading dot admits every name below it: `.gov.cn` is no name of one site.
    if any("*" in host or (host.startswith(".") and host.count(".") < 3) for host in hosts):
        raise GongbaoError("production refuses GONGBAO_HOSTS that admits any name: list the names of this site")


def refuse_demo_accounts() -> None:
    """Raise GongbaoError when somebody may sign in with an account made for showing the program."""
    from django.contrib.auth import get_user_model

    from gongbao.office.people.actions import DEMO_PREFIX

    users = get_user_model()._default_manager.filter(username__startswith=DEMO_PREFIX, is_active=True)
    names = sorted(users.values_list("username", flat=True)[:3])
    if names:
        raise GongbaoError(
            f"production refuses demonstration accounts: {', '.join(names)}; "
            f"close each: gongbao account {names[0]} --closed"
        )
