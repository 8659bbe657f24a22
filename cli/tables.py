"""Tables that fit a terminal of 80 columns: nothing is cut but what may be."""

from rich.box import SIMPLE_HEAD
from rich.table import Table


def narrow(title: str, *headings: str) -> Table:
    """A table without frames. A heading that starts with `>` is that of a column of figures."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.collapse_padding = True
    for heading in headings:
        table.add_column(
            heading.removeprefix(">"), justify="right" if heading.startswith(">") else "left", no_wrap=True
        )
    return table


def cut(text: str, width: int) -> str:
    """At most `width` characters of `text`; an ellipsis tells that there was more."""
    return text if len(text) <= width else f"{text[: width - 1]}…"
