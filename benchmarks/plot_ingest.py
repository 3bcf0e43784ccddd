"""Plot what `end_to_end`, `memory`, `stages` and `chunk_size` wrote with `--json`.

`python -m benchmarks.plot_ingest END_TO_END.json MEMORY.json STAGES.json CHUNK_SIZE.json FOLDER`
"""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt  # the backend is chosen first


def plot_end_to_end(found: dict[str, Any], file: Path) -> None:
    """Draw speed and memory next to those of the reference's method."""
    figure, panels = plt.subplots(1, 2, figsize=(7, 2.2), dpi=90)
    shown = (("rows_per_s", "rows/s", panels[0]), ("peak_mb", "peak memory, MB", panels[1]))
    for key, label, axes in shown:
        values = [found["reference"][key], found["service"][key]]
        bars = axes.barh(["reference's method", "this service"], values, color=["0.7", "C0"])
        axes.bar_label(bars, [f"{value:,.0f}" for value in values], padding=3, fontsize=8)
        axes.set(xlabel=label, xlim=(0, max(values) * 1.4))
    figure.tight_layout()
    figure.savefig(file)


def plot_memory(table: list[dict[str, float]], file: Path) -> None:
    """Draw the peak memory and the size of the file by its number of rows."""
    figure, axes = plt.subplots(figsize=(6, 3), dpi=90)
    rows = [cells["rows"] for cells in table]
    axes.plot(rows, [cells["file_mb"] for cells in table], "--", color="0.6", label="the file")
    axes.plot(rows, [cells["peak_mb"] for cells in table], marker="o", label="the service")
    axes.axhline(400, color="C3", linewidth=0.8, label="limit for 42,800 rows")
    axes.set(xscale="log", yscale="log", xlabel="rows", ylabel="MB")
    axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(file)


def plot_stages(stages: dict[str, dict[str, float]], file: Path) -> None:
    """Draw the CPU time of each stage, and of Arrow's reading as the lower bound."""
    figure, axes = plt.subplots(figsize=(6, 2.4), dpi=90)
    names = list(stages)
    bars = axes.barh(names, [stages[name]["cpu_s"] for name in names])
    axes.bar_label(bars, [f"{stages[name]['cpu_s']:.2f}" for name in names], padding=3, fontsize=8)
    axes.invert_yaxis()
    axes.set(xlabel="CPU seconds for 42,800 rows")
    axes.margins(x=0.12)
    figure.tight_layout()
    figure.savefig(file)


def plot_chunk_size(table: list[dict[str, float]], file: Path) -> None:
    """Draw speed and memory by chunk size."""
    figure, axes = plt.subplots(figsize=(6, 2.8), dpi=90)
    sizes = [cells["mib"] for cells in table]
    speed = axes.plot(sizes, [cells["rows_per_s"] for cells in table], marker="o", label="rows/s")
    axes.set(xscale="log", xlabel="chunk, MiB", ylabel="rows/s", ylim=(0, None))
    axes.set_xticks(sizes, [f"{size:.0f}" for size in sizes])
    axes.minorticks_off()
    other = axes.twinx()
    peaks = [cells["peak_mb"] for cells in table]
    memory = other.plot(sizes, peaks, marker="s", color="C1", label="peak memory, MB")
    other.set(ylabel="MB", ylim=(0, None))
    axes.legend(handles=[*speed, *memory], fontsize=8, loc="lower right")
    figure.tight_layout()
    figure.savefig(file)


def main() -> None:
    """Write the four plots."""
    *inputs, folder = map(Path, sys.argv[1:6])
    plots = (plot_end_to_end, plot_memory, plot_stages, plot_chunk_size)
    for plot, source in zip(plots, inputs, strict=True):
        found = json.loads(source.read_text())
        plot(found, folder / f"{plot.__name__.removeprefix('plot_')}.png")


if __name__ == "__main__":
    main()
