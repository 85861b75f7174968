"""The key files of the demonstration's custodians, and its shares of draws: so that an opening can be played.

In a market that people rely on a custodian makes the key in a browser, keeps it under a pass phrase that nobody else
knows, and no server ever sees it. Here the program makes the keys and tells everybody the pass phrase: they protect
nothing but invented purchases, on a site for this machine alone (gongbao.site.server.open_demo_accounts). The folder is
in the home; nothing serves it, and no backup holds it.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from joserfc import jwe
from joserfc.jwk import OctKey, RSAKey

PASSPHRASE = "only-for-trying-out"
_README = f"""演示专用，请勿用于正式系统。Only for trying the program out; never for a market that people rely on.

*.jwe   密钥文件：以文件名所示账号登录，在“密封件保管”页面选择本文件；口令为 {PASSPHRASE}
        key files: sign in as the account that the name says, and choose the file under 密封件保管; pass phrase as above
share-* 抽取随机数：以项目业主或者运维机构账号登录，在采购的抽取页面填写其中的 share
        shares of draws: signed in as the owner or the operator, put the "share" in on the page of the draw
"""


def folder() -> Path:
    return Path(settings.GONGBAO_HOME) / "demo-keys"


def key_file(key: RSAKey) -> str:
    """The text of a custodian's key file, as a browser makes it (static/market/sealing.js: protect)."""
    wrapped, sealed = "PBES2-HS512+A256KW", "A256GCM"
    header = {"alg": wrapped, "enc": sealed, "cty": "jwk+json"}
    content = json.dumps(key.as_dict(private=True)).encode()
    return jwe.encrypt_compact(header, content, OctKey.import_key(PASSPHRASE), algorithms=[wrapped, sealed])


def keep(files: Mapping[str, str]) -> None:
    """Write these files, by name, for the eyes of whoever runs the program alone; what was there is replaced."""
    folder().mkdir(mode=0o700, exist_ok=True)
    for name, text in {"README.txt": _README, **files}.items():
        handle = os.open(folder() / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
