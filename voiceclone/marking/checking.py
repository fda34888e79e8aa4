"""“Was this made here?”: look for all marks in a file, and say plainly what was found and what that means."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voiceclone.audio.decoding import open_recording
from voiceclone.limits import MAX_CHECK_S
from voiceclone.marking import credentials, watermark
from voiceclone.marking.about import Tags, read_tags
from voiceclone.marking.certificate import existing_identity
from voiceclone.marking.credentials import Credentials
from voiceclone.wording import count

NOT_PROOF = (
    "Not found is not proof: marks get lost, for example in loud noise or at very low quality, they can be removed, "
    "and other programs leave none."
)
NOT_ALONE = (
    "VoiceClone puts this mark into speech, and so do other programs that use the same watermark; the mark itself does "
    "not say which one."
)


@dataclass(frozen=True)
class MarkReport:
    """What a check found in one file."""

    confidence: float | None
    """Of the watermark, about 0 to 1, the highest of the file's parts; None if there is too little speech to tell."""
    parts: int
    """How many parts of about 15 s hold speech."""
    marked_parts: int
    """In how many of them the watermark was found."""
    credentials: Credentials | None
    tags: Tags | None

    @property
    def watermark(self) -> bool:
        """True if the inaudible watermark was found."""
        return self.marked_parts > 0

    @property
    def marked(self) -> bool:
        """True if anything in the file says that a machine made it."""
        signed = self.credentials is not None and (self.credentials.by_machine or self.credentials.made_here)
        return self.watermark or signed or self.tags is not None

    @property
    def made_here(self) -> bool:
        """True if this computer signed it."""
        return self.credentials is not None and self.credentials.made_here

    @property
    def sentence(self) -> str:
        """The answer in one sentence."""
        if self.credentials is not None and self.credentials.made_here:
            day = f" on {self.credentials.made_at[:10]}" if self.credentials.made_at else ""
            return f"Yes: VoiceClone on this computer made this sound{day} with the voice “{self.credentials.voice}”."
        if self.watermark:
            return "A machine made this sound, or a part of it: it carries the inaudible watermark."
        if self.marked:
            return "The file says that a machine made this sound."
        if self.confidence is None:
            return "There is too little speech in it to look for the watermark, and the file says nothing."
        return "No mark was found."

    @property
    def details(self) -> tuple[str, ...]:
        """What each mark says, one plain sentence or two for each."""
        said = [self._said_by_watermark()]
        if self.credentials is not None:
            said.append(_said_by_credentials(self.credentials))
        else:
            said.append("Content Credentials: none that can be read.")
        if self.tags is not None:
            said.append(f"Plain tag: “{self.tags.title}. {self.tags.note}”. Anybody can write or remove such a tag.")
        if not self.marked:
            said.append(NOT_PROOF)
        return tuple(said)

    def _said_by_watermark(self) -> str:
        if self.confidence is None:
            return "Watermark: cannot tell, because there is too little speech."
        if not self.watermark:
            return "Watermark: not found."
        where = f" in {self.marked_parts} of {count(self.parts, 'part')}" if self.parts > 1 else ""
        return f"Watermark: found{where}. {NOT_ALONE}"


def _first(blocks: Iterable[np.ndarray], most: int) -> Iterator[np.ndarray]:
    """Yield blocks until there are `most` samples."""
    read = 0
    for block in blocks:
        yield block[: most - read]
        read += len(block)
        if read >= most:
            return


def _said_by_credentials(found: Credentials) -> str:
    changed = "" if found.unchanged else " The file was saved again or edited since it was signed."
    if found.made_here:
        return f"Content Credentials: signed on this computer.{changed}"
    who = f"“{found.signed_by or 'somebody'}”"
    program = f" with {found.program}" if found.program else ""
    machine = "They say that a machine made it." if found.by_machine else "They do not say that a machine made it."
    return f"Content Credentials: signed elsewhere by {who}{program}, which cannot be verified here. {machine}{changed}"


def check(path: Path, data_dir: Path) -> MarkReport:
    """Look for marks in a recording of any format.

    The watermark is looked for in the first `MAX_CHECK_S` seconds.

    Raises:
        AudioError: the file is missing, or not a recording.
    """
    recording = open_recording(path)
    most = round(MAX_CHECK_S * recording.sample_rate)
    parts = watermark.part_confidences(_first(recording.blocks(), most), recording.sample_rate)
    return MarkReport(
        confidence=max(parts, default=None),
        parts=len(parts),
        marked_parts=sum(watermark.is_found(part) for part in parts),
        credentials=credentials.read(path, existing_identity(data_dir)),
        tags=read_tags(path),
    )
