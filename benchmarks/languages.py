"""Does a voice stay the person in a language it never heard? `python -m benchmarks.languages VOICE_FILE --voice joe`

A voice trained on English speaks the first sentences of each language's script (`voiceclone/text/scripts/`). What a
change of language alone costs the two speaker encoders is told by a stock voice: its similarity to its own English.
Words are not judged: the recogniser that comes along knows English only. Prints a Markdown table.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from benchmarks import measure, report, second_encoder
from benchmarks.run import prepared_base
from benchmarks.stock import NOISE_SEED
from benchmarks.voices import VOICE_NAMES, get_voice
from voiceclone import compute
from voiceclone.audio.sound import Audio, decode
from voiceclone.bases.kokoro.synthesizer import Synthesizer
from voiceclone.evaluation import dnsmos as naturalness
from voiceclone.text.languages import LANGUAGES
from voiceclone.text.scripts import reading_script

OWN_ENGLISH_FROM = 20
"""The stock voice's own English is the script's sentences from this one on; the first ones are what it is judged by."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Let the voice speak every language and print what the judges say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.languages", description=__doc__)
    parser.add_argument("file", type=Path, help="a voice, for example out/joe_60s.safetensors")
    parser.add_argument("--voice", choices=VOICE_NAMES, required=True, help="whose voice it is")
    parser.add_argument("--sentences", type=int, default=8, help="of each language (%(default)s)")
    options = parser.parse_args(arguments)
    compute.use_this_thread()
    compute.use_all_cores()
    synthesizer = Synthesizer(prepared_base())
    held_out = [decode(clip.path) for clip in get_voice(options.voice).held_out]
    known = reading_script("en-us")[OWN_ENGLISH_FROM : OWN_ENGLISH_FROM + options.sentences]
    own_english = speak(synthesizer, None, known, "en-us")
    print("| language | similarity | by CAM++ | pitch, semitones off | DNSMOS "
          "| stock voice to its own English | by CAM++ | pitch, semitones off |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    for language in LANGUAGES.values():
        sentences = reading_script(language.code)[: options.sentences]
        spoken = speak(synthesizer, options.file, sentences, language.code)
        stock = speak(synthesizer, None, sentences, language.code)
        dnsmos = fmean(naturalness.dnsmos_overall(audio) for audio in spoken)
        figures = f"{row(spoken, held_out)} | {dnsmos:.2f} | {row(stock, own_english)}"
        print(f"| {language.name} | {figures} |", flush=True)
    return 0


def speak(synthesizer: Synthesizer, voice: Path | None, sentences: Sequence[str], language: str) -> list[Audio]:
    """Return sentences spoken with the same noise each time."""
    import torch

    torch.manual_seed(NOISE_SEED)
    return [synthesizer.speak(voice, sentence, language) for sentence in sentences]


def row(recordings: Sequence[Audio], person: Sequence[Audio]) -> str:
    """Return the similarity of recordings to a person's, by both encoders, and the pitch, as three cells."""
    told = measure.similarity(recordings, measure.speaker_of(person))
    similarity = f"{told['similarity']:.3f} | {second_encoder.similarity(recordings, person):.3f}"
    return f"{similarity} | {report.signed(told['pitch_off_semitones'])}"


if __name__ == "__main__":
    sys.exit(main())
