"""Types of arrays that the modules of learning hand to one another."""

import numpy as np
import numpy.typing as npt

Float32Matrix = npt.NDArray[np.float32]
Float32Vector = npt.NDArray[np.float32]
Rows = npt.NDArray[np.bool_] | npt.NDArray[np.intp]
"""A boolean mask or an array of indices."""
Truth = npt.NDArray[np.intp]
"""Index of the genre of each track."""
