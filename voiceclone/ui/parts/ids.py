"""Ids in handlers: the page sends ids, and a name is refused even where the engine would find something by it."""

import functools
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import gradio as gr

from voiceclone.blind.model import RECORDING, STOCK
from voiceclone.engine import is_id
from voiceclone.errors import NotFoundError
from voiceclone.services.voices import STOCK_MARK
from voiceclone.ui.text import common as common_text

_CHECKS: "WeakKeyDictionary[Any, Callable[[Any], Any]]" = WeakKeyDictionary()
"""The boxes that hold ids, and how each is checked."""


def project_id(value: Any) -> Any:
    """Return the id of a project, or nothing (`""`, None) as it is.

    Raises:
        NotFoundError: it has not the form of one.
    """
    if value in ("", None) or is_id(value):
        return value
    raise NotFoundError(common_text.no_project(value))


def voice_id(value: Any) -> Any:
    """Return the id of a voice, a stock voice, or a choice that is no voice of one's own, as it is.

    Raises:
        NotFoundError: it has not the form of one.
    """
    if value in ("", None, STOCK, RECORDING) or is_id(value) or str(value).startswith(STOCK_MARK):
        return value
    raise NotFoundError(common_text.no_voice(value))


def holds(box: gr.Textbox, check: Callable[[Any], Any]) -> gr.Textbox:
    """Note that `box` holds ids which `check` recognises, and return it."""
    _CHECKS[box] = check
    return box


def only_ids(handler: Callable[..., Any], inputs: Sequence[Any] | Any) -> Callable[..., Any]:
    """Decorate `handler` so that what comes from a box of ids is checked first; `inputs` as in `wire`."""
    boxes = inputs if isinstance(inputs, list | tuple) else [inputs]
    checks = [(place, _CHECKS[box]) for place, box in enumerate(boxes) if box is not None and box in _CHECKS]
    if not checks:
        return handler

    @functools.wraps(handler)
    def checked(*arguments: Any, **named: Any) -> Any:
        for place, check in checks:
            check(arguments[place])
        return handler(*arguments, **named)

    return checked
