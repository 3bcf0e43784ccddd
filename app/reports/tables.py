"""Tables, and sections with a heading."""

from collections.abc import Iterable, Sequence

from app.reports.markup import Markup, el

Cell = str | Markup


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Markup:
    """Return a table whose first column names its rows; it scrolls if it is too wide."""
    first = el("tr", [el("th", name, scope="col") for name in head])
    body = [
        el("tr", el("th", row[0], scope="row"), [el("td", cell) for cell in row[1:]])
        for row in rows
    ]
    whole = el("table", el("caption", caption), el("thead", first), el("tbody", body))
    return el("div", whole, class_="scroll", tabindex="0", role="region", aria_label=caption)


def section(title: str, *content: Markup) -> Markup:
    """Return a section."""
    return el("section", el("h2", title), *content)


def note(*text: str) -> Markup:
    """Return a paragraph that explains."""
    return el("p", *text, class_="note")


def tile(value: str, name: str, detail: str = "") -> Markup:
    """Return a figure that stands out, to be put in a `dl`."""
    more = [el("dd", detail, class_="detail")] if detail else []
    return el("div", el("dt", name), el("dd", value, class_="value"), more)


def bar(share: float) -> Markup:
    """Return a bar for a cell whose figure is next to it."""
    width = max(min(share, 1.0), 0.0) * 100
    inside = el("rect", x=0.0, y=0.0, width=width, height=8.0, class_="bar")
    return el("svg", inside, viewBox="0 0 100 8", class_="cell", aria_hidden="true")
