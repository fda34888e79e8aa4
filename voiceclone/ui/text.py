"""Every word the page shows, in one place: plain, second person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from voiceclone.evaluation import pitch
from voiceclone.limits import MAX_NAME_CHARACTERS
from voiceclone.wording import about, at_least, count, duration, seconds

TITLE = "VoiceClone"
TAGLINE = "Your own voice, on your own computer. Nothing you record leaves it."
TAGLINE_SPACE = "Your own voice. What you record is sent to this Space and stays there."

# --- the three tabs -----------------------------------------------------------------------------
TAB_RECORD = "1. Record & clean"
TAB_TRAIN = "2. Train"
TAB_SPEAK = "3. Speak"

INTRO_RECORD_EMPTY = (
    "Read the sentence below aloud and keep the take. About a minute of speech makes a first voice. "
    "You can also bring recordings you have, or look around with the example voice."
)
INTRO_RECORD_MORE = "Good start. Keep reading sentences, or add more recordings, until the bar below says it is enough."
INTRO_RECORD_TRY = (
    "This is enough to try, not yet for a good voice: keep reading until the bar below reaches “first voice”. Then "
    "press “Clean all clips” and go on to training."
)
INTRO_RECORD_CLEAN = (
    "You have enough speech for a first voice. Press “Clean all clips”, listen to a few, then go on to training."
)
INTRO_RECORD_READY = "Everything is recorded and clean. Go on to training, or add more speech for a better voice."
INTRO_TRAIN = "Name the voice, confirm that you may use it, and press the button. The rest happens by itself."
INTRO_TRAINING = "Your voice is being trained. Watch it, or come back later."
RUN_INTROS = {
    "finished": "It is done. Listen to the first sentence, then let the voice say whatever you like.",
    "stopped": "The training was stopped.",
    "failed": "The training could not be finished. Your recordings are untouched.",
    "interrupted": ("The training was interrupted. Nothing that was learnt is lost: continue it with one press."),
}
INTRO_SPEAK = "Choose a voice, type what it should say, and listen."
INTRO_SPEAK_NO_VOICE = (
    "You have not trained a voice yet. Listen to a stock voice meanwhile; yours appears here when it is trained."
)

# --- whose recordings ---------------------------------------------------------------------------
DEFAULT_PROJECT = "My voice"
EXAMPLE_PROJECT = "Example voice"
PROJECT_LABEL = "Whose recordings"
PROJECT_INFO = "Every person has a place of their own."
PROJECT_NEW = "New person"
PROJECT_NEW_NAME = "Name of the person"
PROJECT_NEW_NAME_INFO = "Only a label for you; any name will do."
PROJECT_CREATE = "Create"
PROJECT_DELETE = "Delete person"
PROJECT_DELETE_YES = "Yes, delete everything recorded here"
KEEP = "Keep it"
CANCEL = "Cancel"
STOPPING = "Stopping"
NEED_NAME = "Type a name first."


def project_delete_question(name: str, clip_count: int) -> str:
    """Ask before a person's recordings go."""
    return (
        f"Delete “{name}” with {count(clip_count, 'clip')}? The recordings cannot be brought back. "
        "Voices that were trained from them stay."
    )


# --- base model ---------------------------------------------------------------------------------
BASE_MISSING_TITLE = "One thing is missing: the speech model"
BASE_MISSING = (
    "It comes with the program and is unpacked once, in about half a minute. Nothing is downloaded. "
    "You can record meanwhile; training and speaking need it."
)
BASE_PREPARE = "Prepare the speech model"
BASE_READY = "The speech model is ready."

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
    ("speaker_likeness", "Like your other clips: {:.2f} of 1"),
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


