"""Errors at the boundary of the page: the user sees a plain sentence, the log gets the details."""

import functools
import html
import logging
from collections.abc import Callable
from typing import Any

import gradio as gr

from voiceclone.errors import InputError, VoiceCloneError
from voiceclone.ui.text import common as common_text

TOAST_S = 20
"""Seconds an error is shown: enough to read two sentences; a click closes it earlier."""
log = logging.getLogger(__name__)


def page_error(message: str) -> gr.Error:
    """Return a toast with `message`, escaped because gradio renders it as HTML."""
    return gr.Error(html.escape(message), title=common_text.ERROR_TITLE, print_exception=False, duration=TOAST_S)


def plain_errors(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate `handler` so that the page shows what it raises as one plain sentence."""

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
    """Wrap a function called by a page script: errors become one plain sentence, and `ok` is False."""

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

    answer.__annotations__ = {}  # gradio would resolve them, and cannot see this module's names
    return answer
