"""A site that is written to without end, as by its users: an entry of the log and a file, again and again."""

import hashlib
import sys
import time
from pathlib import Path

import django


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.utils import timezone

    from gongbao.office.audit.actions import recorded
    from gongbao.office.audit.actors import OUR_RULE, SYSTEM

    number = 0
    while True:
        number += 1
        content = f"file {number}".encode()
        digest = hashlib.sha256(content).hexdigest()
        folder = Path(settings.MEDIA_ROOT) / digest[:2]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / digest).write_bytes(content)
        with recorded("tests.write", actor=SYSTEM, ground=OUR_RULE, at=timezone.now()) as record:
            record(f"file:{digest}")
        if number == 3:
            print("writing", flush=True)
        time.sleep(0.002)


sys.exit(main())
