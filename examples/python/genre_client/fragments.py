from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import BatchStatus


class BatchCounts(BaseModel):
    id: str
    status: BatchStatus
    rows_received: int = Field(alias="rowsReceived")
    rows_rejected: int = Field(alias="rowsRejected")
    rows_stored: int = Field(alias="rowsStored")
    error: Optional["BatchCountsError"]


class BatchCountsError(BaseModel):
    code: str
    message: str


BatchCounts.model_rebuild()
