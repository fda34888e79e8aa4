"""The comparisons in a data folder: find, list and read them."""

from pathlib import Path

from voiceclone.compare import model
from voiceclone.compare.model import Comparison, Request
from voiceclone.errors import NotFoundError, VoiceCloneError
from voiceclone.storage import disk

REQUEST_FILE = "request.json"


def root(data_dir: Path) -> Path:
    """Return the folder that contains a subfolder per comparison."""
    return data_dir / "comparisons"


def new(data_dir: Path) -> Path:
    """Return the path for a new comparison; does not create it."""
    return disk.safe_path(root(data_dir), disk.new_id())


def comparisons(data_dir: Path) -> list[Comparison]:
    """Return every finished comparison, newest first."""
    found = []
    for path in root(data_dir).glob(f"*/{model.COMPARISON_FILE}"):
        try:
            found.append(model.read_comparison(path.parent))
        except VoiceCloneError:
            continue
    return sorted(found, key=lambda one: (one.created_at, one.comparison_id), reverse=True)


def folder(data_dir: Path, comparison_id: str) -> Path:
    """Return the folder of a comparison.

    Raises:
        NotFoundError: there is none with that id.
    """
    missing = NotFoundError("There is no such comparison; choose one from the list.")
    if not disk.is_id(comparison_id):
        raise missing
    path = disk.safe_path(root(data_dir), comparison_id)
    if not path.is_dir():
        raise missing
    return path


def unfinished(data_dir: Path, request: Request) -> Path | None:
    """Return the folder of an unfinished comparison with the same request."""
    nothing = NotFoundError("no request")
    for path in root(data_dir).glob(f"*/{REQUEST_FILE}"):
        if (path.parent / model.COMPARISON_FILE).is_file():
            continue
        try:
            known = model.request_from(disk.read_json(path, missing=nothing, damaged=nothing))
        except (NotFoundError, TypeError, AttributeError):
            continue
        if known == request:
            return path.parent
    return None
