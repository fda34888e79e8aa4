"""Safetensors files as files: whole or cut short."""

from pathlib import Path


def is_whole(path: Path) -> bool:
    """True when a safetensors file is there and not cut, at whatever byte; no tensor is read."""
    from safetensors import SafetensorError, safe_open

    try:
        # Opening checks every offset and length that the header promises against the file.
        with safe_open(path, framework="np") as opened:
            opened.keys()
    except (SafetensorError, OSError):
        return False
    return True
