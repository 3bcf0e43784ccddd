"""Tell which charset a sample of text is in, the same way for the same bytes.

Text that is valid UTF-8 is UTF-8. Otherwise Windows-1252 is assumed, of which Latin-1 is a part,
unless charset-normalizer finds that the sample makes sense only in another charset.
"""

import codecs
import re

from charset_normalizer import from_bytes

from ml.errors import UnsupportedFileTypeError

UTF8, UTF16, WINDOWS = "UTF-8", "UTF-16", "Windows-1252"
SAMPLE_BYTES = 65_536
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_OTHERS = {
    "cp1251": "Windows-1251 (Cyrillic)",
    "koi8_r": "KOI8-R (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp932": "Shift JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "euc_kr": "EUC-KR (Korean)",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
}


def utf16_codec(start: bytes) -> str | None:
    """Return Python's name of the UTF-16 that a file starts with, None if it is something else.

    Without a byte order mark, a header in UTF-16 has a zero in every other byte.
    """
    if start.startswith(codecs.BOM_UTF32_LE):
        return None
    if start.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if start.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    pairs = len(start) // 2
    even, odd = start[0 : 2 * pairs : 2].count(0), start[1 : 2 * pairs : 2].count(0)
    if odd > 0.9 * pairs and even == 0:
        return "utf-16-le"
    if even > 0.9 * pairs and odd == 0:
        return "utf-16-be"
    return None


def is_utf8(sample: bytes) -> bool:
    """Tell whether text is UTF-8, apart from a few damaged characters and a cut-off last one."""
    valid = _MULTIBYTE.findall(sample)
    complete = sample[:-3] if len(sample) == SAMPLE_BYTES else sample
    beyond = len(_BEYOND_ASCII.findall(complete)) - sum(map(len, valid))
    return beyond <= 0 or len(valid) > beyond


def refuse_other_charset(sample: bytes) -> None:
    """Refuse text that is not UTF-8 and makes no sense in Windows-1252.

    Raises
    ------
    UnsupportedFileTypeError
        Names the charset that the text seems to be in.
    """
    lines = [line for line in sample.splitlines() if not line.isascii()]
    found = from_bytes(
        b"\n".join(lines), cp_isolation=["cp1252", *_OTHERS], preemptive_behaviour=False
    )
    plausible = [match.encoding for match in found]
    if plausible and "cp1252" not in plausible:
        raise UnsupportedFileTypeError(
            f"The text seems to be in {_OTHERS[plausible[0]]}. Save it in UTF-8."
        )


_WINDOWS_TABLE = "".join(
    bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256)
)
"""As browsers read it: the five bytes without a character are control characters."""


def decode_windows(data: bytes) -> str:
    """Decode Windows-1252, which cannot fail."""
    return codecs.charmap_decode(data, "strict", _WINDOWS_TABLE)[0]