# --- training -----------------------------------------------------------------------------------
VOICE_NAME_LABEL = "Name of the voice"
VOICE_NAME_INFO = "You will find it under this name."
CONSENT_LABEL = "This is my voice, or I have the speaker's permission"
CONSENT_INFO = "Cloning someone's voice without asking harms people, and in many places it is against the law."
EFFORT_LABEL = "How good should it be?"
EFFORT_INFO = "Longer sounds closer to you. You can stop at any time and keep what was learnt."
EFFORTS = {"quick": "Quick, a first voice", "better": "Better", "best": "Best"}
DEFAULT_EFFORT = "better"
NOT_MEASURED = "These are the times of a computer with two cores; they are measured here once the model is prepared."
MEASURING = (
    "Measuring how quick this computer is. The times are put right in a quarter of a minute, later where other "
    "programs keep it busy."
)
WAS_BUSY = (
    "Other programs kept your computer busy while it was measured, so it may take longer than is told here. It is "
    "measured again when VoiceClone next starts and nothing else is busy."
)
BUSY_NOW = "Other programs keep your computer busy just now, so it may take longer than is told here."
CHECKS_TITLE = "Before you start"
LEVELS = {"fine": "Fine", "watch out": "Watch out", "fix first": "Fix first"}
LEVEL_KINDS = {"fine": "good", "watch out": "usable", "fix first": "bad"}
START = "Train the voice"
TRAIN_TITLE = "A voice of your own"
WHAT_HAPPENS_TITLE = "What will happen"
WHAT_HAPPENS = (
    "Your recordings are prepared. You need not do anything.",
    "After about a minute you can hear a first attempt.",
    "A curve shows how the voice comes closer to you: the lower, the closer.",
    "At the end your voice says a sentence, and you can type anything for it to say.",
)
NEED_CONSENT = (
    "Tick the box that this is your voice, or that you have the speaker's permission, then press the button again."
)
NEED_LENGTH = "Choose how long the training may take."
NEED_EFFORT = "Choose Quick, Better or Best."
EXPERT = "For experts: what was worked out"
EXPERT_INFO = "Nothing here needs your attention. Leave steps and minutes at 0 to keep what was worked out."
EXPERT_STEPS = "Steps"
EXPERT_STEPS_INFO = "How often it learns a little, in place of the choice above."
EXPERT_MINUTES = "Minutes"
EXPERT_MINUTES_INFO = "On the clock, preparation included, in place of the choice above."
EXPERT_SEED = "Seed"
EXPERT_SEED_INFO = "Another whole number gives another, equally good run. The same one repeats it."
NO_NUMBER = "“{what}” has to be a number. Type one, or 0."
NO_WHOLE_NUMBER = "“{what}” has to be a whole number. Type one, or 0."
AS_MANY_AS_FIT = "as many as the time allows"
ONE_LENGTH = "Give either steps or minutes, and leave the other one at 0."
DERIVED = {
    "device": "Computes on",
    "precision": "Precision",
    "steps": "Steps",
    "time": "Time",
    "seed": "Seed",
    "policy": "What learns",
    "held_out_clips": "Clips kept from training, to judge by",
    "window_s": "Speech in one step",
    "batch_windows": "Snippets in one step",
    "decoder_rate": "Learning rate, sound",
    "norm_rate": "Learning rate, style layers",
    "predictor_rate": "Learning rate, melody and timing",
    "acoustic_style_rate": "Learning rate, style of the sound",
    "prosody_style_rate": "Learning rate, style of the melody",
}
AGAIN_LABEL = "What should happen to it?"
AGAIN_INFO = "Nothing is overwritten unless you choose so here."
AGAIN_GO = "Train the voice"
AGAIN_WAYS = ("beside", "replace", "continue")
AGAIN_NEEDED = "Choose what should happen to the voice that has this name."
NOTIFY_LABEL = "Show a notification when it is done"
NOTIFY_INFO = "Your browser asks you once whether it may. Keep this page open; it may be in the background."
SOUND_LABEL = "Play a short sound when it is done"
SOUND_INFO = "Both switches are remembered in this browser."
ENDED_TITLES = {
    "finished": "Your voice is ready",
    "stopped": "The training was stopped",
    "failed": "The training could not be finished",
    "interrupted": "The training was interrupted",
}
# Shown by the script of the page.
NOTIFY = {
    "insecure": (
        "Your browser shows notifications only for pages on this computer or over https. Open this page on the "
        "computer VoiceClone runs on, or keep the sound on."
    ),
    "missing": "This browser cannot show notifications. Keep the sound on instead.",
    "denied": (
        "The browser was not allowed to show notifications. Allow it in the address bar, then switch this on again."
    ),
}
TO_RECORD = "Back to recording"
STOP = "Stop and keep what was learnt"
CONTINUE = "Continue the training"
START_OVER = "Start a new one instead"
TRAIN_AGAIN = "Train another voice"
TO_SPEAK = "Next: let it speak"
CLOSE_PAGE = "You may close this page or turn to something else. The training goes on, and this page finds it again."
PLOT_LABEL = "How far off the voice still is"
PLOT_HINT = "Lower is closer to your recordings."
PLOT_X = "step"
PLOT_Y = "distance"
SERIES = {"loss": "each step", "smoothed": "average", "held_out": "a recording it never learns from"}
RUN_NOTES_TITLE = "Good to know"
FIRST_LISTEN_LABEL = "First listen"
RESULT_LABEL = "Your voice"
RESULT_TITLE = "Your voice is ready"
RESULT_STOPPED_TITLE = "Stopped, and kept"
SAMPLE_SENTENCES = {
    "en-us": "Hello, this is my new voice, and I have never said this sentence before.",
    "en-gb": "Hello, this is my new voice, and I have never said this sentence before.",
    "es": "Hola, esta es mi nueva voz, y nunca antes había dicho esta frase.",
    "fr": "Bonjour, voici ma nouvelle voix, et je n'avais jamais dit cette phrase.",
    "it": "Ciao, questa è la mia nuova voce, e non avevo mai detto questa frase.",
    "pt": "Olá, esta é a minha nova voz, e eu nunca tinha dito esta frase antes.",
    "hi": "नमस्ते, यह मेरी नई आवाज़ है, और मैंने यह वाक्य पहले कभी नहीं कहा।",
}
SCORES_TITLE = "How it turned out"


