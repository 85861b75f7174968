"""The site for an ASGI server: `gongbao.site.asgi:application`."""

import sys
from concurrent.futures import ThreadPoolExecutor

from django.core.asgi import get_asgi_application

from gongbao.core.errors import GongbaoError
from gongbao.site.prepare import ready_to_serve, set_up

try:
    set_up()
    # Some servers read this file inside their event loop, where the database may not be asked.
    with ThreadPoolExecutor(max_workers=1) as aside:
        aside.submit(ready_to_serve).result()
except GongbaoError as error:
    sys.exit(f"gongbao: {error}")

application = get_asgi_application()
