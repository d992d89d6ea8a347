"""Where a file that somebody uploads goes: into memory and nowhere else, and of a large one the beginning."""

from __future__ import annotations

from io import BytesIO

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers

MOST = 5 * 1024 * 1024  # bytes that are kept, as many as the largest file that any form takes


class InMemory(FileUploadHandler):
    """Keeps up to MOST bytes. The size it tells is that of all, so that a form can refuse the file.

    Django's own write a large file to the system's temporary folder, which is no tenant's.
    """

    def new_file(self, *args, **kwargs) -> None:
        super().new_file(*args, **kwargs)
        self.kept = BytesIO()
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.kept.write(raw_data[: max(0, MOST - start)])

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.kept.seek(0)
        return InMemoryUploadedFile(
            self.kept, self.field_name, self.file_name, self.content_type, file_size, self.charset
        )