def effort_choice(effort: str, expected_s: float, measured: bool, lower_bound: bool) -> str:
    """Name a choice and how long it takes here, at least takes here, or takes elsewhere."""
    told = at_least(expected_s) if lower_bound else about(expected_s)
    return f"{EFFORTS[effort]}: {told}{'' if measured else ' on two cores'}"


def more_speech_first(usable_s: float) -> str:
    """Say why a longer training is held back."""
    return (
        f"From {duration(usable_s)} of speech a longer training would only learn these sentences by heart, so it is "
        "kept shorter. Record more to make use of the longer ones."
    )


def again_question(name: str) -> str:
    """Tell that the name is taken."""
    return f"You have a voice called “{name}” already."


def again_way(way: str, name: str, free_name: str) -> str:
    """Put one way of dealing with it into words."""
    return {
        "beside": f"Keep it, and make a new voice beside it: “{free_name}”",
        "replace": "Replace it once the new one is ready; until then it stays",
        "continue": f"Keep it, and go on from it: “{free_name}” begins where “{name}” is now (for more speech later)",
    }[way]


def run_figures(steps_per_s: float | None, memory_mb: float | None) -> str:
    """Say how quickly it learns and what memory it holds; nothing while neither is known."""
    told = []
    if steps_per_s:
        quick = steps_per_s >= 1
        told.append(f"{steps_per_s:.1f} steps a second" if quick else f"{1 / steps_per_s:.1f} seconds a step")
    if memory_mb:
        told.append(f"{megabytes(memory_mb)} of memory")
    return ", ".join(told)


SAMPLES_TITLE = "On its way to you"
SAMPLE_RECORDING = "Your recording"
SAMPLE_START = "Before training"
SAMPLE_INSTANT = "Without training"
SAMPLE_BEST = "Best so far"
SAMPLE_KEPT = "Kept"
SAMPLE_KEPT_BY_YOU = "Your choice"
SAMPLE_KEEP = "Keep this one instead"
NO_SAMPLE_CHOSEN = "Press the button below the sample you want to keep."
SAMPLE_FAULTS = {"pitch": "Wrong pitch", "words": "Words broken", "tone": "Hums", "sound": "Rough"}


def samples_info(said: str, has_recording: bool) -> str:
    """Say what the samples are."""
    beside = " The recording beside them is one it never learns from." if has_recording else ""
    return f"The voice says the same every now and then: {said}{beside}"


def sample_title(step: int) -> str:
    """Name a sample by how much was learnt."""
    return f"After {count(step, 'step')}"


def sample_figures(likeness: float | None, words: float | None, pitch_off_semitones: float | None = None) -> str:
    """Say how alike a sample is, how high it speaks, and how much of it is understood."""
    told = [] if likeness is None else [f"Likeness {max(0.0, likeness):.2f} of 1"]
    if pitch_off_semitones is not None:
        told.append(f"pitch {pitch.in_words(pitch_off_semitones)}")
    if words is not None:
        told.append("every word right" if words >= 0.995 else f"{words:.0%} of the words right")
    return ", ".join(told)


