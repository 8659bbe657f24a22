"""A query's text: how it is kept, when two are the same, and how long it may be."""

import unicodedata

MAX_QUERY = 2_000  # characters, in the data set and in POST /route


def clean(query: str) -> str:
    """A query as it is kept and shown: NFC, without control characters, single spaces between words."""
    if not query.isprintable():
        query = "".join(one for one in query if one.isspace() or unicodedata.category(one) != "Cc")
    return " ".join(unicodedata.normalize("NFC", query).split())


def plain(query: str) -> str:
    """The form in which two queries are the same: NFKC, lower case, single spaces, no end punctuation."""
    return " ".join(unicodedata.normalize("NFKC", query).casefold().split()).rstrip(" .?!")
