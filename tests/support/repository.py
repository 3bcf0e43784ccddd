"""The repository's root, and the folder of real tracks: the only path outside the repository."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
REAL_TRACKS_VARIABLE = "REAL_TRACKS_DIR"
"""A folder with `labelled_features.csv` and so on; without it, tests that need it are skipped."""
REAL_TRACKS = Path(os.environ.get(REAL_TRACKS_VARIABLE) or ROOT / "no-real-tracks").absolute()
