// The recording booth: shows a sentence, records it, plays it back and hands the kept take to Python; checks the room.
// Runs once, when the component is drawn: gradio gives `element`, `trigger` and `server`. The words come from text.py.
const words = __WORDS__;
const LOWEST_DB = -60; // left end of the level meter
const CLIPPED = 0.99; // what limits.py calls clipped, too
const TOO_LOUD_MS = 1500; // how long the light stays on
const IDLE_MS = 60000; // the microphone is let go after so long without a take
const WAITING_TAKE = "voiceclone-take"; // a take that was not kept yet outlives a reload
const WORKLET = `registerProcessor("voiceclone-take", class extends AudioWorkletProcessor {
  process(inputs) {
    const channels = inputs[0];
    if (channels.length) {
      const mono = channels[0].slice();
      for (let c = 1; c < channels.length; c++) for (let i = 0; i < mono.length; i++) mono[i] += channels[c][i];
      if (channels.length > 1) for (let i = 0; i < mono.length; i++) mono[i] /= channels.length;
      this.port.postMessage(mono, [mono.buffer]);
    }
    return true;
  }
});`;

const part = (name) => element.querySelector(`[data-part="${name}"]`);
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const minutes = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;

let script = { project: "", language: "", sentences: [], read: [], recorded_s: 0 };
let position = 0;
let state = "idle"; // idle, opening, recording, review, saving, room
let microphone = null;
let blocks = []; // what is being recorded
let frames = 0;
let take = null; // {wav: Blob, url}
let hotUntil = 0;
let idleTimer = 0;

// --- words and buttons --------------------------------------------------------------------------

function say(sentence, kind = "plain") {
  const note = part("status");
  note.textContent = sentence;
  note.className = `vc-note vc-${kind}`;
}

function enter(next) {
  state = next;
  element.querySelector(".vc-booth").dataset.state = next;
  const recording = next === "recording";
  part("record-words").textContent = recording ? words.stop : words.record;
  part("record").setAttribute("aria-pressed", String(recording));
  part("record").hidden = next === "review" || next === "saving";
  part("record").disabled = next === "opening" || next === "room" || !script.sentences.length;
  part("review").hidden = next !== "review" && next !== "saving";
  for (const name of ["keep", "again"]) part(name).disabled = next === "saving";
  for (const name of ["previous", "skip", "room-start"]) part(name).disabled = next !== "idle" && next !== "review";
  part("sentence").readOnly = next === "recording" || next === "saving" || next === "room";
  clearTimeout(idleTimer);
  if (next === "idle") idleTimer = setTimeout(closeMicrophone, IDLE_MS);
}

