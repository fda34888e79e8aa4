"""A dataset on the Hugging Face Hub, read row by row through the optional package `datasets`."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any

from voiceclone.clips.transcripts.recording_names import SOUND_SUFFIXES
from voiceclone.corpora.model import Corpus, Utterance
from voiceclone.errors import InputError, NotFoundError, VoiceCloneError

PACKAGE = "datasets==5.2.0"
"""What to install. Versions before 4 execute code contained in a dataset, which must not happen."""
_NAME = re.compile(r"(?P<id>\w[\w.-]*(?:/\w[\w.-]*)?)(?::(?P<config>[\w.+-]*))?(?::(?P<split>[\w.+-]+))?")
_TEXT_COLUMNS = ("text_normalized", "normalized_text", "text", "sentence", "transcription", "transcript", "raw_text")
_SPEAKER_COLUMNS = ("speaker_id", "speaker", "client_id", "speaker_name", "reader_id", "user_id")
_LANGUAGES = (
    ("en-us", "en english"),
    ("es", "es spanish"),
    ("fr", "fr french"),
    ("it", "it italian"),
    ("pt", "pt portuguese"),
    ("hi", "hi hindi"),
)
_ROWS_AT_ONCE = 16
_BUFFER_BYTES = 4 * 2**20
EVERYBODY = "all"
"""The only speaker of a dataset without speaker ids."""


class HubDataset(Corpus):
    """`owner/name[:config[:split]]`, or the folder of a dataset downloaded before."""

    kind = "hub-dataset"
    title = "Hugging Face dataset"
    expensive = True

    def __init__(self, name: str) -> None:
        """Store the name; nothing is downloaded before rows are read.

        Raises:
            InputError: the name is malformed, or the package `datasets` is missing or too old.
        """
        self._given = name.strip()
        if self._given and Path(self._given).is_dir():
            self._id, self._config, self._split = self._given, None, None
        else:
            parts = _NAME.fullmatch(self._given)
            if parts is None:
                raise InputError(
                    f"“{name}” is not a dataset's name. Write owner/name, or owner/name:config:split, "
                    "as in openslr/librispeech_asr:clean:train.100."
                )
            self._id, self._config, self._split = parts["id"], parts["config"] or None, parts["split"]
        _require_package()

    @property
    def where(self) -> str:
        """The name as given."""
        return self._given

    @property
    def language(self) -> str:
        """From the name of the config, for example `fr`; English if that says nothing."""
        name = re.split(r"[_-]", self._config or "")[0].casefold()
        return next((code for code, names in _LANGUAGES if name in names.split()), "en-us")

    def utterances(self, speaker_id: str | None = None) -> Iterator[Utterance]:
        """Yield rows as they arrive; audio of other speakers is downloaded all the same.

        Raises:
            NotFoundError: the dataset cannot be reached or read, or has no audio.
        """
        with _hub_errors(self._given):
            for number, row in enumerate(self._rows()):
                speaker = row["speaker"]
                if speaker_id not in (None, speaker):
                    continue
                sound = row["audio"] or {}
                content = sound.get("bytes") or _fetched(sound.get("path"))
                yield Utterance(speaker, _file_name(number, sound.get("path")), row["text"], content=content)

    def speaker_ids(self) -> Iterator[str]:
        """Yield each speaker once."""
        known = set()
        with _hub_errors(self._given):
            for row in self._rows(sound=False):
                if row["speaker"] not in known:
                    known.add(row["speaker"])
                    yield row["speaker"]

    def _rows(self, *, sound: bool = True) -> Iterator[dict[str, Any]]:
        """Yield rows with the keys `speaker`, `text` and (with `sound`) `audio`."""
        from datasets import Audio

        rows = self._open()
        columns = {name.casefold(): name for name in rows.features}
        audio = next((name for name, feature in rows.features.items() if isinstance(feature, Audio)), None)
        if audio is None:
            raise NotFoundError(f"The dataset “{self._given}” has no recordings in it. Choose one for speech.")
        text = next((columns[name] for name in _TEXT_COLUMNS if name in columns), None)
        speaker = next((columns[name] for name in _SPEAKER_COLUMNS if name in columns), None)
        if sound:
            # The file as uploaded: we decode it ourselves, and the package would need FFmpeg's libraries.
            wanted = [name for name in (audio, text, speaker) if name is not None]
            rows = rows.cast_column(audio, Audio(decode=False)).select_columns(wanted)
        elif speaker is None:
            rows = [{}]
        else:
            rows = self._open([speaker]).select_columns([speaker])
        for row in rows:
            yield {
                "speaker": EVERYBODY if speaker is None else str(row[speaker]),
                "text": " ".join(str(row.get(text) or "").split()),
                "audio": row.get(audio),
            }

    def _open(self, columns: list[str] | None = None) -> Any:
        """Return the rows of the split; of Parquet files only `columns` are downloaded."""
        import datasets
        from pyarrow.dataset import ParquetFragmentScanOptions

        datasets.config.HF_UPDATE_DOWNLOAD_COUNTS = False  # no telemetry
        datasets.disable_progress_bars()
        builder = datasets.load_dataset_builder(self._id, self._config)
        if hasattr(builder.config, "fragment_scan_options"):
            # By default the package reads a whole Parquet file ahead: 1.6 GB for a file of 0.4 GB.
            builder.config.fragment_scan_options = ParquetFragmentScanOptions(
                pre_buffer=False, use_buffered_stream=True, buffer_size=_BUFFER_BYTES
            )
            builder.config.batch_size = _ROWS_AT_ONCE
            builder.config.columns = columns
        rows = builder.as_streaming_dataset(split=self._split)
        if isinstance(rows, dict):
            rows = rows["train"] if "train" in rows else rows[next(iter(rows))]
        # For files that do not declare their columns, only the first row shows them.
        return rows if rows.features is not None else rows._resolve_features()


def _require_package() -> None:
    if find_spec("datasets") is None:
        raise InputError(
            "Reading from the Hugging Face hub needs a package that does not come with VoiceClone. "
            f"Run “pip install {PACKAGE}”, then try again."
        )
    from importlib.metadata import version

    if int(version("datasets").split(".")[0]) < 4:
        raise InputError(
            f"The installed package “datasets” is too old to be safe. Run “pip install {PACKAGE}”, then try again."
        )


@contextmanager
def _hub_errors(name: str) -> Iterator[None]:
    """Turn whatever the package raises, which comes from five libraries, into a `NotFoundError`."""
    try:
        yield
    except VoiceCloneError:
        raise
    except Exception as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise NotFoundError(
            f"The dataset “{name}” cannot be read ({lines[0].rstrip('.')[:200]}). Check its name "
            "(owner/name:config:split) and your connection; one that asks for an agreement needs “hf auth login” first."
        ) from error


def _fetched(path: str | None) -> bytes | None:
    """Return a file's content, from disk or from the hub; None if there is none."""
    if not path:
        return None
    import fsspec

    with fsspec.open(path, "rb") as file:
        content: bytes = file.read()
    return content


def _file_name(number: int, path: str | None) -> str:
    """Return a name that is unique in the dataset and safe as a file name."""
    name = PurePosixPath((path or "").replace("\\", "/").split("::")[0])
    suffix = name.suffix.casefold() if name.suffix.casefold() in SOUND_SUFFIXES else ""
    stem = re.sub(r"[^\w-]+", "_", name.stem)[:60]
    return f"{number:06d}{'_' if stem else ''}{stem}{suffix}"
