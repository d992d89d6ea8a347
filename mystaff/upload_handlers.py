"""Where a file that somebody uploads goes: into memory and nowhere else, and of a large one the beginning."""

from __future__ import annotations

from io import BytesIO

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers

MOST = 5 * 2**20  # bytes that are kept, as many as the largest file that other forms take
LARGEST_ROSTER = 32 * 2**20  # bytes: a zip of half a million people
ROSTERS = {"admin:directory_source_start", "admin:directory_source_confirm"}


class InMemory(FileUploadHandler):
    """Keeps up to MOST bytes, of administrators' rosters more. The size it tells is that of all, so that a
    form can refuse the file.

    Django's own write a large file to the system's temporary folder, which is no tenant's.
    """

    def new_file(self, *args, **kwargs) -> None:
        super().new_file(*args, **kwargs)
        self.kept, self.most = BytesIO(), LARGEST_ROSTER if self._is_roster() else MOST
        raise StopFutureHandlers

    def _is_roster(self) -> bool:
        """A page for rosters, and somebody to whom it opens: nobody else fills the server's memory there."""
        page = self.request.resolver_match
        return bool(page and page.view_name in ROSTERS and self.request.user.is_staff)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.kept.write(raw_data[: max(0, self.most - start)])

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.kept.seek(0)
        return InMemoryUploadedFile(
            self.kept, self.field_name, self.file_name, self.content_type, file_size, self.charset
        )
