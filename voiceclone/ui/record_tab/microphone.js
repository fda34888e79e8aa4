// Records the unprocessed microphone, and explains why there is none. The sentences come from ui/text/record.py.
(() => {
  const words = __WORDS__;
  const storageKey = "voiceclone-browser-processing";
  const say = (sentence) => {
    const note = document.getElementById("microphone-note");
    if (note) note.textContent = sentence;
    else setTimeout(() => say(sentence), 300); // the page is not rendered yet
  };
  window.voicecloneMicrophone = {
    // Browser defaults suit phone calls: echo cancellation, noise suppression and automatic gain alter the voice.
    raw: localStorage.getItem(storageKey) !== "on",
    setRaw(raw) {
      this.raw = raw;
      localStorage.setItem(storageKey, raw ? "off" : "on");
      return [];
    },
  };
  if (!window.isSecureContext || !navigator.mediaDevices) {
    say(words.insecure);
    return;
  }
  const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    let asked = constraints;
    if (constraints && constraints.audio && window.voicecloneMicrophone.raw) {
      const audio = constraints.audio === true ? {} : constraints.audio;
      asked = {
        ...constraints,
        audio: { ...audio, echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 },
      };
    }
    try {
      const stream = await original(asked);
      say("");
      return stream;
    } catch (error) {
      if (error.name === "NotAllowedError" || error.name === "SecurityError") say(words.denied);
      else if (error.name === "NotReadableError") say(words.busy);
      else say(words.missing);
      throw error;
    }
  };
  navigator.mediaDevices.enumerateDevices().then((devices) => {
    if (!devices.some((device) => device.kind === "audioinput")) say(words.missing);
  });
})();
