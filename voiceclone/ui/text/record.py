"""Words of the tab “Record & clean”."""

from collections.abc import Sequence

from voiceclone.wording import count, duration, seconds

# --- microphone (shown by the script in the page) -----------------------------------------------
MICROPHONE = {
    "insecure": (
        "Your browser allows the microphone only on this computer or over https. Open this page on the "
        "computer "
        "VoiceClone runs on, or upload recordings instead."
    ),
    "missing": "No microphone was found. Connect one and reload the page, or upload recordings instead.",
    "denied": (
        "The browser was not allowed to use the microphone. Allow it in the address bar and press Record "
        "again, "
        "or upload recordings instead."
    ),
    "busy": "The microphone is in use by another program. Close that program and press Record again.",
}

# --- reading aloud ------------------------------------------------------------------------------
READ_TITLE = "Read aloud"
SENTENCE_INFO = "Read it the way you talk to a friend. You may change the words."
SENTENCE_OWN = "Sentence to read"
PREVIOUS = "Back"
SKIP = "Skip"
AGAIN = "Again"
KEEP_BY_ITSELF = "Keep every take by itself and show the next sentence"
KEYS_INFO = "Keys: Space records and stops, Enter keeps, R records again, arrows change the sentence."
TOO_LOUD = "Too loud. Move back a little or turn the microphone down."
TAKE_FILE = "take"
TAKE_TOO_LONG = "This take is longer than a minute. Read one sentence at a time."
ROOM_TITLE = "Check your room first"
ROOM_INFO = (
    "Ten seconds tell whether the room and the microphone are good for recording: five of silence, then five in which "
    "you read the sentence below. Nothing of it is kept. You can skip this."
)
ROOM_START = "Check the room"
ROOM_VERDICTS = {"good": "Good", "usable": "Usable", "fix first": "Fix first"}
ROOM_KINDS = {"good": "good", "usable": "usable", "fix first": "bad"}
ROOM_FIGURES = (
    ("noise_dbfs", "noise {:.0f} dBFS"),
    ("snr_db", "voice above noise {:.0f} dB"),
    ("reverberation_s", "echo {:.2f} s"),
    ("loudness_lufs", "loudness {:.0f} LUFS"),
    ("peak_dbfs", "peak {:.0f} dBFS"),
    ("bandwidth_hz", "tones up to {:.0f} Hz"),
    ("sample_rate", "{:.0f} samples a second"),
)
# Shown by the script of the booth; {names} are filled in there.
BOOTH = {
    "record": "Record",
    "stop": "Stop",
    "place": "Sentence {number} of {count}",
    "place_read": "Sentence {number} of {count}, already read",
    "recorded": "{recorded} of {good} recorded, enough for a first voice at {first}",
    "plenty": "{recorded} recorded, plenty for a good voice",
    "seconds": "{seconds} s",
    "saving": "Saving",
    "be_quiet": "Be quiet and do not move: {left}",
    "now_speak": "Now read the sentence aloud, again if there is time: {left}",
    "judging_room": "Listening to it",
    "all_figures": "All figures",
    "too_long": "Stopped after a minute. Listen to it, then keep it, or record again and read only this sentence.",
    "take_waits": "This take was not kept yet. Listen to it, then keep it or record again.",
    "not_set_aside": "This browser cannot set it aside: keep it before you reload or close the page.",
    "nothing_recorded": "Nothing was recorded yet. Press Record and read the sentence.",
    "left_page": "You left the page, so the recording was stopped there. Listen to it, then keep it or record again.",
    "left_room": "You left the page, so the check was stopped. Start it again.",
    "lost": ("The microphone is gone, so the recording was stopped there. Keep it, or connect it and record again."),
    "lost_room": "The microphone is gone, so the check was stopped. Connect it and start the check again.",
    "no_microphone": "The microphone could not be opened.",
    "unreachable": "VoiceClone does not answer. See whether it runs, then press the button again; nothing is lost.",
}
LANGUAGE_LABEL = "Language you speak"
LANGUAGE_INFO = "Decides which sentences are shown and how recordings are written down."
RECORDER_LABEL = "Your take"
KEEP_TAKE = "Keep this take"
NO_TAKE = "There is no take yet. Press Record, read the sentence, press Stop, then keep it."
NO_SENTENCE = "Write the sentence you read into the box, so the program knows what is said."
RAW_MICROPHONE_LABEL = "Record the plain microphone"
RAW_MICROPHONE_INFO = (
    "Best for cloning. Switch it off only if you hear an echo or are far too quiet: the browser then "
    "processes the sound."
)
MICROPHONE_SETTINGS = "Microphone settings"


