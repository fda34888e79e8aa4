"""Where are we: data folder, address, processor; the only file that reads environment variables."""

import os
from pathlib import Path

CHECKOUT_DIR = Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """Return the folder all data lives in: `VOICECLONE_HOME`, or `models/` in the checkout."""
    chosen = os.environ.get("VOICECLONE_HOME", "").strip()
    return Path(chosen).expanduser().resolve() if chosen else CHECKOUT_DIR / "models"


def address() -> tuple[str, int]:
    """Return the host and port to serve the page on: `HOST` and `PORT`, or this machine only, 7860."""
    return os.environ.get("HOST", "").strip() or "127.0.0.1", int(os.environ.get("PORT") or 7860)


def on_space() -> bool:
    """True on a Hugging Face Space."""
    return bool(os.environ.get("SPACE_ID"))


def cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
