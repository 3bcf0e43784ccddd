"""Run the notebooks and write them as pages.

`python -m notebooks.render [NAME...] [--out FOLDER] [--html] [--quick] [--made-up] [--public]`.
Without `--html` a page is Markdown with pictures beside it, as the documentation needs it. Any
error or warning in a cell makes it fail. `--public` leaves out titles, and genres of single tracks.
"""

import argparse
import os
import re
import shutil
import sys
import time
from pathlib import Path

import jupytext
from nbclient import NotebookClient
from nbconvert import HTMLExporter, MarkdownExporter
from nbformat import NotebookNode
from traitlets.config import Config

FOLDER = Path(__file__).parent
NAMES = ("exploration", "tuning")
_CELL_SECONDS = 1_200
_PAGE_NOTE = "<!-- Written by notebooks/render.py from notebooks/{name}.py; do not edit. -->\n"


def run(name: str) -> NotebookNode:
    """Run all cells of a notebook in a process of its own."""
    notebook = jupytext.read(FOLDER / f"{name}.py")
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    where = {"metadata": {"path": FOLDER}}
    NotebookClient(notebook, timeout=_CELL_SECONDS, resources=where).execute()
    _refuse_warnings(notebook, name)
    return notebook


def write_markdown(notebook: NotebookNode, name: str, out: Path) -> Path:
    """Write a page and its pictures; code of cells tagged `hide-input` is left out."""
    exporter = MarkdownExporter(config=_config())
    pictures = out / name
    shutil.rmtree(pictures, ignore_errors=True)
    body, resources = exporter.from_notebook_node(
        notebook, {"output_files_dir": name, "unique_key": name}
    )
    out.mkdir(parents=True, exist_ok=True)
    for file, content in resources["outputs"].items():
        (out / file).parent.mkdir(exist_ok=True)
        (out / file).write_bytes(content)
    page = out / f"{name}.md"
    page.write_text(_tidy(_PAGE_NOTE.format(name=name) + body), encoding="utf-8")
    return page


def write_html(notebook: NotebookNode, name: str, out: Path) -> Path:
    """Write one file that holds everything, and opens without a network."""
    exporter = HTMLExporter(config=_config(), embed_images=True)
    exporter.mathjax_url = ""
    body, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": name.capitalize()}})
    out.mkdir(parents=True, exist_ok=True)
    page = out / f"{name}.html"
    page.write_text(body, encoding="utf-8")
    return page


def _config() -> Config:
    config = Config()
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_input_tags = {"hide-input"}
    return config


def _refuse_warnings(notebook: NotebookNode, name: str) -> None:
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.get("name") == "stderr":
                raise SystemExit(f"notebooks/{name}.py wrote to stderr:\n{output['text']}")


def _tidy(page: str) -> str:
    """Remove empty lines that nbconvert repeats, and spaces at the ends of lines."""
    lines = "\n".join(line.rstrip() for line in page.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def main() -> None:
    """Run and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES, metavar="NAME")
    parser.add_argument("--out", type=Path, default=Path("notebook-pages"))
    for flag in ("--html", "--quick", "--made-up", "--public"):
        parser.add_argument(flag, action="store_true")
    told = parser.parse_args()
    os.environ["NOTEBOOK_QUICK"] = str(int(told.quick))
    os.environ["NOTEBOOK_PUBLIC"] = str(int(told.public))
    # A progress bar that nobody sees is not missed.
    os.environ["PYTHONWARNINGS"] = "ignore:IProgress not found"
    os.environ["NOTEBOOK_PICTURES"] = str(int(not told.html))
    if told.made_up:
        os.environ.pop("REAL_TRACKS_DIR", None)
    for name in told.names:
        started = time.monotonic()
        write = write_html if told.html else write_markdown
        page = write(run(name), name, told.out)
        sys.stdout.write(f"{page}: {time.monotonic() - started:.0f} s\n")


if __name__ == "__main__":
    main()
