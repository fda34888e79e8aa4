// The recording booth: shows a sentence, records it, plays it back and hands the kept take to Python.
// Runs once, together with booth_sound.js, booth_shelf.js and booth_room.js, when the component is drawn: gradio gives `element`, `trigger` and `server`. The sentences come from ui/text/record.py.
const words = __WORDS__;
const LOWEST_DB = -60; // left end of the level meter
const CLIPPED = 0.99; // the same threshold as in limits.py
const TOO_LOUD_MS = 1500; // how long the light stays on
const IDLE_MS = 60000; // the microphone is released after this long without a take
const SHELVE_S = 2; // interval at which a recording in progress is stored
const part = (name) => element.querySelector(`[data-part="${name}"]`);
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
// Lengths as on the rest of the page (wording.py): whole seconds, rounded down.
const length = (s) => {
  const [whole, rest] = [Math.floor(s / 60), Math.floor((s % 60) + 1e-6)];
  return whole ? `${whole} min${rest ? ` ${rest} s` : ""}` : `${rest} s`;
};

let script = { project: "", language: "", sentences: [], read: [], recorded_s: 0 };
let position = 0;
let state = "idle"; // idle, opening, recording, review, saving, room
let microphone = null;
let blocks = []; // what is being recorded
let frames = 0;
let shelvedFrames = 0; // how much of it is already stored
let take = null; // {project, language, place, sentence, wav: Blob, url}
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
  const focused = document.activeElement;
  const acts = focused === part("record") || part("review").contains(focused);
  element.querySelector(".vc-booth").dataset.state = next;
  const recording = next === "recording";
  part("record-words").textContent = recording ? words.stop : words.record;
  part("record").setAttribute("aria-pressed", String(recording));
  part("record").hidden = next === "review" || next === "saving";
  part("record").disabled = next === "room" || !script.sentences.length;
  part("review").hidden = next !== "review" && next !== "saving";
  for (const name of ["keep", "again"]) part(name).disabled = next === "saving";
  for (const name of ["previous", "skip"]) part(name).disabled = next !== "idle" && next !== "review";
  part("room-start").disabled = next !== "idle";
  part("sentence").readOnly = next === "recording" || next === "saving" || next === "room";
  // The focused element may be hidden now. On the take itself, Space plays and Enter keeps.
  if (acts) (part("review").hidden ? part("record") : part("review")).focus({ preventScroll: true });
  clearTimeout(idleTimer);
  if (next === "idle") idleTimer = setTimeout(closeMicrophone, IDLE_MS);
}

function showSentence() {
  const count = script.sentences.length;
  position = count ? ((position % count) + count) % count : 0;
  const box = part("sentence");
  box.value = script.sentences[position] || "";
  box.lang = script.language;
  fitSentence();
  showPlace();
}

