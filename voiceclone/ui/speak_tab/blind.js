// The blind listening test: plays a pair, takes the choice, asks Python for the next pair. Nothing here knows which
// voice is which. Runs once, when the component is drawn: gradio gives `element`, `trigger` and `server`.
const words = __WORDS__;
const GAP_MS = 350; // between the two sounds of a pair

const part = (name) => element.querySelector(`[data-part="${name}"]`);
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

let testId = "";
let pair = null; // {number, total, text, asks}
let sounds = []; // two Audio elements
let heard = new Set();
let playing = 0; // incremented by each press, so that older waiting presses give up
let busy = false;
let begun = false; // the user has pressed Play once; later pairs play automatically

function say(sentence, kind = "plain") {
  const note = part("status");
  note.textContent = sentence;
  note.className = `vc-note vc-${kind}`;
}

async function ask(name, request) {
  const unreachable = { ok: false, words: words.unreachable };
  try {
    return (await server[name](request)) ?? unreachable; // gradio returns nothing if the server does not answer
  } catch {
    return unreachable;
  }
}

function quiet() {
  playing += 1;
  sounds.forEach((sound) => sound.pause());
  for (const place of [1, 2]) delete part(`sound-${place}`).dataset.playing;
}

function mayChoose() {
  for (const place of [1, 2]) part(`choose-${place}`).disabled = busy || heard.size < 2;
}

function draw(next) {
  quiet();
  pair = next;
  heard = new Set();
  sounds = next.sounds.map((url) => new Audio(url));
  part("asking").hidden = false;
  part("result").hidden = true;
  part("place").textContent = fill(words.place, next);
  part("fill").style.width = `${(100 * (next.number - 1)) / next.total}%`;
  part("text").textContent = next.text;
  part("asks").textContent = next.asks;
  mayChoose();
  part("stage").focus({ preventScroll: true });
  if (begun) playBoth();
  else say(words.begin);
}

function finish(sentence) {
  quiet();
  pair = null;
  part("asking").hidden = true;
  part("result").hidden = false;
  part("result").textContent = sentence;
  say("");
}

function take(answer) {
  busy = false;
  if (!answer.ok) {
    say(answer.words, "bad");
    mayChoose();
    return;
  }
  say("");
  if (answer.result) {
    finish(answer.result);
    trigger("select", {});
  } else draw(answer);
}

async function show(id) {
  if (id === testId) return;
  if (!id && part("asking").hidden) {
    testId = ""; // the result stays visible
    return;
  }
  testId = id;
  quiet();
  part("stage").hidden = !id;
  if (!id) return;
  begun = false;
  busy = true;
  const answer = await ask("blind_pair", { test_id: id });
  if (id === testId) take(answer);
}

// --- playing and choosing -----------------------------------------------------------------------

function playOne(place, turn) {
  return new Promise((resolve) => {
    const sound = sounds[place - 1];
    const card = part(`sound-${place}`);
    const end = () => {
      delete card.dataset.playing;
      resolve();
    };
    sound.onended = end;
    sound.onpause = end;
    sound.currentTime = 0;
    sound.play().then(
      () => {
        if (turn !== playing) return sound.pause();
        begun = true;
        heard.add(place);
        card.dataset.playing = "1";
        say("");
        mayChoose();
      },
      () => {
        if (turn === playing) say(words.silent, "usable");
        end();
      },
    );
  });
}

async function play(...places) {
  if (!pair) return;
  quiet();
  const turn = playing;
  for (const place of places) {
    await playOne(place, turn);
    if (turn !== playing) return;
    if (place !== places.at(-1)) await new Promise((resolve) => setTimeout(resolve, GAP_MS));
    if (turn !== playing) return;
  }
}
const playBoth = () => play(1, 2);

async function choose(place) {
  if (!pair || busy) return;
  if (heard.size < 2) return say(words.hear_both, "usable");
  busy = true;
  quiet();
  mayChoose();
  const asked = testId;
  const answer = await ask("blind_answer", { test_id: asked, number: pair.number, choice: place });
  if (asked === testId) take(answer);
}

function putAside() {
  quiet();
  pair = null;
  testId = "";
  part("asking").hidden = true;
  part("result").hidden = true;
  say(words.paused);
  trigger("select", {});
}

for (const place of [1, 2]) {
  part(`play-${place}`).addEventListener("click", () => play(place));
  part(`choose-${place}`).addEventListener("click", () => choose(place));
}
part("play-both").addEventListener("click", playBoth);
part("pause").addEventListener("click", putAside);

function onKey(event) {
  if (!pair || !element.offsetParent || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable], [role=tab]")) return;
  if (event.key === " " && event.target.closest?.("button, summary, audio, a")) return;
  const acts = { 1: () => choose(1), 2: () => choose(2), " ": playBoth };
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}
document.addEventListener("keydown", onKey);
document.addEventListener("visibilitychange", () => document.hidden && quiet());

window.voicecloneBlind = { show };
if (window.voicecloneBlindTest) show(window.voicecloneBlindTest);
