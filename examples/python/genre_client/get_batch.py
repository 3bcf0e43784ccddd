from typing import Optional

from .base_model import BaseModel
from .fragments import BatchCounts


class GetBatch(BaseModel):
    batch: Optional["GetBatchBatch"]


GetBatchBatch = BatchCounts
GetBatch.model_rebuild()