function showSentence() {
  const count = script.sentences.length;
  position = count ? ((position % count) + count) % count : 0;
  const box = part("sentence");
  box.value = script.sentences[position] || "";
  box.lang = script.language;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 4}px`;
  showPlace();
}

function showPlace() {
  const count = script.sentences.length;
  part("place").textContent = fill(script.read.includes(position) ? words.place_read : words.place, {
    number: position + 1,
    count,
  });
}

function showRecorded() {
  const { recorded_s, first_voice_s, good_voice_s } = script;
  const goal_s = recorded_s < first_voice_s ? first_voice_s : good_voice_s;
  const sentence = recorded_s < first_voice_s ? words.towards_first : recorded_s < good_voice_s ? words.towards_good : words.plenty;
  part("recorded").textContent = fill(sentence, {
    recorded: minutes(recorded_s),
    first: minutes(first_voice_s),
    good: minutes(good_voice_s),
  });
  part("recorded-fill").style.width = `${Math.min(100, (100 * recorded_s) / goal_s)}%`;
}

function firstUnread(from) {
  const count = script.sentences.length;
  for (let step = 0; step < count; step++) {
    const place = (from + step) % count;
    if (!script.read.includes(place)) return place;
  }
  return from % Math.max(count, 1);
}

function go(place) {
  dropTake();
  position = place;
  say("");
  enter("idle");
  showSentence();
}

function show(data) {
  const sameScript =
    data.project === script.project && JSON.stringify(data.sentences) === JSON.stringify(script.sentences);
  const isFirst = !script.project;
  script = data;
  showRecorded();
  if (sameScript) showPlace(); // the sentence itself stays: the person may have changed its words
  if (sameScript || (state !== "idle" && state !== "review")) return;
  if (isFirst && restoreTake()) return;
  go(firstUnread(0));
}

// --- microphone ---------------------------------------------------------------------------------

async function openMicrophone() {
  if (microphone) return;
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const context = new AudioContext();
  const url = URL.createObjectURL(new Blob([WORKLET], { type: "text/javascript" }));
  await context.audioWorklet.addModule(url);
  URL.revokeObjectURL(url);
  const node = new AudioWorkletNode(context, "voiceclone-take", { numberOfOutputs: 0 });
  node.port.onmessage = (event) => hear(event.data);
  context.createMediaStreamSource(stream).connect(node);
  await context.resume();
  microphone = { stream, context, raw: window.voicecloneMicrophone?.raw };
  stream.getAudioTracks()[0].addEventListener("ended", lostMicrophone);
}

function closeMicrophone() {
  if (!microphone) return;
  microphone.stream.getTracks().forEach((track) => track.stop());
  microphone.context.close();
  microphone = null;
  part("level").style.width = "0";
}

function lostMicrophone() {
  if (state === "recording" || state === "room") {
    enter("idle");
    say(words.lost, "bad");
  }
  closeMicrophone();
}

async function ready() {
  // The choice of plain or processed sound holds for the next take.
  if (microphone && microphone.raw !== window.voicecloneMicrophone?.raw) closeMicrophone();
  try {
    await openMicrophone();
    return true;
  } catch {
    closeMicrophone();
    enter("idle");
    say(words.no_microphone, "bad"); // why is said below by microphone.js
    return false;
  }
}

function hear(block) {
  let peak = 0;
  for (const sample of block) peak = Math.max(peak, Math.abs(sample));
  const now = performance.now();
  if (peak >= CLIPPED) hotUntil = now + TOO_LOUD_MS;
  showLevel(peak, now);
  if (state !== "recording" && state !== "room") return;
  blocks.push(block);
  frames += block.length;
  if (state !== "recording") return;
  const duration_s = frames / microphone.context.sampleRate;
  part("time").textContent = fill(words.seconds, { seconds: duration_s.toFixed(0) });
  if (duration_s >= words.max_take_s) stopTake();
}

let shownLevel = 0;
function showLevel(peak, now) {
  const level = Math.max(0, 1 - (20 * Math.log10(Math.max(peak, 1e-5))) / LOWEST_DB);
  shownLevel = Math.max(level, shownLevel - 0.004); // falls slowly enough to be seen: 128 samples are 3 ms
  part("level").style.width = `${100 * shownLevel}%`;
  const hot = now < hotUntil;
  part("meter").classList.toggle("vc-hot", hot);
  part("too-loud").hidden = !hot;
}

// --- takes --------------------------------------------------------------------------------------

async function startTake() {
  if (state !== "idle") return;
  say("");
  enter("opening");
  if (!(await ready())) return;
  blocks = [];
  frames = 0;
  enter("recording");
}

function stopTake() {
  if (state !== "recording") return;
  const rate = microphone.context.sampleRate;
  const wav = wavOf(blocks, frames, rate);
  take = { wav, url: URL.createObjectURL(wav) };
  blocks = [];
  part("player").src = take.url;
  part("time").textContent = "";
  enter("review");
  if (frames / rate >= words.max_take_s) say(words.too_long, "usable");
  storeTake(take);
  if (part("auto").checked) keepTake();
}

async function storeTake(waiting) {
  const { project } = script;
  const place = position;
  const wav = await base64Of(waiting.wav);
  if (take !== waiting) return;
  try {
    sessionStorage.setItem(WAITING_TAKE, JSON.stringify({ project, place, sentence: part("sentence").value, wav }));
  } catch {
    // No room: then it only lives in this page.
  }
}

function restoreTake() {
  const stored = JSON.parse(sessionStorage.getItem(WAITING_TAKE) || "null");
  if (!stored || stored.project !== script.project) return false;
  position = stored.place;
  showSentence();
  part("sentence").value = stored.sentence;
  const wav = new Blob([Uint8Array.from(atob(stored.wav), (c) => c.charCodeAt(0))], { type: "audio/wav" });
  take = { wav, url: URL.createObjectURL(wav) };
  part("player").src = take.url;
  enter("review");
  say(words.take_waits);
  return true;
}

function playTake() {
  const player = part("player");
  if (player.paused) player.play();
  else player.pause();
}

function dropTake() {
  if (take) URL.revokeObjectURL(take.url);
  take = null;
  sessionStorage.removeItem(WAITING_TAKE);
  part("player").removeAttribute("src");
}

function againTake() {
  if (state !== "review") return;
  dropTake();
  enter("idle");
  startTake();
}

async function keepTake() {
  if (state !== "review" || !take) return;
  const kept = { project: script.project, place: position };
  enter("saving");
  say(words.saving);
  const answer = await ask("keep_take", {
    project_id: script.project,
    language: script.language,
    sentence: part("sentence").value,
    wav: await base64Of(take.wav),
  });
  enter("review");
  if (!answer.ok) {
    say(answer.words, "bad"); // the take is still here: press Keep again
    return;
  }
  if (script.project === kept.project && !script.read.includes(kept.place)) script.read.push(kept.place);
  go(firstUnread(kept.place + 1));
  say(answer.words, answer.kind);
  trigger("select", {});
  listenToTake(kept.project, answer.clip_id);
}

async function ask(name, request) {
  const unreachable = { ok: false, words: words.unreachable };
  try {
    return (await server[name](request)) ?? unreachable; // gradio answers nothing when the server does not
  } catch {
    return unreachable;
  }
}

async function listenToTake(project_id, clip_id) {
  // Takes a second or two; meanwhile the next sentence is there to be read.
  const answer = await ask("hear_take", { project_id, clip_id });
  if (answer.ok && answer.words && script.project === project_id) say(answer.words, "usable");
}

function wavOf(parts, count, rate) {
  const bytes = new DataView(new ArrayBuffer(44 + 2 * count));
  const letters = (offset, text) => [...text].forEach((c, i) => bytes.setUint8(offset + i, c.charCodeAt(0)));
  letters(0, "RIFF");
  bytes.setUint32(4, 36 + 2 * count, true);
  letters(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true); // PCM
  bytes.setUint16(22, 1, true); // mono
  bytes.setUint32(24, rate, true);
  bytes.setUint32(28, 2 * rate, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  letters(36, "data");
  bytes.setUint32(40, 2 * count, true);
  let offset = 44;
  for (const block of parts) {
    for (const sample of block) {
      bytes.setInt16(offset, Math.max(-1, Math.min(1, sample)) * 32767, true);
      offset += 2;
    }
  }
  return new Blob([bytes.buffer], { type: "audio/wav" });
}

function base64Of(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1]);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

// --- room check ---------------------------------------------------------------------------------

async function listen(sentence, seconds) {
  blocks = [];
  frames = 0;
  const until = performance.now() + 1000 * seconds;
  while (performance.now() < until && state === "room") {
    say(fill(sentence, { left: Math.ceil((until - performance.now()) / 1000) }));
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return microphone ? base64Of(wavOf(blocks, frames, microphone.context.sampleRate)) : "";
}

async function checkRoom() {
  if (state !== "idle" && state !== "review") return;
  dropTake();
  part("room-result").replaceChildren();
  enter("opening");
  if (!(await ready())) return;
  enter("room");
  const silence = await listen(words.be_quiet, words.room_s);
  const speech = await listen(words.now_speak, words.room_s);
  if (state !== "room") return;
  say(words.judging_room);
  showRoom(await ask("check_room", { silence, speech }));
  enter("idle");
}

function showRoom(answer) {
  if (!answer.ok) {
    say(answer.words, "bad");
    return;
  }
  say("");
  const line = (tag, sentence, kind) => {
    const node = document.createElement(tag);
    node.textContent = sentence;
    if (kind) node.className = kind;
    return node;
  };
  const head = line("p", "", "vc-verdict");
  head.append(line("span", answer.verdict, `vc-chip vc-${answer.kind}`), " ", answer.words);
  const findings = line("ul", "");
  findings.append(...answer.findings.map((sentence) => line("li", sentence)));
  const details = line("details", "");
  details.append(line("summary", words.all_figures), line("p", answer.figures));
  part("room-result").replaceChildren(head, findings, details);
  part("room").open = true;
}

// --- hands and keys -----------------------------------------------------------------------------

part("record").addEventListener("click", () => (state === "recording" ? stopTake() : startTake()));
part("keep").addEventListener("click", keepTake);
part("again").addEventListener("click", againTake);
part("previous").addEventListener("click", () => go(position - 1));
part("skip").addEventListener("click", () => go(position + 1));
part("room-start").addEventListener("click", checkRoom);
part("sentence").addEventListener("input", () => {
  part("sentence").style.height = `${part("sentence").scrollHeight + 4}px`;
});

function onKey(event) {
  if (!element.offsetParent || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable], [role=tab]")) return;
  const presses = event.key === " " || event.key === "Enter";
  if (presses && event.target.closest?.("button, summary, audio, a")) return;
  const between = state === "idle" || state === "review";
  const acts = {
    " ": () => (state === "recording" ? stopTake() : state === "review" ? playTake() : startTake()),
    Enter: () => (state === "recording" ? stopTake() : keepTake()),
    r: againTake,
    ArrowRight: () => between && go(position + 1),
    ArrowLeft: () => between && go(position - 1),
  };
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}
document.addEventListener("keydown", onKey);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) return;
  // Browsers slow down pages that nobody sees, so a take that goes on there may have holes.
  if (state === "recording" || state === "room") {
    enter("idle");
    say(words.left_page, "usable");
  }
  closeMicrophone();
});
window.addEventListener("beforeunload", (event) => {
  if (state === "recording" || state === "saving") event.preventDefault();
});

window.voicecloneBooth = { show };
enter("idle");
if (window.voicecloneBoothData) show(window.voicecloneBoothData);