function fitSentence() {
  const box = part("sentence");
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 4}px`;
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
  const times = { recorded: length(recorded_s), first: length(first_voice_s), good: length(good_voice_s) };
  part("recorded").textContent = fill(recorded_s < good_voice_s ? words.recorded : words.plenty, times);
  part("recorded-fill").style.width = `${Math.min(100, (100 * recorded_s) / good_voice_s)}%`;
  part("first-mark").style.left = `${(100 * first_voice_s) / good_voice_s}%`;
  part("first-mark").textContent = times.first;
  part("good-mark").textContent = times.good;
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
  if (!sameScript) stopTake(words.take_waits); // it belongs to the previous sentence and person
  script = data;
  showRecorded();
  if (sameScript) showPlace(); // leave the sentence: the user may have edited it
  if (sameScript || state === "saving") return;
  begin();
}

function begin() {
  setAside();
  if (state === "review") enter("idle");
  if (state === "idle") {
    enter("idle"); // there may be sentences now
    say("");
  }
  position = firstUnread(0);
  showSentence();
  bringBack();
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
  // Blocks that arrive after the microphone was released would leave the meter and its light on.
  node.port.onmessage = (event) => microphone?.stream === stream && hear(event.data);
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
  hotUntil = 0;
  shownLevel = 0;
  showLevel(0, performance.now());
}

function lostMicrophone() {
  stopTake(words.lost);
  stopRoomCheck(words.lost_room);
  closeMicrophone();
}

async function ready() {
  // The choice of unprocessed or processed sound applies to the next take.
  if (microphone && microphone.raw !== window.voicecloneMicrophone?.raw) closeMicrophone();
  try {
    await openMicrophone();
    return true;
  } catch {
    closeMicrophone();
    enter("idle");
    say(words.no_microphone, "bad"); // microphone.js says why, below
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
  part("time").textContent = fill(words.seconds, { seconds: Math.floor(duration_s) });
  if (duration_s >= words.max_take_s) stopTake(words.too_long);
  else if (frames - shelvedFrames > SHELVE_S * microphone.context.sampleRate) {
    shelvedFrames = frames;
    putOnShelf(takeOf(recordedSoFar())).catch(() => {}); // reported when the take is complete
  }
}

let shownLevel = 0;
function showLevel(peak, now) {
  const level_db = 20 * Math.log10(Math.min(1, Math.max(peak, 1e-5))); // processed sound may exceed full scale
  const level = Math.max(0, 1 - level_db / LOWEST_DB);
  shownLevel = Math.max(level, shownLevel - 0.004); // falls slowly enough to be visible: 128 samples are 3 ms
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
  if (document.hidden) {
    closeMicrophone();
    enter("idle");
    return;
  }
  blocks = [];
  frames = shelvedFrames = 0;
  enter("recording");
}

// `why` is given if the user did not stop it. Such a take may lack its end, so it is never kept automatically.
function stopTake(why = "") {
  if (state !== "recording") return;
  part("time").textContent = "";
  if (!frames) {
    enter("idle");
    say(words.nothing_recorded, "usable");
    return;
  }
  take = takeOf(recordedSoFar());
  blocks = [];
  showTake();
  if (why) say(why, "usable");
  shelveTake();
  if (!why && part("auto").checked) keepTake();
}

function recordedSoFar() {
  return wavOf(blocks, frames, microphone.context.sampleRate);
}

function takeOf(wav) {
  const { project, language } = script;
  return { project, language, place: position, sentence: part("sentence").value, wav };
}

function showTake() {
  take.url = URL.createObjectURL(take.wav);
  part("player").src = take.url;
  enter("review");
}

async function shelveTake() {
  const waiting = take;
  try {
    await putOnShelf({ ...waiting, sentence: part("sentence").value });
  } catch {
    if (take !== waiting || state !== "review") return;
    say(`${part("status").textContent} ${words.not_set_aside}`.trim(), "usable");
  }
}

async function bringBack() {
  const { project } = script;
  const stored = await findOnShelf(project).catch(() => null); // a browser without a database has no stored take
  if (!stored || script.project !== project || state !== "idle") return;
  position = stored.place;
  showSentence();
  part("sentence").value = stored.sentence;
  take = stored;
  showTake();
  say(words.take_waits);
}

function playTake() {
  const player = part("player");
  if (player.paused) player.play();
  else player.pause();
}

// The take stays stored until this person's sentences are shown again.
function setAside() {
  if (take) URL.revokeObjectURL(take.url);
  take = null;
  part("player").removeAttribute("src");
}

function dropTake() {
  if (take) takeOffShelf(take.project).catch(() => {});
  setAside();
}

function againTake() {
  if (state !== "review") return;
  dropTake();
  enter("idle");
  startTake();
}

async function keepTake() {
  if (state !== "review" || !take) return;
  const kept = { project: take.project, place: position };
  enter("saving");
  say(words.saving);
  const answer = await ask("keep_take", {
    project_id: take.project,
    language: take.language,
    sentence: part("sentence").value,
    wav: await base64Of(take.wav),
  });
  enter("review");
  if (!answer.ok) {
    say(answer.words, "bad"); // the take is still here: press Keep again
    return;
  }
  if (script.project === kept.project) {
    if (!script.read.includes(kept.place)) script.read.push(kept.place);
    go(firstUnread(kept.place + 1));
  } else {
    dropTake();
    begin();
  }
  say(answer.words, answer.kind);
  trigger("select", {});
  listenToTake(kept.project, answer.clip_id);
}

async function ask(name, request) {
  const unreachable = { ok: false, words: words.unreachable };
  try {
    return (await server[name](request)) ?? unreachable; // gradio returns nothing if the server does not answer
  } catch {
    return unreachable;
  }
}

async function listenToTake(project_id, clip_id) {
  // Takes a second or two; in the meantime the next sentence is shown.
  const answer = await ask("hear_take", { project_id, clip_id });
  if (answer.ok && answer.words && script.project === project_id) say(answer.words, "usable");
}

// --- mouse and keys -----------------------------------------------------------------------------

part("record").addEventListener("click", () => (state === "recording" ? stopTake() : startTake()));
part("keep").addEventListener("click", keepTake);
part("again").addEventListener("click", againTake);
part("previous").addEventListener("click", () => go(position - 1));
part("skip").addEventListener("click", () => go(position + 1));
part("room-start").addEventListener("click", checkRoom);
part("sentence").addEventListener("input", fitSentence);
// Elements in a closed tab have no height, and lines break elsewhere on a rotated phone.
let fittedWidth = 0;
new ResizeObserver(([{ contentRect }]) => {
  if (contentRect.width === fittedWidth) return;
  fittedWidth = contentRect.width;
  requestAnimationFrame(fitSentence);
}).observe(part("sentence"));
part("sentence").addEventListener("change", () => state === "review" && shelveTake());

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
  // Browsers throttle hidden pages, so a take that continued there could have gaps.
  stopTake(words.left_page);
  stopRoomCheck(words.left_room);
  closeMicrophone();
});
window.addEventListener("beforeunload", (event) => {
  if (state === "recording" || state === "saving") event.preventDefault();
});

window.voicecloneBooth = { show, words };
enter("idle");
if (window.voicecloneBoothData) show(window.voicecloneBoothData);