def sample_kept(step: int, name: str) -> str:
    """Confirm another choice."""
    return f"“{name}” is now the voice after {count(step, 'step')}. You may change your mind at any time."


def train_summary(project_name: str, usable_s: float) -> str:
    """Say what the voice will be trained from."""
    return f"It will be trained from {duration(usable_s)} of speech in “{project_name}”."


def similarity_words(similarity: float, pitch_off_semitones: float | None = None) -> str:
    """Put a speaker similarity (cosine, to held-out recordings) into words.

    The bounds are those of the Resemblyzer encoder: two recordings of one person are
    usually above 0.85, those of two people usually below 0.75. It hardly hears pitch, so a voice of
    another pitch is not called like the recordings, whatever the figure.
    """
    if pitch.is_far(pitch_off_semitones):
        return "It is not close yet: its pitch is wrong."
    if similarity >= 0.90:
        return "It sounds very much like the recordings."
    if similarity >= 0.82:
        return "It sounds like the recordings."
    if similarity >= 0.74:
        return "It resembles the recordings a little. More speech or a longer training brings it closer."
    return "It is not close yet. Record more speech or train longer."


def pitch_words(off_semitones: float) -> str:
    """Say whether a voice speaks as high as the recordings do, which likeness hardly hears."""
    if pitch.in_words(off_semitones) == pitch.RIGHT:
        return "It speaks as high as you do."
    return f"It speaks {pitch.in_words(off_semitones)}."


def pitch_figure(off_semitones: float, stock: float | None) -> str:
    """Give the figure of the pitch, next to that of the voice learning began with."""
    began = "" if stock is None else f"; the voice it began with had {pitch.signed(stock)}"
    advice = " Listen to it before you use it, and train again." if pitch.is_far(off_semitones) else ""
    return f"{pitch.signed(off_semitones)} semitones from your recordings{began}.{advice}"


def similarity_figures(similarity: float, stock: float | None, instant: float | None = None) -> str:
    """Give the figures of the likeness, next to those of the voices made without training."""
    told = [f"Likeness {similarity:.2f} of 1"]
    if stock is not None:
        told.append(f"the voice it began with had {max(0.0, stock):.2f}")
    if instant is not None:
        told.append(f"your voice without training has {max(0.0, instant):.2f}")
    return "; ".join(told) + "."


NEAREST_WITHOUT_TRAINING = (
    "Without training, this base model can only offer you the one of its own voices that is nearest to yours."
)


def words_right(share: float) -> str:
    """Say how much of its speech is understood; `share` is 0..1."""
    return "Every word is understood." if share >= 0.995 else f"{share:.0%} of its words are understood."


def sound_words(naturalness: float) -> str:
    """Put DNSMOS (1..5) into words; clean recordings of people reach about 3.2 and more."""
    if naturalness >= 3.1:
        return "The sound is clean."
    return "The sound is fair." if naturalness >= 2.7 else "The sound is rough. Cleaner recordings would help."


def sound_figure(naturalness: float) -> str:
    """Give the figure of the sound."""
    return f"Quality {naturalness:.1f} of 5."


def learnt_from(speech_s: float, minutes: float, size_mb: float) -> str:
    """Say what a voice was made from, how long it took, and how large it is."""
    took = f" in {duration(minutes * 60)}" if minutes else ""
    return f"Learnt from {duration(speech_s)} of speech{took}. The voice file is {size_mb:.1f} MB."


