"""GONGBAO_HOME: the one folder that holds what this installation keeps outside an outside database."""

import os
import secrets
from pathlib import Path

from gongbao.core.errors import GongbaoError


def home_folder() -> Path:
    """Absolute path of the folder named by GONGBAO_HOME (default `var` under the current folder), made if absent."""
    home = Path(os.environ.get("GONGBAO_HOME") or "var").absolute()
    # Whoever made the folder: what we put into it, database and papers, is for this account alone.
    os.umask(os.umask(0o077) | 0o077)
    try:
        # Others on the machine have no business in a folder with a key and people's papers in it.
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise GongbaoError(
            f"cannot make the folder {home}: {error.strerror}; GONGBAO_HOME names the folder to use"
        ) from error
    return home


def generated_key(home: Path) -> str:
    """The secret key of this installation, drawn at the first run and kept in `secret_key` (mode 0600)."""
    path = home / "secret_key"
    try:
        # Written aside and linked into place, so that of two first runs at once both read the same whole key.
        draft = home / f"secret_key.{os.getpid()}.{secrets.token_hex(4)}"
        if not path.exists():
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(64) + "\n")
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        key = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise GongbaoError(f"cannot keep the secret key in {path}: {error.strerror}") from error
    if not key:
        raise GongbaoError(f"{path} is empty; remove it and a new key is drawn (people will have to sign in again)")
    return key
