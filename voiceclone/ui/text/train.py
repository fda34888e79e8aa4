"""Words of the tab “Train”."""

from voiceclone.evaluation import pitch
from voiceclone.ui.text.base_models import megabytes
from voiceclone.wording import about, at_least, count, duration, up_to

# --- training -----------------------------------------------------------------------------------
VOICE_NAME_LABEL = "Name of the voice"
VOICE_NAME_INFO = "You will find it under this name."
CONSENT_LABEL = "This is my voice, or I have the speaker's permission"
CONSENT_INFO = "Cloning someone's voice without asking harms people, and in many places it is against the law."
EFFORT_LABEL = "How good should it be?"
EFFORT_INFO = "A longer training sounds more like you. You can stop at any time and keep what was learnt."
EFFORTS = {"quick": "Quick, a first voice", "better": "Better", "best": "Best", "overnight": "As long as it helps"}
DEFAULT_EFFORT = "better"
OVERNIGHT = (
    "It stops by itself when your voice no longer gets better. You can pause it and continue later. How much it adds "
    "over “Best” was not measured yet."
)
NOT_MEASURED = "These times are for a computer with two cores. Yours is measured once the model is prepared."
MEASURING = (
    "Measuring how fast this computer is. The times will be corrected in about 15 seconds, or later if other programs "
    "keep it busy."
)
WAS_BUSY = (
    "Other programs kept your computer busy while it was measured, so training may take longer than shown here. "
    "It is measured again the next time VoiceClone starts and nothing else is busy."
)
BUSY_NOW = "Other programs are keeping your computer busy, so training may take longer than shown here."
CHECKS_TITLE = "Before you start"
LEVELS = {"fine": "Fine", "watch out": "Watch out", "fix first": "Fix first"}
LEVEL_KINDS = {"fine": "good", "watch out": "usable", "fix first": "bad"}
START = "Train the voice"
TRAIN_TITLE = "A voice of your own"
WHAT_HAPPENS_TITLE = "What will happen"
WHAT_HAPPENS = (
    "Your recordings are prepared. You do not have to do anything.",
    "After about a minute you can hear a first attempt.",
    "A curve shows how the voice gets closer to yours: the lower, the closer.",
    "At the end your voice says a sentence, and you can type anything for it to say.",
)
NEED_CONSENT = (
    "Tick the box to confirm that this is your voice, or that you have the speaker's permission, then press the button "
    "again."
)
NEED_LENGTH = "Choose how long the training may take."
NEED_EFFORT = "Choose how good it should be: Quick, Better, Best, or as long as it helps."
EXPERT = "For experts: the settings in use"
EXPERT_INFO = "Nothing here needs your attention. Leave steps and minutes at 0 to keep the settings VoiceClone chose."
EXPERT_STEPS = "Steps"
EXPERT_STEPS_INFO = "The number of training steps; replaces the choice above."
EXPERT_MINUTES = "Minutes"
EXPERT_MINUTES_INFO = "Total time including preparation; replaces the choice above."
EXPERT_SEED = "Seed"
EXPERT_SEED_INFO = "A different whole number gives a different, equally good training. The same number repeats it."
NO_NUMBER = "“{what}” has to be a number. Type one, or 0."
NO_WHOLE_NUMBER = "“{what}” has to be a whole number. Type one, or 0."
AS_MANY_AS_FIT = "as many as the time allows"
ONE_LENGTH = "Give either steps or minutes, and leave the other one at 0."
DERIVED = {
    "device": "Runs on",
    "precision": "Precision",
    "steps": "Steps",
    "time": "Time",
    "seed": "Seed",
    "policy": "What is trained",
    "held_out_clips": "Clips held back from training, to judge the voice",
    "window_s": "Speech in one step",
    "batch_windows": "Snippets in one step",
    "decoder_rate": "Learning rate, sound",
    "norm_rate": "Learning rate, style layers",
    "predictor_rate": "Learning rate, pitch and timing",
    "acoustic_style_rate": "Learning rate, style of the sound",
    "prosody_style_rate": "Learning rate, style of the pitch",
}
AGAIN_LABEL = "What should happen to it?"
AGAIN_INFO = "Nothing is overwritten unless you choose that here."
AGAIN_GO = "Train the voice"
AGAIN_WAYS = ("beside", "replace", "continue")
AGAIN_NEEDED = "Choose what should happen to the voice that has this name."
NOTIFY_LABEL = "Show a notification when it is done"
NOTIFY_INFO = "Your browser asks you once whether it may. Keep this page open; it may be in the background."
SOUND_LABEL = "Play a short sound when it is done"
SOUND_INFO = "This browser remembers both switches."
ENDED_TITLES = {
    "finished": "Your voice is ready",
    "stopped": "The training was stopped",
    "failed": "The training could not be finished",
    "interrupted": "The training was interrupted",
    "paused": "The training is paused",
}
# Shown by the page's script.
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
PAUSE = "Pause"
CONTINUE = "Continue the training"
START_OVER = "Start a new one instead"
TRAIN_AGAIN = "Train another voice"
TO_SPEAK = "Next: let it speak"
CLOSE_PAGE = (
    "You can close this page or do something else. The training continues, and this page will show it when you return."
)
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
    """Name a choice and how long it takes: on this computer, at least on this computer, or on two cores."""
    if effort == "overnight":
        told = up_to(expected_s) + (", longer while the computer is busy" if lower_bound else "")
    else:
        told = at_least(expected_s) if lower_bound else about(expected_s)
    return f"{EFFORTS[effort]}: {told}{'' if measured else ' on two cores'}"