# --- base models to start from ------------------------------------------------------------------
MODELS = "Which model to start from"
MODELS_INTRO = (
    "You need not choose: the model that came with the program is the quickest. The others speak without training, "
    "change recordings, or are there to compare. Each is fetched once, only when you ask for it."
)
BASE_LABEL = "Start from"
BASE_INFO = "Models that are on this computer. Others appear here once you have got them below."
POLICY_LABEL = "What learns"
POLICY_INFO = "The first one is the advised one."
POLICIES = {
    "fine-tune": "The sound of the voice: the layers that make the sound learn, those that read the text stay",
    "transfer": "Only the description of the speaker: the network stays as it is, and the voice file is small",
    "full": "Everything: the layers that read the text learn, too",
}
CARDS_TITLE = "All models"
STATES = {
    "ready": "On this computer",
    "missing": "Not here",
    "folder-found": "Found, terms to agree to",
    "incomplete": "Partly here",
}
STATE_UNPREPARED = "Not prepared yet"
STATE_KINDS = {"ready": "good", "missing": "plain", "folder-found": "usable", "incomplete": "usable"}
CARD_CAN = "Can"
CARD_SPEAKS = "Languages"
CARD_LICENCE = "Licence"
CARD_RESULT = "Your voices"
CARD_MORE = "Licence, languages, files"
CARD_FOLDER = "Bring it yourself"
CARD_EMBEDDED = "comes with the program"
ABILITIES = {
    "instant": "make a voice without training",
    "train": "be trained",
    "convert": "say a recording’s words in a voice",
}
MAY_SHARE = "You may pass on the voices you make with it."
PRIVATE_ONLY = "For yourself only."
MAY_SHARE_SHORT = "voices may be shared"
PRIVATE_SHORT = "voices for yourself only"
GPU_ADVISED = "graphics card advised to train"
GPU_NOT_NEEDED = "no graphics card needed"
GET_TITLE = "Get another model"
GET_LABEL = "Model"
GET_INFO = "What it is for, and on which terms, stands on its card."
LICENCE_AGREE = "I have read these terms and agree to them"
LICENCE_AGREE_INFO = "They are an agreement between you and the makers of the model."
GET = "Get it"
GETTING = "Another model is being fetched. Wait until that has ended, or cancel it."
GET_CANCELLED = "Stopped. What was fetched is kept; “Get it” goes on from there."
NO_MODEL = "Choose a model first."
REMOVE_NAMES = 4
"""Voices named in the question; the others are counted."""
REMOVE = "Remove from this computer"
REMOVE_YES = "Yes, remove it"
TERMS_LINK = "The whole text"
INSTANT = "Try it without training"
INSTANT_INFO = "Listens to your best clips and makes a voice of them. Training usually comes closer to you."
INSTANT_TITLE = "A voice without training"
INSTANT_DONE = "Listen below. You can train one as well."
ONLY_CONVERTS = "This voice changes recordings and cannot read text: bring a recording to it under “3. Speak”."


def models_folder(folder: str) -> str:
    """Say where a person may put a model that was fetched by other means."""
    return f"Models you bring yourself go, unzipped, into {folder}. Open this part again, and they are found."


def need_licence(title: str) -> str:
    """Refuse to get a model without agreement."""
    return f"Read the terms of {title}, tick the box that you agree to them, then press “Get it” again."


def got(title: str) -> str:
    """Confirm that a model is there."""
    return f"{title} is on this computer now. Choose it above under “{BASE_LABEL}”."


def remove_question(title: str, frees_mb: float, voices: Sequence[str]) -> str:
    """Ask before a model goes: what becomes free, and which voices need it."""
    asked = f"Remove {title}? {megabytes(frees_mb)} become free. You can get it again at any time."
    if not voices:
        return f"{asked} None of your voices needs it."
    named = [f"“{name}”" for name in voices[:REMOVE_NAMES]]
    if len(voices) > REMOVE_NAMES:
        named.append(f"{len(voices) - REMOVE_NAMES} more")
    listed = " and ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else named[0]
    stays, needs = ("stays", "it is silent") if len(voices) == 1 else ("stay", "they are silent")
    return f"{asked} {listed} {stays}, but {needs} until the model is back."


def removed(title: str, frees_mb: float) -> str:
    """Confirm that a model is gone."""
    return f"{title} is removed; {megabytes(frees_mb)} are free again."


def bring_folder(names: Sequence[str]) -> str:
    """Say which folders a person may drop."""
    return " and ".join(f"“{name}”" for name in names)


def megabytes(size_mb: float) -> str:
    """A size on disk: `less than 1 MB`, `425 MB`, `2.1 GB`."""
    if size_mb < 0.5:
        return "less than 1 MB"
    return f"{size_mb / 1000:.1f} GB" if size_mb >= 1000 else f"{size_mb:.0f} MB"


def instant_name(name: str) -> str:
    """Name a voice made without training, so that a trained one of the same person can be told from it."""
    ending = " - untrained"
    return name[: MAX_NAME_CHARACTERS - len(ending)] + ending


