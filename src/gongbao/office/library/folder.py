"""Where files stand."""

from pathlib import Path

from django.conf import settings


def files_folder() -> Path:
    """The folder that holds the files as they were received."""
    return Path(settings.MEDIA_ROOT)