def more_speech_first(usable_s: float) -> str:
    """Explain why a longer training is kept short."""
    return (
        f"With only {duration(usable_s)} of speech, a longer training would just memorise these sentences, so it is "
        "kept short. Record more to benefit from a longer one."
    )


def again_question(name: str) -> str:
    """Say that the name is taken."""
    return f"You already have a voice called “{name}”."


def again_way(way: str, name: str, free_name: str) -> str:
    """Describe one way of handling a name that is taken."""
    return {
        "beside": f"Keep it and make another voice: “{free_name}”",
        "replace": "Replace it once the new one is ready; until then it is kept",
        "continue": f"Keep it and continue from it: “{free_name}” starts where “{name}” is now (to use added speech)",
    }[way]


def run_figures(steps_per_s: float | None, memory_mb: float | None) -> str:
    """Return training speed and memory in words; empty while both are unknown."""
    told = []
    if steps_per_s:
        quick = steps_per_s >= 1
        told.append(f"{steps_per_s:.1f} steps per second" if quick else f"{1 / steps_per_s:.1f} seconds per step")
    if memory_mb:
        told.append(f"{megabytes(memory_mb)} of memory")
    return ", ".join(told)


SAMPLES_TITLE = "How the voice develops"
SAMPLE_RECORDING = "Your recording"
SAMPLE_START = "Before training"
SAMPLE_INSTANT = "Without training"
SAMPLE_BEST = "Best so far"
SAMPLE_KEPT = "Kept"
SAMPLE_KEPT_BY_YOU = "Your choice"
SAMPLE_KEEP = "Keep this one instead"
NO_SAMPLE_CHOSEN = "Press the button below the sample you want to keep."
SAMPLE_FAULTS = {"pitch": "Wrong pitch", "words": "Garbled words", "tone": "Hums", "sound": "Rough"}


def samples_info(said: str, has_recording: bool) -> str:
    """Say what the samples are."""
    beside = " The recording beside them is one it never learns from." if has_recording else ""
    return f"The voice says the same words from time to time: {said}{beside}"


def sample_title(step: int) -> str:
    """Name a sample by its training step."""
    return f"After {count(step, 'step')}"


def sample_figures(similarity: float | None, words: float | None, pitch_off_semitones: float | None = None) -> str:
    """Return a sample's similarity, pitch and share of intelligible words (0..1), in words."""
    told = [] if similarity is None else [f"Similarity {max(0.0, similarity):.2f} of 1"]
    if pitch_off_semitones is not None:
        told.append(f"pitch {pitch.in_words(pitch_off_semitones)}")
    if words is not None:
        told.append("every word right" if words >= 0.995 else f"{words:.0%} of the words right")
    return ", ".join(told)


def sample_kept(step: int, name: str) -> str:
    """Confirm that another sample is kept."""
    return f"“{name}” is now the voice after {count(step, 'step')}. You can change your mind at any time."


def train_summary(project_name: str, usable_s: float) -> str:
    """Say what the voice will be trained from."""
    return f"It will be trained from {duration(usable_s)} of speech in “{project_name}”."


def similarity_words(similarity: float, pitch_off_semitones: float | None = None) -> str:
    """Put a speaker similarity (cosine, to held-out recordings) into words.

    The thresholds are for the Resemblyzer encoder: two recordings of one person usually score above 0.85,
    those of two people below 0.75. The encoder hardly hears pitch, so a voice at the wrong pitch is never
    called similar, whatever its score.
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
    """Say whether a voice's pitch matches the recordings, which similarity hardly measures."""
    if pitch.in_words(off_semitones) == pitch.RIGHT:
        return "It is as high as your own voice."
    return f"Its pitch is {pitch.in_words(off_semitones)}."


def pitch_figure(off_semitones: float, stock: float | None) -> str:
    """Return the pitch offset in semitones, next to that of the voice training started from."""
    began = "" if stock is None else f"; the voice it began with was at {pitch.signed(stock)}"
    advice = " Listen to it before you use it, and train again." if pitch.is_far(off_semitones) else ""
    return f"{pitch.signed(off_semitones)} semitones from your recordings{began}.{advice}"


def similarity_figures(similarity: float, stock: float | None, instant: float | None = None) -> str:
    """Return the similarity, next to that of the voices made without training."""
    told = [f"Similarity {similarity:.2f} of 1"]
    if stock is not None:
        told.append(f"the voice it began with had {max(0.0, stock):.2f}")
    if instant is not None:
        told.append(f"your voice without training has {max(0.0, instant):.2f}")
    return "; ".join(told) + "."


NEAREST_WITHOUT_TRAINING = (
    "Without training, this base model can only offer you whichever of its own voices is closest to yours."
)


def words_right(share: float) -> str:
    """Say how much of the speech is intelligible; `share` is 0..1."""
    return "Every word can be understood." if share >= 0.995 else f"{share:.0%} of its words can be understood."


def sound_words(naturalness: float) -> str:
    """Put DNSMOS (1..5) into words; clean recordings of people score 3.2 or more."""
    if naturalness >= 3.1:
        return "The sound is clean."
    return "The sound is fair." if naturalness >= 2.7 else "The sound is rough. Cleaner recordings would help."


def sound_figure(naturalness: float) -> str:
    """Return the sound quality, DNSMOS 1..5."""
    return f"Quality {naturalness:.1f} of 5."


def learnt_from(speech_s: float, minutes: float, size_mb: float) -> str:
    """Say what a voice was made from, how long it took, and how large it is."""
    took = f" in {duration(minutes * 60)}" if minutes else ""
    return f"Learnt from {duration(speech_s)} of speech{took}. The voice file is {size_mb:.1f} MB."
