"""Every sanity limit of the product as a named constant, in the unit its name ends with."""

# --- recordings -------------------------------------------------------------------------------
MAX_UPLOAD_FILES = 500
"""Individually chosen files per upload; folders and zip files may hold more."""
MAX_UPLOAD_FILE_MB = 2_000
"""One uploaded file, at 48 kHz: about ten hours of mono FLAC, or nearly two of stereo WAV with 24 bits."""
MAX_ZIP_MB = 8_000
"""Unpacked size of an uploaded zip file: ten hours at 48 kHz, stereo, 24 bits."""
MAX_ZIP_FILES = 20_000
"""Ten hours in clips of 2 s, so that every exported data set can be imported again."""
MAX_RECORDING_S = 4 * 3600
"""Longest single recording that is read; longer ones are refused with the advice to cut them."""
MIN_SAMPLE_RATE = 8_000
MAX_SAMPLE_RATE = 384_000
MAX_CHANNELS = 64
"""Recorders on film sets and at concerts write up to 32 channels into one file."""
MIN_CLIP_S = 0.8
"""Shorter clips hold no whole word with its surroundings."""
MAX_CLIP_S = 12.0
"""Longer recordings are sliced at pauses; the base model's attention covers about 25 s of phonemes at most."""
MIN_SLICE_S = 2.0
"""Shorter pieces of a long recording carry little melody. A recording that is shorter as a whole is accepted."""
TARGET_SLICE_S = 8.0
MAX_SCRIPT_SENTENCES = 500
"""Sentences of a user's own script; the longest scripts for good voices have a few hundred."""
MAX_TAKE_S = 60.0
"""The booth stops a take here: one sentence takes 3 to 10 s, so forgetting to stop costs little."""
MAX_TAKE_BASE64 = int(1.4 * 2 * 192_000 * MAX_TAKE_S)
"""Characters of a take as the booth sends it: 16-bit samples at the highest sample rate of microphones, in base64."""
MIN_FREE_DISK_MB = 500
"""Nothing starts with less free space than this."""
SILENT_PEAK_DBFS = -50.0
"""A recording whose loudest sample is below this holds no usable speech."""
MARK_FOUND_ABOVE = 0.25
"""Confidence above which a recording counts as marked by a machine. Marked speech has about 1 as it is and at least
0.28 after Opus at 16 kbit/s; what real recordings reach, cleaned ones among them, is in docs/marking.md."""
MAX_CHECK_S = 1800.0
"""How much of a recording is looked at for marks: minutes of computing for hours of sound would help nobody."""
CLIPPED_SHARE = 0.001
"""Share of samples at the peak. Of 80 clips clipped at 6 dB over full scale, 95 % exceed it (median 0.013); of those
clipped at 3 dB, more than half do (docs/clip-verdicts.md)."""
BAD_CLIPPED_SHARE = 0.02
"""Between clips clipped at 6 dB over full scale (median 0.013) and at 12 dB over (median 0.095)."""
GOOD_SNR_DB = 23.0
"""At this signal-to-noise ratio a clip needs no remark; a laptop microphone in a quiet room reaches 25-40. Noise 20 dB
below the speech measures as 20 to 22.3 (docs/clip-verdicts.md)."""
GOOD_SNR_DB_WITHOUT_PAUSES = 15.0
"""In a clip without pauses the quietest moments are speech: clean speech measures 19.0 to 25.6, with pink noise 15 dB
below it 16.0 to 17.9, and 10 dB below it 12.4 to 13.6 (docs/decisions/0093)."""
BAD_SNR_DB = 6.0
"""Between 10 dB, where gentle cleaning leaves 8 % of the words wrong and a speaker similarity of 0.82, and 0 dB with
55 % and 0.67 (docs/cleaning.md); nothing in between was measured."""
GOOD_LOUDNESS_LUFS = -40.0
BAD_LOUDNESS_LUFS = -55.0
"""Our choice: rounding to 16 bits alone adds noise at -101 dBFS, 46 dB below a voice this quiet, and
microphones add more; at -40 LUFS the distance is 61 dB."""
TELEPHONE_RATE_HZ = 11_025
"""At this rate and below, the upper half of the consonants is missing."""
MIN_LETTERS_PER_S = 3.0
MAX_LETTERS_PER_S = 32.0
"""Letters per second of speech; slow readers reach 8, fast ones 22. Outside this range text and audio do not match."""
HIGH_BAND_MISSING_DB = -60.0
"""Telephone speech resampled to a wide band has less than this above 4.5 kHz (-120); normal speech has -15 to -45."""
MAX_EMPTIED_SHARE = 0.06
"""Between MP3 at 64 kbit/s, which is inaudible in speech, and at 32 (see `audio.acoustics.emptied_share`)."""
MAX_PAUSE_S = 2.0
"""Longer than a reader's pause at a full stop (0.3 to 1 s); the voice would learn to stop there. In 80 clips of two
readers the longest pause was 0.35 s (docs/clip-verdicts.md)."""
MAX_CHARACTER_ERROR_RATE = 0.5
"""Clean clips reach at most 0.095 against their own text and at least 0.62 against another (docs/clip-verdicts.md)."""
DOUBTFUL_CHARACTER_ERROR_RATE = 0.12
"""Above this a word or two were probably left out or read differently (measured in docs/clip-verdicts.md)."""
DOUBTFUL_LOG_PROBABILITY = -1.0
"""Mean log probability of Whisper's tokens below which its own text counts as failed (Whisper's default threshold)."""
DOUBTFUL_LOG_PROBABILITY_IN_ENGLISH = -0.35
"""Whisper tiny.en: of 22 texts with more than a tenth of their letters wrong, -1 finds none and -0.35 finds 16, at the
cost of 3 out of 141 good ones (docs/clip-verdicts.md). Other languages were not measured; theirs are lower."""
SURE_LOG_PROBABILITY = -0.15
"""Above this a second pass finds nothing more; three quarters of clean clips lie there."""
MAX_HEARD_AGAIN = 0.15
"""Share of letters that differ in a second pass: finds four of the six wrong texts that the probability misses."""
MIN_SPEECH_SHARE = 0.3
"""A sentence of 3 s in the middle of 9 s has a third; the clips measured in docs/clip-verdicts.md have at least 0.7."""
SAME_SPEAKER_SIMILARITY = 0.8
"""To the other clips of the main voice. One person's clean clips reached at least 0.846; those of seven others at most
0.80, of six of them 0.69 (docs/clip-verdicts.md). Recordings from other days and microphones score lower."""
OTHER_SPEAKER_SIMILARITY = 0.7
OTHER_SPEAKER_IN_NOISE_SIMILARITY = 0.5
"""Noise and echo that the other clips lack lower the same person's score, to 0.52 in the worst case measured."""
SAME_GROUP_SIMILARITY = 0.72
"""Mean over all pairs; one person's clean clips score about 0.87, the most similar other person's 0.66."""
TWIN_SIMILARITY = 0.97
"""Correlation between the loudness envelopes (20 ms steps) of two clips of the same take."""

