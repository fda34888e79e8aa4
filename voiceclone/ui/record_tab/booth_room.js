// Part of the booth: the check of the room, from a few seconds of silence and of speech.
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
  if (state !== "idle") return;
  part("room-result").replaceChildren();
  enter("opening");
  if (!(await ready())) return;
  enter("room");
  const silence = await listen(words.be_quiet, words.room_s);
  const speech = await listen(words.now_speak, words.room_s);
  if (state !== "room") return;
  say(words.judging_room);
  const answer = await ask("check_room", { silence, speech });
  if (state !== "room") return;
  enter("idle");
  showRoom(answer);
}

function stopRoomCheck(why) {
  if (state !== "room") return;
  enter("idle");
  say(why, "usable");
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
