"""Errors at the edge of the page: a plain sentence for the person, the details in the log."""

import functools
import html
import logging
from collections.abc import Callable
from typing import Any

import gradio as gr

from voiceclone.errors import InputError, VoiceCloneError
from voiceclone.ui.text import common as common_text

TOAST_S = 20
"""Long enough to read two sentences; a click closes the message sooner."""
log = logging.getLogger(__name__)


def page_error(message: str) -> gr.Error:
    """Return the toast for `message`; it is rendered as HTML, so it is escaped here."""
    return gr.Error(html.escape(message), title=common_text.ERROR_TITLE, print_exception=False, duration=TOAST_S)


def plain_errors(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Turn what `handler` raises into one plain sentence in the page."""

    @functools.wraps(handler)
    def guarded(*arguments: Any, **named: Any) -> Any:
        try:
            return handler(*arguments, **named)
        except gr.Error:
            raise
        except VoiceCloneError as error:
            raise page_error(str(error)) from error
        except Exception as error:
            log.exception("Unexpected error in %s", getattr(handler, "__name__", "a handler"))
            raise page_error(common_text.UNEXPECTED) from error

    return guarded


def answering(work: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """Guard a function that a script of the page calls: errors become one plain sentence, `ok` tells which it is."""

    @functools.wraps(work)
    def answer(request: Any) -> dict[str, Any]:
        try:
            if not isinstance(request, dict):
                raise InputError(common_text.UNEXPECTED)
            return {"ok": True} | work(request)
        except VoiceCloneError as error:
            return {"ok": False, "words": str(error)}
        except Exception:
            log.exception("Unexpected error in %s", work.__name__)
            return {"ok": False, "words": common_text.UNEXPECTED}

    answer.__annotations__ = {}  # gradio looks them up and finds none of this module's names
    return answer
