"""A base model of your own behind the same interface, named as `module:Class` by a Python program."""

import importlib
from pathlib import Path

from voiceclone.bases import get_base
from voiceclone.bases.base import BaseModel
from voiceclone.errors import BaseModelError


def load_base(base_id: str, base_factory: str | None, data_dir: Path) -> BaseModel:
    """Return a known base, or the one `base_factory` names.

    Args:
        base_id: the id of a known base, and the folder its files go to.
        base_factory: `package.module:Class`, called with the folder of the base. It imports code, so
            only a Python program may pass it on; nothing that comes from a page or a file does.
        data_dir: the data folder.

    Raises:
        BaseModelError: there is no such base.
    """
    if base_factory is None:
        return get_base(base_id, data_dir)
    module_name, _, class_name = base_factory.partition(":")
    try:
        factory = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise BaseModelError(
            f"The base model “{base_factory}” cannot be imported ({error}). "
            "Name it as package.module:Class, with its folder on PYTHONPATH."
        ) from error
    base: BaseModel = factory(data_dir / "base" / base_id)
    return base