OWN_SCRIPT_TITLE = "Read a text of your own instead"
OWN_SCRIPT_LABEL = "Your text"
OWN_SCRIPT_INFO = "Paste anything you like to read; it is cut into sentences."
OWN_SCRIPT_USE = "Read this text"
OWN_SCRIPT_DROP = "Back to our sentences"
NO_OWN_SCRIPT = "Paste the text you want to read first."


def misread(heard: str) -> str:
    """Say that a kept take does not sound like its sentence."""
    return f"The last take sounded like “{heard}”. If that is not the sentence, go back and read it again."


def did_you_say(heard: str) -> str:
    """Ask about a kept take in which a word or two were heard differently."""
    return f"Did you say “{heard}”? If a word is missing or another one, go back and read the last sentence again."


def take_kept(duration_s: float) -> str:
    """Confirm a kept take."""
    return f"Kept, {seconds(duration_s)}."


# --- bringing files -----------------------------------------------------------------------------
UPLOAD_TITLE = "Or bring recordings"
UPLOAD_LABEL = "Sound files"
UPLOAD_INFO = (
    "WAV, FLAC, MP3, OGG, M4A, MP4 and more, video too, or a zip file of them. Several at once. Long ones are cut into "
    "sentences and written down for you."
)
CHOOSE_FOLDER = "Choose a whole folder instead"
FOLDER = "your folder"
TRANSCRIPTS_ACCORDION = "I have the words in a file"
TRANSCRIPTS_LABEL = "File with the words (optional)"
TRANSCRIPTS_INFO = (
    "One line for each recording: its file name, a | or comma or tab, then the words. Or, for one long recording, "
    "subtitles (SRT, VTT), labels of Audacity or a TextGrid: it is cut at their times."
)
RECOGNISER_TITLE = "Write down other languages than English"
RECOGNISER_INFO = (
    "English is written down as it is. For other languages get a recogniser once (Whisper by OpenAI, MIT licence, "
    "from huggingface.co); it then works without the internet, and better for English, too."
)
RECOGNISER_LABEL = "Which one"
RECOGNISER_CHOICE_INFO = "The larger one makes fewer mistakes and takes longer."
RECOGNISER_GET = "Get it"
FIND_LANGUAGE = "Find out the language of each recording"
FIND_LANGUAGE_INFO = "Then the language chosen for reading aloud does not count for files you add."
RECOGNISER_CANCELLED = "Stopped. What was fetched stays; the next time it goes on from there."
ADD_FILES = "Add these recordings"
NO_FILES = "Choose one or more sound files first."
EXAMPLE_TITLE = "No microphone at hand?"
EXAMPLE_BUTTON = "Try with the example voice"
EXAMPLE_INFO = "About a minute of a speaker who gave his voice to the public domain."
EXAMPLE_LOADED = "The example voice is loaded. Press “Clean all clips”, then go on to training."
ADDING = "Reading your files"
ADD_CANCELLED = "Stopped. What was added before is in the list."


def added_summary(added: int, total_s: float) -> str:
    """Sum up what an upload brought."""
    return f"Added {count(added, 'clip')}, {duration(total_s)}."


def folder_chosen(file_count: int) -> str:
    """Confirm that a folder was chosen, and say how to go on."""
    return f"A folder with {count(file_count, 'file')}. Press “{ADD_FILES}”."


def recogniser_choice(title: str, size_mb: int) -> str:
    """Name a recogniser and its size."""
    return f"{title} ({size_mb} MB)"


def recognisers_there(titles: Sequence[str]) -> str:
    """Say which recognisers can be used."""
    return f"Here: {', '.join(titles)}." if titles else ""


# --- how much speech ----------------------------------------------------------------------------
READINESS_TITLE = "How much speech you have"
READINESS_MARKS = ("smallest", "first voice", "good voice")


def readiness_detail(usable_s: float, speech_s: float, clip_count: int) -> str:
    """Give the figures behind the bar."""
    return f"{duration(usable_s)} usable, of {duration(speech_s)} recorded in {count(clip_count, 'clip')}"


