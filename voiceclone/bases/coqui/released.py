"""Released files of a model: find them in the base folder, and read them without executing code."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.errors import BaseModelError, NotFoundError
from voiceclone.storage.disk import read_json
from voiceclone.wording import count

if TYPE_CHECKING:
    import torch

INFO_FILE = "base.json"
"""Written last, once every file is there and the licence was agreed to."""
MODEL_FILES = ("model_file.pth", "model_file.pth.tar", "model.pth", "checkpoint.pth", "best_model.pth")
"""Names that released checkpoints have; the first four are those coqui's own manager looks for."""
CONFIG_FILES = ("config.json",)


def find_file(folder: Path, names: tuple[str, ...], part: str = "") -> Path | None:
    """Return the first file called one of `names`, or None.

    Args:
        folder: the base folder.
        names: file names, the preferred first.
        part: name of the released folder that the file belongs to; it may lie below the base folder, or
            the base folder may be that folder itself.
    """
    places = [folder / part, folder] if part else [folder, *sorted(path for path in folder.glob("*") if path.is_dir())]
    for place in places:
        for name in names:
            if (place / name).is_file():
                return place / name
    return None


def need_file(folder: Path, names: tuple[str, ...], title: str, part: str = "") -> Path:
    """Return a file as `find_file` does.

    Raises:
        BaseModelError: it is missing.
    """
    path = find_file(folder, names, part)
    if path is None:
        where = f"“{part}” in " if part else ""
        raise BaseModelError(
            f"{title} is not complete: {' or '.join(names)} is missing from {where}“{folder.name}”. "
            "Get the model again; what is there already is kept."
        )
    return path


def is_agreed(folder: Path) -> bool:
    """True when the folder was completed and its licence agreed to."""
    return bool(_info(folder).get("licence_agreed"))


def require_ready(ready: bool, title: str, base_id: str) -> None:
    """Raise an error that tells how to install the model, unless it is ready."""
    if not ready:
        raise BaseModelError(
            f"{title} is not on this computer yet. Get it first: its card shows size and licence, "
            f"or run “python -m voiceclone get {base_id}”."
        )


def weights_sha256(folder: Path) -> str:
    """Return the hash of the weights, noted during installation; empty when there is none."""
    return str(_info(folder).get("weights_sha256") or "")


def _info(folder: Path) -> dict[str, Any]:
    nothing = NotFoundError("no base")
    try:
        value = read_json(folder / INFO_FILE, missing=nothing, damaged=nothing)
    except NotFoundError:
        return {}
    return value if isinstance(value, dict) else {}


def load_pth(path: Path, title: str, lazy: bool = False) -> Any:
    """Load a checkpoint on the processor; accepts only tensors and plain values.

    Args:
        path: the file.
        title: of the model, for the message.
        lazy: memory-map the tensors where the file format allows it.

    Raises:
        BaseModelError: it is damaged, or contains code.
    """
    import zipfile

    import torch

    try:
        return torch.load(path, map_location="cpu", weights_only=True, mmap=lazy and zipfile.is_zipfile(path))
    except MemoryError:
        raise
    except Exception as error:  # what a damaged file raises depends on where it is damaged
        raise BaseModelError(
            f"{title}: “{path.name}” is damaged, or is not the released file. Delete it and get the model again."
        ) from error


def load_state(
    network: "torch.nn.Module", state: dict[str, "torch.Tensor"], title: str, optional: tuple[str, ...] = ()
) -> None:
    """Load weights into a network and check that none is missing.

    Args:
        network: to be filled.
        state: tensors by name; unknown names are ignored.
        title: of the model, for the message.
        optional: prefixes of names that may be missing because another file provides them.

    Raises:
        BaseModelError: tensors are missing or of another shape.
    """
    try:
        result = network.load_state_dict(state, strict=False)
    except RuntimeError as error:
        raise BaseModelError(
            f"{title}: the checkpoint and its config.json are of different models. Get the model again."
        ) from error
    missing = [name for name in result.missing_keys if not name.startswith(optional)]
    if missing:
        raise BaseModelError(
            f"{title}: {count(len(missing), 'tensor')} missing from the checkpoint (first: {missing[0]}). "
            "Get the model again."
        )
