"""Maps of tracks in two dimensions: pictures for pages, and interactive on one's own machine."""

import os
import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from notebooks.parts.tracks import PICTURES, PUBLIC, QUICK, Catalogue

FloatArray = npt.NDArray[np.float64]
_SEED = 1
_QUICK_EPOCHS = 5


def umap_places(values: FloatArray, metric: str) -> FloatArray:
    """Lay out rows so that near ones stay near, roughly in quick runs; shape (n_rows, 2)."""
    if QUICK:  # compiling would take most of the time
        os.environ["NUMBA_DISABLE_JIT"] = "1"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from umap import UMAP

        epochs = _QUICK_EPOCHS if QUICK else None
        layout = UMAP(metric=metric, n_epochs=epochs, random_state=_SEED)
        return np.asarray(layout.fit_transform(values))


@dataclass(frozen=True, slots=True)
class Map:
    """Tracks as points, coloured by genre.

    Shown as a picture, and in Jupyter and exported HTML as a Plotly chart with titles on hover,
    except on pages to be published.
    """

    name: str
    places: FloatArray
    catalogue: Catalogue

    def picture(self) -> Figure:
        """Draw the points."""
        figure, axes = plt.subplots(figsize=(6.5, 4.8), layout="constrained")
        for number, genre in enumerate(self.catalogue.genres):
            own = self.places[self.catalogue.truth == number]
            axes.scatter(own[:, 0], own[:, 1], s=12, label=genre, color=f"C{number % 10}")
        axes.set(xticks=[], yticks=[], title=self.name)
        axes.legend(fontsize=7, loc="center left", bbox_to_anchor=(1, 0.5))
        return figure

    def chart(self) -> str:
        """Return a chart with titles on hover, as HTML."""
        import plotly.express as px

        table = self.catalogue.table
        figure = px.scatter(
            x=self.places[:, 0],
            y=self.places[:, 1],
            color=table["genre"],
            hover_name=table["title"],
            labels={"x": "", "y": "", "color": "genre"},
            title=self.name,
            height=560,
        )
        figure.update_xaxes(showticklabels=False)
        figure.update_yaxes(showticklabels=False)
        return str(figure.to_html(full_html=False, include_plotlyjs=_take_script()))

    def _ipython_display_(self) -> None:
        from IPython.display import HTML, display

        if PUBLIC or PICTURES:
            figure = self.picture()
            display(figure)
            plt.close(figure)
        else:
            display(HTML(self.chart()))


_script_taken = False


def _take_script() -> bool:
    """Tell whether a chart must bring Plotly's script: the first of a page does."""
    global _script_taken
    first, _script_taken = not _script_taken, True
    return first