# --- clips --------------------------------------------------------------------------------------
CLIPS_TITLE = "Your clips"
CLIP_GONE = "That clip is not there any more. Choose another one from the list."
CLIPS_EMPTY = "Nothing here yet. Your takes and recordings will appear here, each with a verdict."
CLEAN_ALL = "Clean all clips"
CLEAN_INFO = "Removes hum and hiss, evens out the loudness. The originals are never changed."
STRENGTH_LABEL = "How much noise to take out"
STRENGTHS = {"off": "None", "gentle": "Gently", "strong": "Strongly"}
STRENGTH_INFO = "“Strongly” is for noisy rooms. Where it would harm the voice, the noise is left in."
UNDO_CLEANING = "Undo cleaning"
CLEAN_CANCELLED = "Stopped. The clips cleaned so far stay clean."
VERDICTS = {"good": "Good", "usable": "Usable", "bad": "Not usable"}
VERDICT_GOOD_REASON = "Clear and loud enough."
LEFT_OUT = "left out"
CLEANED = "cleaned"
NO_WORDS = "no words yet"
PLAY = "Play"
EARLIER = "Older clips"
LATER = "Newer clips"
CLIP_TEXT_LABEL = "Words in this clip"
CLIP_TEXT_INFO = "Must say exactly what is heard. Saved when you leave the box."
CLIP_TEXT_GUESSED = "These words were written by the computer. Check them. Saved when you leave the box."
SHOW_LABEL = "Show"
SHOW_INFO = "“To look at” are clips whose words, voice or edges may be wrong."
SHOWN = {
    "all": "All",
    "look": "To look at",
    "good": VERDICTS["good"],
    "usable": VERDICTS["usable"],
    "bad": VERDICTS["bad"],
    "out": "Left out",
}
ORDER_LABEL = "Order"
ORDER_INFO = "Of this list only."
ORDERS = {"newest": "Newest first", "oldest": "Oldest first", "worst": "Worst first", "longest": "Longest first"}
NOTHING_SHOWN = "No clips here. Choose “All” above."
LIST_KEYS = (
    "Keys in the list: ↑ ↓ move, Enter opens, X leaves out or takes back, C says that it is right, Delete asks whether "
    "to delete, N goes to the next one to look at."
)
CHANGED_MEANWHILE = (
    "Your clips changed meanwhile, in another tab or window. The list shows them as they are now; open a clip again "
    "before you change it."
)
WORDS_CHANGED = (
    "The words of this clip were changed meanwhile, in another tab or window, so yours were not saved. Copy them, "
    "press the clip in the list to see the new words, then correct those."
)
CLIP_UNDO = "Undo cleaning of this clip"
ALL_SHOWN_TITLE = "Do something with all clips shown"
ALL_SHOWN_OUT = "Leave them out"
ALL_SHOWN_IN = "Use them"
ALL_SHOWN_CLEAN = "Clean them"
ALL_SHOWN_DELETE = "Delete them"
ALL_SHOWN_DELETE_YES = "Yes, delete them all"
CLIP_CONFIRM = "I listened: it is right"
CLIP_CONFIRM_KINDS = ("words", "doubtful", "unplaced", "speaker", "twin", "cut", "pause")
NEXT_TO_LOOK_AT = "Next one to look at"
CONFIRMED = "Noted. It is used as it is."
LISTEN_CANCELLED = "Stopped listening. The clips are there; “Listen to my clips” goes on."
LISTEN = "Listen to my clips"
CLIP_FIGURES_TITLE = "All figures"
CLIP_FIGURES = (
    ("snr_db", "Speech over noise: {:.0f} dB"),
    ("loudness_lufs", "Loudness: {:.0f} LUFS"),
    ("peak_dbfs", "Loudest moment: {:.1f} dBFS"),
    ("clipped_share", "Cut off at the top: {:.2%} of all samples"),
    ("limiting", "Samples piled up below the top: {:.2f} times as many as usual"),
    ("speech_s", "Speech: {:.1f} s"),
    ("speech_share", "Share of speech: {:.0%}"),
    ("longest_pause_s", "Longest pause: {:.1f} s"),
    ("reverberation_s", "Echo: {:.1f} s until it has died away"),
    ("high_band_db", "Sound above 4.5 kHz: {:.0f} dB"),
    ("emptied_share", "High tones thrown away when it was saved: {:.1%}"),
    ("starts_late", "Begins inside a word: {:.0f} (0 no, 1 yes)"),
    ("ends_early", "Ends inside a word: {:.0f} (0 no, 1 yes)"),
    ("letters_per_s", "Letters of the text in a second of speech: {:.0f}"),
    ("log_probability", "How sure the recogniser was: {:.2f} (0 is certain, below -1 it guesses)"),
    ("heard_again", "Letters heard differently the second time: {:.0%}"),
    ("character_error_rate", "Letters heard differently: {:.0%}"),
    ("speaker_similarity", "Like your other clips: {:.2f} of 1"),
)
WHO_TITLE = "More than one person speaks in your clips. Which one is you?"
WHO_INFO = "The clips of the others are left out of training; nothing is deleted."
WHO_MINE = "This is me"
CLIP_BEFORE = "As recorded"
CLIP_AFTER = "Cleaned"
CLIP_INCLUDE_LABEL = "Use this clip for training"
CLIP_INCLUDE_INFO = "Leave out what you misread or do not like."
CLIP_DELETE = "Delete this clip"
CLIP_DELETE_QUESTION = "Delete this clip? Its recording cannot be brought back."
CLIP_DELETE_YES = "Yes, delete it"
CLIP_PICTURE_BEFORE = "Picture of the recording: loudness over time."
CLIP_PICTURE_BOTH = "Pictures of the recording before and after cleaning."
CLIP_NOT_CLEAN = "Press “Clean all clips” to hear this clip before and after."
SAVED = "Saved."
DATASET_TITLE = "Take your clips with you"
DATASET_INFO = (
    "All clips that are used, with their words, as one zip file (wav and metadata.csv, the LJSpeech layout). "
    "Other programs read it, and “Or bring recordings” takes it in again."
)
DATASET_MAKE = "Make the zip file"
DATASET_SAVE = "Save the zip file"
TO_TRAIN = "Next: train the voice"


