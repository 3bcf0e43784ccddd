"""Build HTML and SVG; text is escaped unless it is `Markup`, so titles cannot become tags."""

from collections.abc import Iterable
from html import escape

_EMPTY = frozenset({"meta", "link", "br", "rect", "line", "circle", "path", "use"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | Iterable[str]
Value = str | float | None


def el(tag: str, *children: Child, **attributes: Value) -> Markup:
    """Return an element.

    An attribute that is None is left out; `_` in its name is `-`, and one at the end is dropped, so
    that `class_` can be written.
    """
    start = f"<{tag}{''.join(_attribute(name, value) for name, value in attributes.items())}>"
    if tag in _EMPTY and not children:
        return Markup(start[:-1] + "/>")
    return Markup(f"{start}{join(*children)}</{tag}>")


def join(*children: Child) -> Markup:
    """Return the children one after the other."""
    parts: list[str] = []
    for child in children:
        parts += [text_of(child)] if isinstance(child, str) else map(text_of, child)
    return Markup("".join(parts))


def text_of(text: str) -> str:
    """Escape text that is not markup, and drop characters that XML does not allow."""
    if isinstance(text, Markup):
        return text
    return escape("".join(char for char in text if char.isprintable() or char in "\n\t"))


def number(value: float) -> str:
    """Write a coordinate with one decimal, which is a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def _attribute(name: str, value: Value) -> str:
    if value is None:
        return ""
    written = value if isinstance(value, str) else number(value)
    return f' {name.rstrip("_").replace("_", "-")}="{escape(written)}"'