# --- room check (measured in docs/clip-verdicts.md) ------------------------------------------------
MIN_ROOM_CHECK_S = 1.5
"""Shorter silence or speech is refused; the page asks for about five seconds of each."""
MIN_ROOM_SPEECH_S = 0.8
MAX_SPEECH_IN_SILENCE_S = 0.3
"""One word."""
ROOM_GOOD_SNR_DB = 30.0
"""What a laptop microphone reaches in a quiet room. Audiobook publishers ask for 37 (noise of at most -60 dBFS under
speech of at least -23 dBFS RMS; ACX audio submission requirements)."""
ROOM_BAD_SNR_DB = GOOD_SNR_DB
"""Below this every clip would be reported as noisy."""
UNSTEADY_NOISE_DB = 10.0
"""Noise is unsteady when one 32 ms frame in twenty is this far above the median; white noise stays below 3 dB."""
GOOD_HUM_BELOW_SPEECH_DB = 45.0
BAD_HUM_BELOW_SPEECH_DB = 30.0
"""Our choice, not measured: 15 and 10 dB stricter than for broadband noise, because a tone is more audible."""
MAX_LIMITING = 1.0
"""Ratio of the samples in the last tenth below the peak to those in the tenth before; clean clips have at most 0.83
(see `audio.acoustics.limiting`)."""
GOOD_REVERBERATION_S = 0.4
"""Listening and control rooms have 0.2-0.4 s (EBU Tech 3276), furnished living rooms 0.4-0.5."""
BAD_REVERBERATION_S = 0.55
"""An empty room, a kitchen, a staircase."""
FULL_RATE_HZ = 22_050
"""Holds frequencies up to 11 kHz, nearly all the base model produces (12 kHz); Bluetooth headsets give 8 or 16 kHz."""
TELEPHONE_BANDWIDTH_HZ = 4_500.0
"""Telephone bandwidth ends at 3.4 to 4 kHz."""
FULL_BANDWIDTH_HZ = 8_500.0
"""Wireless headsets end at 7 to 8 kHz. An example clip ends at 8.2 after MP3 at 32 kbit/s, 9.1 at 48 and 10.4 at 64;
longer clips end higher, so this does not detect MP3 (see docs/clip-verdicts.md)."""

