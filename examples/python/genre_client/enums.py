from enum import Enum


class BatchKind(str, Enum):
    UPLOAD = "UPLOAD"
    RECLASSIFY = "RECLASSIFY"


class BatchStatus(str, Enum):
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class RejectCode(str, Enum):
    MISSING_VALUE = "MISSING_VALUE"
    NOT_A_NUMBER = "NOT_A_NUMBER"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    DUPLICATE_TRACK = "DUPLICATE_TRACK"
    BAD_TEXT = "BAD_TEXT"
    WRONG_FIELD_COUNT = "WRONG_FIELD_COUNT"


class TrackOrder(str, Enum):
    TITLE = "TITLE"
    CONFIDENCE = "CONFIDENCE"
