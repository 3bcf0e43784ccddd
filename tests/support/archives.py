"""A ZIP archive that is no workbook, whatever its first bytes promise."""

import io
import zipfile


def _zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("tracks.txt", "no workbook")
    return content.getvalue()


ZIP_ARCHIVE = _zip()
