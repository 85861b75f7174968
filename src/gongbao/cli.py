"""The `gongbao` command."""

import sys


def main() -> None:
    from django.core.management import ManagementUtility

    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongbao.site.settings")
    ManagementUtility(sys.argv).execute()
