// Spoken consent: shows the sentence, records it and hands it to Python at once. Runs once, together with booth_sound.js.
// The sentences come from ui/text/consent.py.
const words = __WORDS__;
const LOWEST_DB = -60; // left end of the level meter
const MAX_TAKE_S = 60; // the same as in limits.py
const part = (name) => element.querySelector(`[data-part="${name}"]`);
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

let state = "idle"; // idle, opening, recording, checking
let project = "";
let challenge = null; // {challenge_id, expires_ms}
let microphone = null;
let blocks = [];
let frames = 0;

function say(sentence, kind = "plain") {
  part("status").textContent = sentence;
  part("status").className = `vc-note vc-${kind}`;
}

function enter(next) {
  state = next;
  element.querySelector(".vc-consent").dataset.state = next;
  const recording = next === "recording";
  part("record-words").textContent = recording ? words.stop : words.record;
  part("record").setAttribute("aria-pressed", String(recording));
  for (const name of ["ask", "permit", "withdraw", "reads", "wrote"])
    if (part(name)) part(name).disabled = next !== "idle";
  part("record").disabled = next === "opening" || next === "checking";
}

function show(data) {
  const another = data.project !== project;
  project = data.project;
  part("given").textContent = data.words;
  part("given").className = `vc-note vc-${data.kind}`;
  part("withdraw").hidden = !data.given;
  part("withdraw").textContent = words.withdraw;
  if (!another) return;
  stopTake(false);
  drop();
  say("");
  part("name").value = part("note").value = "";
  if ([...part("language").options].some((one) => one.value === data.language)) part("language").value = data.language;
}

function drop() {
  challenge = null;
  part("stage").hidden = true;
  part("sentence").textContent = "";
}

function choose() {
  const writes = Boolean(part("wrote")?.checked);
  part("reading").hidden = writes;
  part("writing").hidden = !writes;
  part("stage").hidden = writes || !challenge;
}

async function call(name, request) {
  const unreachable = { ok: false, words: words.unreachable };
  try {
    return (await server[name]({ project_id: project, ...request })) ?? unreachable;
  } catch {
    return unreachable;
  }
}

async function askSentence() {
  if (state !== "idle") return;
  const asked = project;
  enter("checking");
  const answer = await call("ask_consent", { name: part("name").value, language: part("language").value });
  enter("idle");
  if (asked !== project) return;
  if (!answer.ok) return say(answer.words, "bad");
  challenge = answer;
  part("sentence").textContent = answer.sentence;
  part("sentence").lang = answer.language;
  part("stage").hidden = false;
  say(answer.words || left(), answer.words ? "usable" : "plain");
  part("record").focus({ preventScroll: true });
}

function left() {
  const seconds = Math.max(0, Math.floor((challenge.expires_ms - Date.now()) / 1000));
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return seconds ? fill(words.read_it, { left: clock }) : words.expired;
}

async function openMicrophone() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const context = new AudioContext();
  const url = URL.createObjectURL(new Blob([WORKLET], { type: "text/javascript" }));
  await context.audioWorklet.addModule(url);
  URL.revokeObjectURL(url);
  const node = new AudioWorkletNode(context, "voiceclone-take", { numberOfOutputs: 0 });
  node.port.onmessage = (event) => microphone?.stream === stream && hear(event.data);
  context.createMediaStreamSource(stream).connect(node);
  await context.resume();
  microphone = { stream, context };
}

function closeMicrophone() {
  microphone?.stream.getTracks().forEach((track) => track.stop());
  microphone?.context.close();
  microphone = null;
  part("level").style.width = "0";
}

function hear(block) {
  if (state !== "recording") return;
  blocks.push(block);
  frames += block.length;
  let peak = 0;
  for (const sample of block) peak = Math.max(peak, Math.abs(sample));
  const level = Math.max(0, 1 - (20 * Math.log10(Math.min(1, Math.max(peak, 1e-5)))) / LOWEST_DB);
  const shown = parseFloat(part("level").style.width) || 0;
  part("level").style.width = `${Math.max(100 * level, shown - 0.4)}%`;
  if (frames / microphone.context.sampleRate >= MAX_TAKE_S - 1) stopTake(true);
}

async function startTake() {
  if (state !== "idle" || !challenge) return;
  enter("opening");
  try {
    await openMicrophone();
  } catch {
    closeMicrophone();
    enter("idle");
    return say(words.no_microphone, "bad"); // microphone.js says why, above
  }
  blocks = [];
  frames = 0;
  enter("recording");
}

async function stopTake(check) {
  if (state !== "recording") return;
  const wav = wavOf(blocks, frames, microphone.context.sampleRate);
  const any = frames > 0;
  blocks = [];
  closeMicrophone();
  enter("idle");
  if (!check) return;
  if (!any) return say(words.nothing_recorded, "usable");
  const asked = project;
  enter("checking");
  say(words.checking);
  const answer = await call("give_consent", { challenge_id: challenge.challenge_id, wav: await base64Of(wav) });
  enter("idle");
  if (asked === project) finish(answer);
}

function finish(answer) {
  say(answer.words, answer.ok ? "good" : "bad"); // after a mismatch the sentence stays, to be read again
  if (!answer.ok) return;
  drop();
  show(answer.state);
  trigger("select", {});
}

async function permit() {
  const asked = project;
  const answer = await call("permit_consent", { note: part("note").value });
  if (asked === project) finish(answer);
}

async function withdraw() {
  if (part("withdraw").textContent !== words.sure) {
    part("withdraw").textContent = words.sure;
    return;
  }
  const asked = project;
  const answer = await call("withdraw_consent", {});
  if (asked === project) finish(answer);
}

part("ask").addEventListener("click", askSentence);
part("record").addEventListener("click", () => (state === "recording" ? stopTake(true) : startTake()));
part("permit").addEventListener("click", permit);
part("withdraw").addEventListener("click", withdraw);
for (const name of ["reads", "wrote"]) part(name)?.addEventListener("change", choose);
part("name").addEventListener("keydown", (event) => event.key === "Enter" && askSentence());
setInterval(() => {
  if (state === "idle" && challenge && part("status").classList.contains("vc-plain")) say(left());
}, 1000);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden || state !== "recording") return;
  stopTake(false); // browsers throttle hidden pages, so the recording could have gaps
  say(words.left_page, "usable");
});

window.voicecloneConsent = { show };
enter("idle");
choose();
if (window.voicecloneConsentData) show(window.voicecloneConsentData);
