"""Name the models that have classified tracks, with what their tracks are read by."""

from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from db.models import ModelVersionRow
from db.records import ModelVersion


def save_model(model: ModelVersion) -> Executable:
    """Return the statement that records a model, before the first row that names it.

    A version that was recorded by a release which knew no threshold gets it now.
    """
    new = insert(ModelVersionRow).values(
        version=model.version,
        genres=list(model.genres),
        uncertain_below=model.uncertain_below,
    )
    return new.on_conflict_do_update(
        index_elements=[col(ModelVersionRow.version)],
        set_={"uncertain_below": new.excluded.uncertain_below},
        # Else every batch would write the row, and wait for each other's transactions.
        where=col(ModelVersionRow.uncertain_below) != new.excluded.uncertain_below,
    )
