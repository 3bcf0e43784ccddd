from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import RejectCode
from .fragments import (
    BatchCounts,
    BatchCountsError,  # noqa: F401
)


class ClassifyBatch(BaseModel):
    classify_batch: "ClassifyBatchClassifyBatch" = Field(alias="classifyBatch")


class ClassifyBatchClassifyBatch(BatchCounts):
    rejects: "ClassifyBatchClassifyBatchRejects"


class ClassifyBatchClassifyBatchRejects(BaseModel):
    nodes: list["ClassifyBatchClassifyBatchRejectsNodes"]


class ClassifyBatchClassifyBatchRejectsNodes(BaseModel):
    line: int
    column: Optional[str]
    code: RejectCode
    message: str


ClassifyBatch.model_rebuild()
ClassifyBatchClassifyBatch.model_rebuild()
ClassifyBatchClassifyBatchRejects.model_rebuild()
