"""A slow twin of `intent.weights`, written from the contract alone: exact fractions, a hand-written JSON reader."""

import math
import re
from dataclasses import dataclass
from fractions import Fraction

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_SPACE = " \t\n\r"
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class No(Exception):
    """Not JSON, or not the contract's."""


@dataclass
class Reader:
    """Strict JSON, numbers as text."""

    text: str
    at: int = 0

    def space(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in _SPACE:
            self.at += 1

    def take(self, token: str) -> None:
        self.space()
        if not self.text.startswith(token, self.at):
            raise No
        self.at += len(token)

    def peek(self) -> str:
        self.space()
        if self.at >= len(self.text):
            raise No
        return self.text[self.at]

    def string(self) -> str:
        self.take('"')
        out: list[str] = []
        while True:
            if self.at >= len(self.text):
                raise No
            character = self.text[self.at]
            self.at += 1
            if character == '"':
                return "".join(out).encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
            if character < " ":
                raise No
            out.append(self.escape() if character == "\\" else character)

    def escape(self) -> str:
        kind = self.text[self.at : self.at + 1]
        self.at += 1
        if kind == "u":
            digits = self.text[self.at : self.at + 4]
            if not re.fullmatch(r"[0-9a-fA-F]{4}", digits):
                raise No
            self.at += 4
            return chr(int(digits, 16))
        if kind not in _ESCAPES:
            raise No
        return _ESCAPES[kind]

    def value(self) -> object:
        start = self.peek()
        if start == '"':
            return self.string()
        if found := _NUMBER.match(self.text, self.at):
            self.at = found.end()
            number = float(found.group())
            if number in (math.inf, -math.inf):
                raise No
            return Fraction(number)
        self.take("null")
        return None  # anything else breaks the contract wherever it stands: true, false, lists, objects

    def object(self) -> dict[str, object]:
        self.take("{")
        found: dict[str, object] = {}
        if self.peek() == "}":
            raise No
        while True:
            key = self.string()
            self.take(":")
            if key in found:
                raise No
            found[key] = self.value()
            if self.peek() == "}":
                break
            self.take(",")
            self.space()
        self.take("}")
        self.space()
        if self.at != len(self.text):
            raise No
        return found


class Edge(Exception):
    """A sum so near the tolerance that binary fractions may fall on either side."""


def weigh(text: str, modalities: tuple[str, ...]) -> dict[str, Fraction] | None:
    """The exact weights of an answer before rounding, or None if it breaks the contract. Raises Edge."""
    text = text.strip()
    if len(text) > 4000:
        return None
    if not text.endswith("}"):
        head = text.removesuffix('"reasoning"').rstrip()
        if not head.endswith(","):
            return None
        text = head[:-1] + "}"
    try:
        answer = Reader(text).object()
    except No:
        return None
    reasoning = answer.pop("reasoning", None)
    if not (reasoning is None or (isinstance(reasoning, str) and _is_text(reasoning))) or set(answer) != set(
        modalities
    ):
        return None
    exact = {name: value for name in modalities if isinstance(value := answer[name], Fraction) and 0 <= value <= 1}
    off = abs(sum(exact.values()) - 1)
    if len(exact) == len(modalities) and abs(off - Fraction(1, 50)) < Fraction(1, 10**12):
        raise Edge
    if len(exact) < len(modalities) or off > Fraction(1, 50):
        return None
    return {name: value / sum(exact.values()) for name, value in exact.items()}


def _is_text(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)
