"""Readers for speech corpora: LibriSpeech, LibriTTS, LJSpeech, VCTK, Common Voice, and datasets on the hub."""

from pathlib import Path

from voiceclone.corpora.common_voice import CommonVoice
from voiceclone.corpora.hub import HubDataset
from voiceclone.corpora.librispeech import LibriSpeech
from voiceclone.corpora.libritts import LibriTTS
from voiceclone.corpora.ljspeech import LJSpeech
from voiceclone.corpora.model import Corpus, CorpusSpeaker, FolderCorpus
from voiceclone.corpora.vctk import VCTK
from voiceclone.errors import InputError, NotFoundError

__all__ = ["CORPORA", "Corpus", "CorpusSpeaker", "open_corpus"]

_FOLDERS: tuple[type[FolderCorpus], ...] = (LibriSpeech, LibriTTS, LJSpeech, VCTK, CommonVoice)
_READERS: tuple[type[Corpus], ...] = (*_FOLDERS, HubDataset)
CORPORA: dict[str, type[Corpus]] = {one.kind: one for one in _READERS}
"""Readers by kind; a kind is also the name of its command-line option, `--librispeech` for example."""


def open_corpus(kind: str, where: Path | str) -> Corpus:
    """Open a corpus after a quick check that it is of the given kind.

    Args:
        kind: a key of `CORPORA`.
        where: its folder; for `hub-dataset` the dataset's name, `owner/name[:config[:split]]`.

    Raises:
        InputError: the kind is unknown.
        NotFoundError: there is nothing there, or something else; the message says what it looks like.
    """
    if kind not in CORPORA:
        raise InputError(f"VoiceClone reads no corpus called “{kind}”. Choose one of: {', '.join(CORPORA)}.")
    reader = CORPORA[kind]
    if not issubclass(reader, FolderCorpus):
        return reader(str(where))  # type: ignore[call-arg]  # each reader defines its own arguments
    folder = Path(where).expanduser()
    _require_folder(folder)
    if not reader.matches(folder):
        raise NotFoundError(_not_this_kind(reader, folder))
    return reader(folder)


def _require_folder(folder: Path) -> None:
    if folder.is_file():
        raise NotFoundError(f"“{folder}” is a file. If it is a packed corpus, unpack it, and choose the folder.")
    try:
        empty = not any(folder.iterdir())
    except FileNotFoundError:
        raise NotFoundError(f"There is no folder “{folder}”. Choose where you unpacked the corpus.") from None
    except OSError as error:
        raise NotFoundError(f"The folder “{folder}” cannot be read ({error.strerror}). Choose another one.") from error
    if empty:
        raise NotFoundError(f"The folder “{folder}” is empty. Choose where you unpacked the corpus.")


def _not_this_kind(reader: type[FolderCorpus], folder: Path) -> str:
    other = next((one for one in _FOLDERS if one is not reader and one.matches(folder)), None)
    if other is not None:
        return f"“{folder}” is not {reader.title}; it looks like {other.title}. Use --{other.kind} instead."
    return f"“{folder}” is not {reader.title}, which has {reader.holds}. Choose another folder."