# --- requests to the page ------------------------------------------------------------------------
MAX_UPLOAD_MB = MAX_ZIP_MB
"""Body of one upload, all its files together: as much as the same files may hold in a zip file."""
MAX_EVENT_MB = 16
"""Body of an event: a folder of `MAX_ZIP_FILES` uploaded files is told of in at most 0.7 kB for each. Everything else
an event carries is smaller: a text to speak has at most 0.6 MB, even if JSON escapes each character."""
MAX_TAKE_REQUEST_BYTES = MAX_TAKE_BASE64 + 64_000
"""Body of a call from the booth: a take with its sentence and ids."""
MAX_SMALL_REQUEST_BYTES = 64_000
"""Body of every other request: a login, a cancellation, none at all."""

# --- how much speech ----------------------------------------------------------------------------
MIN_TRAIN_SPEECH_S = 10.0
"""Less is refused: nothing would be left to hold out."""
FIRST_VOICE_SPEECH_S = 60.0
"""Enough for a first voice."""
GOOD_VOICE_SPEECH_S = 300.0
"""More than this still helps, but slowly (see benchmarks/README.md)."""
MAX_TRAIN_SPEECH_S = 3600.0
"""Speech used by one run; the best-rated clips come first."""
MIN_INSTANT_SPEECH_S = 3.0
"""An instant voice made from less would mostly reproduce the words of the clip."""
MAX_INSTANT_CLIPS = 10
MAX_CORPUS_MINUTES = 24 * 60
"""Speech taken from a corpus per call; by default, as much as one training run uses (an hour)."""

# --- text ---------------------------------------------------------------------------------------
MAX_SPEAK_CHARACTERS = 50_000
MAX_CLIP_TEXT_CHARACTERS = 600
MAX_NAME_CHARACTERS = 60
MIN_SPEED = 0.5
MAX_SPEED = 2.0
MAX_CONVERT_S = 3600.0
"""Longest recording converted at once; more would not fit into a small computer's memory together with its source."""

# --- spoken consent (measured in docs/consent.md) -----------------------------------------------------
CONSENT_SENTENCE_MINUTES = 10
"""For this long a sentence may be read. Our choice: long enough to read it a few times."""
CONSENT_TRIES = 8
"""Readings of one sentence; our choice."""
CONSENT_SIMILARITY = 0.78
"""Of the reading to the clips. Nine seconds of the same person reach at least 0.94, with noise 20 dB below them 0.785;
2.9 % of the readings by somebody else of the same sex reach it too."""
CONSENT_MISSING_WORDS = 0
"""Of the four random words."""
CONSENT_AGREEMENT_SHARE = 0.6
"""Of the words that say what is agreed to; our choice, low because the four words are what nobody can foresee."""
MIN_PERMISSION_CHARACTERS = 10
MAX_PERMISSION_CHARACTERS = 300
"""Of the note about a written permission; it stays in the voice file."""

# --- training -----------------------------------------------------------------------------------
MAX_TRAIN_MINUTES = 24 * 60
MAX_TRAIN_STEPS = 100_000
MAX_SEED = 2**31 - 1
MAX_VOICE_FILE_MB = 25

# --- base models --------------------------------------------------------------------------------
MAX_MODEL_MB = 8_000
"""Unpacked size of a released model; the largest known one is 2.1 GB."""
MAX_MODEL_FILES = 500
"""Files in a released model; the largest known one has about thirty."""
