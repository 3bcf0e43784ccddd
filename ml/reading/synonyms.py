"""Other names that columns have in people's files: the only place that lists them.

Compared without case and separators, so `Track Name` is `trackname`. A name is listed only if it
says the same in the same unit: `duration_ms` is not, because durations are in seconds.
"""

from collections.abc import Mapping, Sequence

SYNONYMS: Mapping[str, Sequence[str]] = {
    "trackID": ("id", "song id"),
    "title": ("name", "song", "song name", "song title", "track name", "track title"),
    "tags": ("words", "lyrics", "lyric words"),
    "loudness": ("loudness db", "loudness dbfs"),
    "tempo": ("bpm", "tempo bpm", "beats per minute"),
    "time_signature": ("beats per bar",),
    "key": ("pitch class",),
    "duration": ("duration s", "duration sec", "duration seconds"),
}
