"""What is done to a file while it comes in."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from gongbao.office.intake.actions import LIMIT


class Bounded(FileUploadHandler):
    """Drops a file as soon as one byte too many of it has come; the names are in `files_too_large` of the request."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > LIMIT:
            names = getattr(self.request, "files_too_large", [])
            self.request.files_too_large = [*names, self.file_name or ""]  # type: ignore[union-attr]
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
