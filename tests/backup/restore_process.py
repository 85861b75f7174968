"""Tries to restore each file into the home, and prints on a line of its own why that is refused."""

import sys
from pathlib import Path

import django

django.setup()

from gongbao.core.errors import GongbaoError  # noqa: E402
from gongbao.site import backup  # noqa: E402

for name in sys.argv[1:]:
    try:
        backup.restore(Path(name), replacing=False, progress=lambda step, done, total: None)
    except GongbaoError as error:
        print(" ".join(str(error).split()))
    else:
        print("restored")
