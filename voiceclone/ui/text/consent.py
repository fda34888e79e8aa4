"""Words about spoken consent."""

TITLE = "Say yes, aloud"
INFO = (
    "Recommended once for each person: read one sentence with four random words. VoiceClone checks the words and "
    "that the voice is the one in the recordings, and notes it in every voice made from them."
)
INFO_SPACE = (
    "Needed once for each person before a voice is made here: read one sentence with four random words. VoiceClone "
    "checks the words and that the voice is the one in the recordings."
)
WHO_LABEL = "Who agrees?"
WHO_READS = "The person in the recordings reads it now"
WHO_WROTE = "I have written permission"
NAME_LABEL = "Name of whoever reads"
LANGUAGE_LABEL = "Language of the sentence"
ASK = "Show the sentence"
NOTE_LABEL = "Who gave it, when, and where do you keep it? The note stays in the voice."
PERMIT = "Keep this note"
WITHDRAW = "Delete this consent"
WITHDRAW_SURE = "Really delete it? Press again"
METER = "Level of the microphone"
SOUND_FILE = "consent"
WITHDRAWN = "The consent and its recording were deleted. Voices that were made stay as they are."
PERMITTED = "Noted. It stays in the voices made from now on."
NOT_CHECKED = "The words of this language cannot be checked on this computer; the voice and the length are."
KEPT_WHERE = "The recording stays with these recordings and is never part of a voice file; your name and the day are."
# Shown by the script of this part, which fills in the {names}.
STAGE = {
    "record": "Record",
    "stop": "Stop, and check it",
    "read_it": "Press Record and read the sentence aloud. {left} left.",
    "expired": "The time for this sentence is over. Ask for another one.",
    "checking": "Listening",
    "nothing_recorded": "Nothing was recorded. Press Record and read the sentence.",
    "no_microphone": "The microphone could not be opened.",
    "left_page": "You left the page, so the recording stopped. Read the sentence again.",
    "withdraw": WITHDRAW,
    "sure": WITHDRAW_SURE,
    "unreachable": "VoiceClone is not responding. Check that it is still running, then try again.",
}


def given(name: str, words_checked: bool) -> str:
    """Confirm a consent that was just spoken."""
    checked = "Words and voice fit." if words_checked else "The voice fits; the words were not checked."
    return f"Thank you, {name}. {checked} It goes into the voices made from now on."