# --- comparing ----------------------------------------------------------------------------------
COMPARE = "Does training help?"
COMPARE_INTRO = (
    "Makes your voice in several ways, one after another: without training, with little, with more. Each says the same "
    "ten sentences, and recordings that no training heard judge how alike they are."
)
COMPARE_BASE_INFO = "Models on this computer that can make a voice in more than one way."
COMPARE_LENGTH = "How long may each training take?"
COMPARE_LENGTH_INFO = "The whole comparison takes this for every way that trains, and some minutes more to listen."
COMPARE_LENGTHS = (("About 5 minutes", 5), ("About 15 minutes", 15), ("About 40 minutes", 40))
COMPARE_START = "Compare"
COMPARING = "A comparison is training its voices. Wait until it has ended, or cancel it."
COMPARE_CLOSE = "You may close this page meanwhile. Should the program end, press the button again: it goes on."
COMPARE_PICTURE = "Likeness, words right and naturalness of each way, and the table."
COMPARE_SENTENCE = "Listen to each way say"
COMPARE_SENTENCE_INFO = "The same sentence in every voice; none of them was said in your recordings."
COMPARE_RECORDING = "One of your recordings"
NO_SENTENCE_CHOSEN = "Choose one of the sentences in the list."
WAYS = {
    "instant": "Without training",
    "transfer": "Only the description learnt",
    "fine-tune": "The sound learnt",
    "full": "Everything learnt",
}


def compared(project_name: str, base_title: str, speech_s: float, day: str) -> str:
    """Say what a comparison is of."""
    return f"“{project_name}”, {base_title}, trained on {duration(speech_s)} of speech, {day}."


# --- speaking -----------------------------------------------------------------------------------
VOICE_LABEL = "Voice"
VOICE_INFO = "Yours first. Stock voices come with the program: they are not yours, and nobody’s clone."
STOCK_VOICE = "Stock voice (not trained, to compare)"
STOCK_SEXES = {"female": "woman", "male": "man"}
TEXT_LABEL = "What should it say?"
TEXT_INFO = "Any length. Numbers, dates and abbreviations are read as people say them."
TEXT_PLACEHOLDER = "Type or paste your text here."
SPEAK_LANGUAGE_LABEL = "Language"
SPEAK_LANGUAGE_INFO = "The language the text is written in."
SPEED_LABEL = "Speed"
SPEED_INFO = "1 is natural. Smaller is slower."
SPEAK = "Speak"
SPEAKING = "Speaking"
OUTPUT_LABEL = "Listen"
DOWNLOAD = "Download as WAV"
SPEAK_CANCELLED = "Stopped."
NO_TEXT = "Type what the voice should say first."


def stock_voice(name: str, sex: str, language: str) -> str:
    """Name a stock voice so that nobody takes it for one of their own: `Heart (stock voice, woman, English)`."""
    return f"{name} ({', '.join(filter(None, ['stock voice', STOCK_SEXES.get(sex, ''), language.partition(' (')[0]]))})"


def spoken_summary(duration_s: float, sentences: int, elapsed_s: float) -> str:
    """Sum up one speech."""
    return f"{seconds(duration_s)} of speech in {count(sentences, 'sentence')}, made in {seconds(elapsed_s)}."


# --- a recording's words in another voice ---------------------------------------------------------
CONVERT_TITLE = "Say a recording’s words in this voice"
CONVERT_INTRO = "Bring or record speech of anybody who agrees. The words and their rhythm stay, the voice changes."
CONVERT_SOURCE = "Recording"
CONVERT = "Change the voice"
CONVERT_STOCK = "Choose one of your own voices first; stock voices cannot do this."
CONVERT_CANCELLED = "Stopped. Your recording is unchanged; nothing was kept of the conversion."
NO_RECORDING = "Bring a sound file or record something first."


def converted(duration_s: float) -> str:
    """Sum up one conversion."""
    return f"{seconds(duration_s)} of speech in the chosen voice."


