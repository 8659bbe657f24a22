"""How many tokens a text has, near enough for a bill, without any model's tokenizer."""

import re

_PIECES = re.compile(r"[^\W\d_]+|\d{1,3}|[^\w\s]|_")
_LETTERS = 8


def tokens(text: str) -> int:
    """One for each punctuation mark, each three digits, and each eight letters of a word or the rest of them.

    Measured on this project's prompts, queries and answers (2026-11-21): within 5 % of the word pieces that the
    embedded models count. Nova's and Claude's tokenizers are not public: in an account, what Bedrock reports decides.
    """
    return sum(-(-len(piece) // _LETTERS) if piece[0].isalpha() else 1 for piece in _PIECES.findall(text))
