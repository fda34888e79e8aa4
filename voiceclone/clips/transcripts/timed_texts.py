"""Read timed texts next to long recordings: subtitles (SRT, VTT), Audacity labels, Praat TextGrids."""

import html
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from voiceclone.errors import TextError

TIMED_SUFFIXES = (".srt", ".vtt", ".textgrid")
"""Audacity labels end with .txt and are recognised by their content."""
_LABEL = re.compile(r"\s*(\d+(?:[.,]\d+)?)\t(\d+(?:[.,]\d+)?)(?:\t(.*))?")
_LABEL_FREQUENCIES = "\\"
"""Starts the second line of a label that selects part of the spectrum."""
_CUE_TIME = re.compile(r"^\s*(?:\d+:)?\d+:\d+[.,:]\d+\s*-->", re.MULTILINE)
_NOT_SPOKEN = (
    re.compile(r"\{\\[^}\n]*\}"),  # {\an8}: where a line is shown
    re.compile(r"<[^<>\n]*>"),  # remaining VTT tags, such as <00:00:01.500>
    re.compile(r"\[[^\]\n]*\]"),  # [music]
    re.compile(r"^\s*\([^)\n]*\)\s*$", re.MULTILINE),  # (laughs)
    re.compile(r"^\s*(?:[-–—]+|>>+)\s*", re.MULTILINE),  # change of speaker
    re.compile(r"^\s*[^\W\d_a-z]{2}[^\W\d_a-z .'’-]*:\s", re.MULTILINE),  # ANNA:
    re.compile(r"[♪♫♩#]+(?=\s|$)|(?<!\S)[♪♫♩#]+"),
)
_SPEECHLESS = frozenset({"", "sil", "sp", "spn", "silence", "<p:>", "<sil>", "x", "xxx"})
"""Labels of Praat and forced aligners for intervals without speech."""
_PHONES = re.compile(r"(?i)\bphon(?:e|eme)s?\b|^(?:KAN(?:-MAU)?|MAU|MAS)$")
"""Names of phone tiers in the output of the Montreal Forced Aligner and WebMAUS."""
_SAME_TIME_S = 0.01


@dataclass(frozen=True)
class TimedText:
    """What is said in one stretch of a recording."""

    start_s: float
    end_s: float | None
    """None if only the beginning is known; it then lasts until the next text."""
    text: str


def read_timed_texts(content: str, name: str) -> tuple[TimedText, ...] | None:
    """Return what is said when, in order of time and without unspoken parts; None for a file without times.

    Args:
        content: of the file; its format is detected.
        name: of the file, for error messages.

    Raises:
        TextError: there are times but they cannot be read, or nothing is said.
    """
    beginning = content[:500]
    if "ooTextFile" in beginning and "TextGrid" in beginning:
        found = _read_textgrid(content, name)
    elif beginning.lstrip().startswith("WEBVTT") or _CUE_TIME.search(content):
        found = _read_subtitles(content, name)
    else:
        found = _read_labels(content)
        if found is None:
            return None
    spoken = [replace(one, text=_spoken_part(one.text)) for one in found]
    spoken = sorted((one for one in spoken if one.text), key=lambda one: one.start_s)
    if not spoken:
        raise TextError(f"“{name}” has times, but no words. Write into it what is said, or add the recording alone.")
    return tuple(spoken)


def _read_labels(content: str) -> list[TimedText] | None:
    """Read Audacity labels (seconds, tabs) or Whisper's TSV (milliseconds, a heading row)."""
    lines = [line for line in re.split(r"[\r\n]+", content) if line.strip() and line[0] != _LABEL_FREQUENCIES]
    if not lines:
        return None
    milliseconds = lines[0].split("\t") == ["start", "end", "text"]
    matches = [_LABEL.fullmatch(line) for line in lines[milliseconds:]]
    if not matches or not all(matches):
        return None
    found = []
    for match in matches:
        start, end = (float(number.replace(",", ".")) / (1000 if milliseconds else 1) for number in match.groups()[:2])
        found.append(TimedText(start, end if end > start + _SAME_TIME_S else None, match[3] or ""))
    return found


def _read_subtitles(content: str, name: str) -> list[TimedText]:
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    kind = "vtt" if content.lstrip().startswith("WEBVTT") else "srt"
    try:
        captions = webvtt.from_buffer(io.StringIO(content.lstrip()), format=kind)
    except (MalformedFileError, MalformedCaptionError, ValueError) as error:
        raise TextError(f"The times in “{name}” cannot be read. Save it as SRT or VTT again.") from error
    cues = [TimedText(_seconds(one.start), _seconds(one.end), one.text) for one in captions]
    lasting = sorted((cue for cue in cues if cue.end_s > cue.start_s), key=lambda cue: cue.start_s)
    if cues and not lasting:
        raise TextError(f"Every text in “{name}” ends before it begins. Correct its times, or add the recording alone.")
    return list(_without_repeats(lasting))


def _seconds(clock: str) -> float:
    """Return the seconds of a time such as 01:02:03.500."""
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _without_repeats(cues: Sequence[TimedText]) -> Iterator[TimedText]:
    """Yield cues without the lines that the previous one already showed, as roll-up captions do."""
    shown: list[str] = []
    for cue in cues:
        lines = [line.strip() for line in cue.text.splitlines() if _spoken_part(line)]
        new = lines
        for count in range(min(len(lines), len(shown)), 0, -1):
            if shown[-count:] == lines[:count] and (len(lines) > count or len(cues) > 2):
                new = lines[count:]
                break
        shown = lines or shown
        if new:
            yield replace(cue, text="\n".join(new))


def _read_textgrid(content: str, name: str) -> list[TimedText]:
    from praatio.utilities import textgrid_io

    try:
        tiers = textgrid_io.parseTextgridStr(content.replace("\r\n", "\n"))["tiers"]
        found = [(str(tier["name"]), [_entry(entry) for entry in tier["entries"]]) for tier in tiers]
    except Exception as error:  # praatio does not wrap its errors: IndexError, KeyError, ValueError
        raise TextError(f"“{name}” is a damaged TextGrid. Save it in Praat again.") from error
    # An aligned TextGrid also has tiers of words and phones: the tier with the longest and fewest texts wins.
    filled = [(name, tier) for name, tier in found if any(_spoken_part(entry.text) for entry in tier)]
    return max(filled, key=_tier_rank, default=("", []))[1]


def _entry(entry: Sequence[object]) -> TimedText:
    """Return an interval (start, end, text) or a point (time, text)."""
    start_s, *end, text = entry
    return TimedText(float(str(start_s)), float(str(end[0])) if end else None, str(text).replace('""', '"'))


def _tier_rank(named: tuple[str, Sequence[TimedText]]) -> tuple[bool, float, int]:
    """Sort key that prefers words to phones: the tier's name, words per entry, and few entries."""
    name, tier = named
    texts = [text for entry in tier if (text := _spoken_part(entry.text))]
    return not _PHONES.search(name), sum(len(text.split()) for text in texts) / len(texts), -len(texts)


def _spoken_part(text: str) -> str:
    """Return the spoken part of a text: no markup, no bracketed sounds, no speaker names."""
    text = html.unescape(text)
    for pattern in _NOT_SPOKEN:
        text = pattern.sub(" ", text)
    tidy = " ".join(text.split())
    return "" if tidy.casefold() in _SPEECHLESS else tidy
