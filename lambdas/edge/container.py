"""The edge model's file: a versioned header, JSON meta, the payload, and a checksum over all of it.

Magic (6 bytes), format version (uint16), lengths of meta and payload (uint32 each), all little-endian; meta as JSON;
payload: little-endian float32, layer after layer of a network; SHA-256 of everything before it.
"""

import hashlib
import json
import struct
from collections.abc import Mapping
from typing import Any

MAGIC = b"IREDGE"
VERSION = 2
_HEADER = struct.Struct("<6sHII")
_DIGEST = 32


class EdgeModelError(ValueError):
    """A file that is no edge model, is damaged, or belongs to another version; the message says which."""


def pack(meta: Mapping[str, Any], payload: bytes) -> bytes:
    """The file; the same content gives the same bytes."""
    text = json.dumps(meta, sort_keys=True, separators=(",", ":")).encode()
    body = _HEADER.pack(MAGIC, VERSION, len(text), len(payload)) + text + payload
    return body + hashlib.sha256(body).digest()


def unpack(blob: bytes) -> tuple[Mapping[str, Any], bytes]:
    """Meta and payload. Raises EdgeModelError for anything that `pack` did not make."""
    if len(blob) < _HEADER.size + _DIGEST or blob[: len(MAGIC)] != MAGIC:
        raise EdgeModelError("not an edge model file")
    _, version, meta_size, payload_size = _HEADER.unpack_from(blob)
    if version != VERSION:
        raise EdgeModelError(f"edge model of format version {version}; this code reads version {VERSION}")
    if len(blob) != _HEADER.size + meta_size + payload_size + _DIGEST:
        raise EdgeModelError("the edge model file is cut short or too long")
    if hashlib.sha256(blob[:-_DIGEST]).digest() != blob[-_DIGEST:]:
        raise EdgeModelError("the edge model file is damaged: its checksum does not match")
    start = _HEADER.size + meta_size
    try:
        meta = json.loads(blob[_HEADER.size : start])
    except ValueError:
        raise EdgeModelError("the edge model file has no readable description") from None
    return meta, blob[start:-_DIGEST]
