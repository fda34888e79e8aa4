// Signals the end of a training with a notification and a short sound, each only if switched on.
// The sentences come from ui/text/train.py.
(() => {
  const words = __WORDS__;
  const NOTIFY = "voiceclone-notify", SOUND = "voiceclone-sound";
  const NOTES = [[659.3, 0], [880, 0.17]]; // [hertz, start in seconds]: E5 and A5
  const LOUDNESS = 0.12;
  let audio = null;

  function remember(name, on) {
    try { localStorage.setItem(name, on ? "on" : "off"); } catch { /* a private window: until it is closed */ }
  }
  function remembered(name, usual) {
    try { return (localStorage.getItem(name) || usual) === "on"; } catch { return usual === "on"; }
  }
  const maySay = () => window.isSecureContext && "Notification" in window && Notification.permission === "granted";

  // Browsers allow sound only after a user action, so the audio context is created then and suspended until needed.
  function wake() {
    if (!audio && window.AudioContext && remembered(SOUND, "on")) {
      audio = new AudioContext();
      audio.suspend();
    }
  }
  document.addEventListener("pointerdown", wake);
  document.addEventListener("keydown", wake);

  function chime() {
    wake();
    if (!audio) return;
    audio.resume().then(() => {
      const begin = audio.currentTime + 0.05;
      for (const [hertz, after] of NOTES) {
        const tone = audio.createOscillator(), level = audio.createGain();
        tone.frequency.value = hertz;
        level.gain.setValueAtTime(0, begin + after);
        level.gain.linearRampToValueAtTime(LOUDNESS, begin + after + 0.02);
        level.gain.exponentialRampToValueAtTime(0.001, begin + after + 0.5);
        tone.connect(level).connect(audio.destination);
        tone.start(begin + after);
        tone.stop(begin + after + 0.55);
      }
      setTimeout(() => audio.suspend(), 1500);
      window.voicecloneEnding.sounded += 1;
    });
  }

  function show(told) {
    if (!maySay()) return;
    try {
      const shown = new Notification(told.title, { body: told.body, tag: told.id });
      shown.onclick = () => { window.focus(); shown.close(); };
    } catch { /* browsers on phones show none for a plain page */ }
  }

  const warning = (sentence) => {
    const note = document.createElement("p");
    note.className = "vc-note vc-usable";
    note.textContent = sentence;
    return sentence ? note.outerHTML : "";
  };

  window.voicecloneEnding = {
    sounded: 0,
    remembered: () => [remembered(NOTIFY, "off") && maySay(), remembered(SOUND, "on")],
    async setNotify(on) {
      let why = "";
      if (on) {
        if (!window.isSecureContext) why = words.insecure;
        else if (!("Notification" in window)) why = words.missing;
        else if ((await Notification.requestPermission()) !== "granted") why = words.denied;
      }
      remember(NOTIFY, on && !why);
      return [on && !why, warning(why)];
    },
    setSound(on) {
      remember(SOUND, on);
      if (on) chime(); // so that the user knows what to expect
      return [];
    },
    tell(told) {
      if (!told) return [];
      const ended = JSON.parse(told);
      if (remembered(NOTIFY, "off")) show(ended);
      if (remembered(SOUND, "on")) chime();
      return [];
    },
  };
})();