# --- earlier trainings --------------------------------------------------------------------------
HISTORY = "Earlier trainings"
HISTORY_INTRO = "Every training is remembered: how it went, how it turned out, and the voice it made."
HISTORY_WHOSE_LABEL = "Whose"
HISTORY_WHOSE_INFO = "Of the person chosen above, or of everybody."
HISTORY_WHOSE = {"person": "This person’s", "all": "Everybody’s"}
HISTORY_EMPTY = "Nothing was trained yet."
HISTORY_LIST = "Earlier trainings, the newest first"
HISTORY_SHOWN = 60
"""Trainings listed; a list this long is still quick on a phone."""
HISTORY_SETTINGS = "What was asked for"
HISTORY_NO_SCORES = "It was not judged."
HISTORY_VOICE_GONE = "Its voice was deleted since."
HISTORY_PLAY = "Let it say a sentence"
HISTORY_DELETE = "Delete this training"
HISTORY_DELETE_YES = "Yes, delete it"
HISTORY_WITH_VOICE = "Delete its voice, too"
HISTORY_WITH_VOICE_INFO = "Without this the voice stays under “3. Speak”."
HISTORY_GONE = "That training is not there any more. Choose another one from the list."
HISTORY_NO_VOICE = "This training has no voice. Choose another one from the list."
HISTORY_DELETED = "Deleted."
RUN_STATES = {
    "waiting": ("Starting", "plain"),
    "preparing": ("Getting ready", "plain"),
    "training": ("Learning", "plain"),
    "stopping": ("Stopping", "plain"),
    "finished": ("Finished", "good"),
    "stopped": ("Stopped", "usable"),
    "interrupted": ("Interrupted", "usable"),
    "failed": ("Failed", "bad"),
}
"""Each state of a training in a word, and the colour it is shown in."""


def moment(iso_time: str) -> str:
    """A moment by the clock of this computer: `23 Nov 2026, 05:33`."""
    try:
        local = datetime.fromisoformat(iso_time).astimezone()
    except ValueError:
        return iso_time[:16]
    return f"{local.day} {local:%b %Y, %H:%M}"


def run_line(
    started_at: str,
    steps: int,
    duration_s: float,
    similarity: float | None,
    pitch_off_semitones: float | None = None,
) -> str:
    """Sum up a training in its row of the list."""
    likeness = f"likeness {similarity:.2f}" if similarity is not None else ""
    heard = f"pitch {pitch.in_words(pitch_off_semitones)}" if pitch_off_semitones is not None else ""
    parts = [moment(started_at), count(steps, "step"), duration(duration_s), likeness, heard]
    return " · ".join(part for part in parts if part)


def older_runs(number: int) -> str:
    """Say that the list is cut."""
    return f"{count(number, 'older training')} not shown." if number else ""


def run_settings(record: Any, base_title: str) -> list[tuple[str, str]]:
    """Return what was asked for, in plain words: (what, value) lines."""
    asked = "As long as the model advises"
    if record.minutes_asked is not None:
        asked = f"For {duration(record.minutes_asked * 60)}"
    elif record.steps_asked is not None:
        asked = f"For {count(record.steps_asked, 'step')}"
    if record.effort is not None:
        effort = EFFORTS.get(record.effort, record.effort).partition(",")[0]
        asked = f"{effort}, f{asked[1:]}"
    lines = [("Recordings of", record.status.project_name), ("Model", base_title), ("How long", asked)]
    if record.status.policy:
        lines.append((POLICY_LABEL, POLICIES.get(record.status.policy, record.status.policy)))
    if record.speech_s is not None:
        chosen = ", chosen by you" if record.chosen_clips is not None else ""
        lines.append(
            ("Learnt from", f"{duration(record.speech_s)} of speech in {count(record.clip_count or 0, 'clip')}{chosen}")
        )
    took = f"{count(record.status.step, 'step')} in {duration(record.status.elapsed_s)}"
    return [*lines, ("Took", took), ("Seed", str(record.seed))]


def delete_run_question(voice_name: str, started_at: str) -> str:
    """Ask before a training goes."""
    return (
        f"Delete the training of “{voice_name}” from {moment(started_at)}? Its plot and figures cannot be brought back."
    )


