"""Check safetensors files for completeness."""

from pathlib import Path


def is_whole(path: Path) -> bool:
    """True if a safetensors file exists and is not truncated; reads no tensor."""
    from safetensors import SafetensorError, safe_open

    try:
        # Opening the file checks every offset and length in the header against its size.
        with safe_open(path, framework="np") as opened:
            opened.keys()
    except (SafetensorError, OSError):
        return False
    return True
