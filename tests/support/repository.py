"""Where the repository is, and where real tracks may be: the only path that leads out of it."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
REAL_TRACKS_VARIABLE = "REAL_TRACKS_DIR"
"""Names a folder with `labelled_features.csv` and the like; tests that need it are else skipped."""
REAL_TRACKS = Path(os.environ.get(REAL_TRACKS_VARIABLE) or ROOT / "no-real-tracks").absolute()
