"""Record the models that have classified tracks, with what is needed to read their tracks."""

from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from db.models import ModelVersionRow
from db.records import ModelVersion


def save_model(model: ModelVersion) -> Executable:
    """Return the statement that records a model; run it before storing rows that refer to it.

    It also sets the threshold of a version that an earlier release recorded without one.
    """
    new = insert(ModelVersionRow).values(
        version=model.version,
        genres=list(model.genres),
        uncertain_below=model.uncertain_below,
    )
    return new.on_conflict_do_update(
        index_elements=[col(ModelVersionRow.version)],
        set_={"uncertain_below": new.excluded.uncertain_below},
        # Otherwise every batch would write the row, and wait for the others' transactions.
        where=col(ModelVersionRow.uncertain_below) != new.excluded.uncertain_below,
    )
