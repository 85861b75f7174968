"""The site for a WSGI server: `gongbao.site.wsgi:application`."""

import sys

from django.core.wsgi import get_wsgi_application

from gongbao.core.errors import GongbaoError
from gongbao.site.prepare import ready_to_serve, set_up

try:
    set_up()
    ready_to_serve()
except GongbaoError as error:
    sys.exit(f"gongbao: {error}")

application = get_wsgi_application()