def dataset_made(clip_count: int) -> str:
    """Confirm that the zip file is there."""
    return f"{count(clip_count, 'clip')} packed. Save the file now."


def cleaned_summary(clip_count: int, harmed: int = 0) -> str:
    """Confirm cleaning, and say where it was held back."""
    words = f"Cleaned {count(clip_count, 'clip')}. Choose one to hear it before and after."
    if harmed:
        words += f" In {count(harmed, 'clip')} the noise was left in: taking it out would harm the voice."
    return words


def undone(clip_count: int) -> str:
    """Confirm that clips are as they were recorded."""
    return f"{count(clip_count, 'clip')} back as recorded."


def clip_range(first: int, last: int, total: int) -> str:
    """Say which clips of a long list are shown."""
    return f"{first} to {last} of {total}"


def shown_choice(key: str, clip_count: int) -> str:
    """Name one way of narrowing the list down, and how many clips it shows."""
    return f"{SHOWN[key]} ({clip_count})"


def to_look_at(clip_count: int) -> str:
    """Offer to go through the doubtful clips."""
    return f"Look at {count(clip_count, 'clip')} that may need you"


def listened(doubtful: int) -> str:
    """Say what listening to the clips found."""
    if not doubtful:
        return "Listened to all of them: words and voice are fine."
    return f"Listened to all of them: {count(doubtful, 'clip')} may need you, see “{SHOWN['look']}” below."


def all_shown(clip_count: int) -> str:
    """Say what the buttons for many clips act on."""
    return f"{count(clip_count, 'clip')} shown in the list, on all its pages. With all of them:"


def all_shown_question(clip_count: int) -> str:
    """Ask before many clips are deleted."""
    return f"Delete {count(clip_count, 'clip')}? Their recordings cannot be brought back."


def all_shown_done(clip_count: int) -> str:
    """Confirm what was done with many clips."""
    return f"Done with {count(clip_count, 'clip')}."


def heard(words: str) -> str:
    """Tell what the recogniser heard in a clip."""
    return f"Heard: “{words}”"


def speaker_found(clip_count: int, speech_s: float) -> str:
    """Describe one of several people in the clips."""
    return f"{count(clip_count, 'clip')}, {duration(speech_s)} of speech"


def speaker_kept(left_out: int) -> str:
    """Confirm which person is kept."""
    return f"Thank you. {count(left_out, 'clip')} of other people left out."


def clip_name(number: int) -> str:
    """Name a clip by its number in the list."""
    return f"Clip {number}"