# --- listening blind ----------------------------------------------------------------------------
BLIND = "Which voice is better? Listen blind"
BLIND_INTRO = (
    "You hear ten sentences, each said twice, and choose the better one without knowing which voice it is. "
    "Both are equally loud. At the end you learn how you chose, and whether that may be chance."
)
BLIND_ONE = "One voice"
BLIND_ONE_INFO = "Any of your voices."
BLIND_OTHER = "The other"
BLIND_OTHER_INFO = "Another voice, or real recordings: can you still tell them apart?"
BLIND_RECORDING = "Real recordings of the person"
BLIND_QUESTION = "What you are asked"
BLIND_QUESTION_INFO = "The same for every pair."
BLIND_QUESTIONS = {"better": "Which one sounds better?", "like": "Which one sounds more like you?"}
BLIND_MAKE = "Make the ten pairs"
BLIND_MADE = "Ready. Put on headphones if you can, then press “Play both” below."
BLIND_CANCELLED = "Stopped. Nothing was kept."
BLIND_NEED_TWO = "Choose two that differ."
BLIND_TESTS = "Your listening tests"
BLIND_GO_ON = "Go on"
BLIND_DELETE = "Delete"
BLIND_DELETE_YES = "Yes, delete this test"
BLIND_KEYS = "Keys: 1 and 2 choose, Space plays both again."
# Shown by the script of the listening test; {names} are filled in there.
BLIND_STAGE = {
    "place": "Pair {number} of {total}",
    "play_both": "Play both",
    "play": "Play {place}",
    "choose": "Choose {place}",
    "pause": "Stop for now",
    "hear_both": "Listen to both first.",
    "paused": "Stopped. Your answers are kept; “Go on” below continues.",
    "begin": "Press “Play both” or the space key.",
    "silent": "The browser plays no sound yet. Press “Play both”.",
    "unreachable": "VoiceClone does not answer. See whether it runs, then press the button again; nothing is lost.",
}


def blind_against(one: str, other: str) -> str:
    """Name the two sides of a listening test."""
    return f"“{one}” and “{other}”"


def blind_open(answered: int, total: int) -> str:
    """Say how far a listening test is."""
    return f"{answered} of {total} pairs answered."


# --- managing voices ----------------------------------------------------------------------------
MANAGE = "Rename, export, import or delete voices"
MANAGE_STOCK = "Stock voices come with the program. Choose one of your own voices above to rename, export or delete it."
RENAME_LABEL = "New name"
RENAME_INFO = "A label only; the voice stays the same."
RENAME = "Rename"
RENAMED = "Renamed."
EXPORT = "Export as a file"
EXPORT_PRIVATE = "Take it along for my own use"
EXPORT_PRIVATE_INFO = "You may keep a copy for yourself; the file says of itself that it may not be shared."
IMPORT = "Import a voice file"
DELETE_VOICE = "Delete this voice"
DELETE_VOICE_YES = "Yes, delete it"
DELETED = "Deleted."


def imported(name: str) -> str:
    """Confirm an import."""
    return f"Imported “{name}”."


def delete_voice_question(name: str) -> str:
    """Ask before a voice goes."""
    return f"Delete the voice “{name}”? It cannot be brought back unless you exported it."


# --- errors -------------------------------------------------------------------------------------
ERROR_TITLE = "That did not work"
UNEXPECTED = (
    "Something unexpected went wrong. Nothing you recorded or trained is lost. Try again; the terminal has the details."
)

# --- the terminal -------------------------------------------------------------------------------
STARTED = "VoiceClone is ready. Open {url} in your browser. Press Ctrl+C here to stop."
STARTED_LAN = "The page is open to your network. The microphone works only on this computer, or over https."
PORT_BUSY = "Port {port} is in use by another program. Choose another one, for example: PORT={other} make run"
BASE_NOT_READY = "The speech model is not prepared yet; the page offers to do it (or run: make setup)."
STARTED_SPACE = "VoiceClone is ready."
PREPARING = "Getting the speech model ready, {percent} %: {words}"

# --- who may see the page -----------------------------------------------------------------------
PASSWORD_WANTED = "Enter the password you were given. Any name will do."
SPACE_NEEDS_PASSWORD = (
    "This page is closed until a password is set, because everybody who opened it would share the same recordings and "
    "voices. If this Space is yours: open Settings, go to “Variables and secrets”, add a secret named "
    "VOICECLONE_PASSWORD with at least 12 characters, and restart the Space."
)
SPACE_PASSWORD_HELP = "Change it under Settings, “Variables and secrets”, and restart the Space."
CLOSED_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<body style="font: 1.1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 15vh auto; padding: 0 1rem">
<h1>{title}</h1>
<p>{sentence}</p>
"""
