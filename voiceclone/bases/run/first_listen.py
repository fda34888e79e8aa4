"""The first listen: one sentence in the voice as it is early in a run, to hear that something is happening."""

import logging
from collections.abc import Callable
from pathlib import Path

from voiceclone.audio.sound import Audio, encode_wav
from voiceclone.bases.run.optional import attempt
from voiceclone.errors import StorageError

_LOG = logging.getLogger(__name__)
FIRST_LISTEN_FILE = "first_listen.wav"
SENTENCES = {
    "en": "Hello! This is the first try at your voice. It is still learning.",
    "es": "¡Hola! Este es el primer intento de tu voz. Todavía está aprendiendo.",
    "fr": "Bonjour ! Voici le premier essai de votre voix. Elle apprend encore.",
    "it": "Ciao! Questa è la prima prova della tua voce. Sta ancora imparando.",
    "pt": "Olá! Esta é a primeira tentativa da sua voz. Ela ainda está aprendendo.",
    "hi": "नमस्ते! यह आपकी आवाज़ की पहली कोशिश है। यह अभी सीख रही है।",
}


def write_first_listen(run_dir: Path, language: str, speak: Callable[[str], Audio]) -> None:
    """Speak the sentence of a language (English for one without) into the run folder; no failure ends the training."""
    text = SENTENCES.get(language.split("-")[0], SENTENCES["en"])
    try:
        spoken = attempt(
            run_dir,
            "The first try at your voice could not be spoken. The training goes on without it.",
            lambda: speak(text),
        )
        if spoken is not None:
            encode_wav(spoken, run_dir / FIRST_LISTEN_FILE)
    except StorageError as error:
        _LOG.warning("No first listen: %s", error)
