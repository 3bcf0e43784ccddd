"""The parameters of a training run."""

import tomllib
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ml.errors import TrainingDataError


class TrainingParameters(BaseModel):
    """How a model is trained; the defaults are those of the shipped model.

    Those that matter were found by `genre tune` (docs/model/steps.md) and rounded.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=20261123, ge=0, lt=2**31)
    folds: int = Field(default=3, ge=2, le=20)
    """A genre needs at least twice as many tracks."""
    tracks_per_group: int = Field(default=20, ge=1)
    """Size of a group of tracks that may share an artist; folds never split a group."""
    texts_per_word: int = Field(default=5, ge=1)
    """A word in fewer texts is unknown."""
    tfidf_c: float = Field(default=1.3, gt=0)
    ratio_c: float = Field(default=0.3, gt=0)
    """Inverse regularisation of the two logistic regressions over words."""
    kernel_width: float = Field(default=0.6, gt=0)
    kernel_ridge: float = Field(default=4.5, gt=0)
    kernel_frequencies: int = Field(default=512, ge=16, le=8192)
    tree_leaves: int = Field(default=4, ge=2)
    tree_learning_rate: float = Field(default=0.05, gt=0, le=1)
    tree_feature_fraction: float = Field(default=0.2, gt=0, le=1)
    tree_l2: float = Field(default=10.0, ge=0)
    tracks_per_leaf: int = Field(default=30, ge=1)
    min_tree_rounds: int = Field(default=8, ge=1)
    max_tree_rounds: int = Field(default=152, ge=1)
    boosters: int = Field(default=4, ge=2, le=20)
    """Of the kind `lightgbm`; each learns from all folds but one."""
    booster_leaves: int = Field(default=15, ge=2)
    booster_learning_rate: float = Field(default=0.05, gt=0, le=1)
    booster_feature_fraction: float = Field(default=0.3, gt=0, le=1)
    tracks_per_booster_leaf: int = Field(default=10, ge=1)
    max_booster_rounds: int = Field(default=400, ge=1)
    repeats: int = Field(default=3, ge=1, le=20)
    """How many times validation is repeated, each time with different folds."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read parameters from a TOML file; those it does not name keep their default.

        Raises
        ------
        TrainingDataError
            The file is not TOML, or has an unknown parameter or an invalid value.
        """
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise TrainingDataError(f"{path.name} is not TOML: {error}.") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise TrainingDataError(f"{path.name}, {where}: {first['msg']}.") from error
