// Mouse and keyboard control of the list of clips; forwards events to the page's handlers.
// Gradio provides `element`, the list, and `trigger`, which notifies the server.

const SOON_MS = 50;
const PATIENCE_MS = 10_000;
const ROW_KEYS = { x: "toggle", c: "confirm" };

// The row the keys act on, by clip and by index: if the clip leaves the list, the row now at that index is next.
let focused = "";
let place = 0;
let goesOn = false;

const rows = () => [...element.querySelectorAll(".vc-open")];
const row = (clip) => rows().find((one) => one.dataset.clip === clip);

function mark(clip) {
  element.querySelectorAll("li").forEach((line) => line.removeAttribute("aria-current"));
  row(clip)?.closest("li").setAttribute("aria-current", "true");
}

function focusRow() {
  const there = rows();
  (row(focused) ?? there[Math.min(place, there.length - 1)])?.focus({ preventScroll: true });
}

function whenThere(find, act, until = Date.now() + PATIENCE_MS) {
  const found = find();
  if (found) act(found);
  else if (Date.now() < until) setTimeout(() => whenThere(find, act, until), SOON_MS);
}

function askToDelete(clip) {
  mark(clip);
  trigger("select", { clip_id: clip, ask: true });
  // Never the button of the previously open clip.
  const isOpen = () => document.querySelector("#clip-id textarea, #clip-id input")?.value === clip;
  whenThere(() => isOpen() && document.querySelector("#clip-delete-yes"), (yes) => yes.focus());
}

element.addEventListener("focusin", (event) => {
  focused = event.target.dataset.clip || "";
  place = Math.max(0, rows().findIndex((one) => one.dataset.clip === focused));
});
element.addEventListener("keydown", (event) => {
  focused = event.target.dataset.clip || focused;
  if (event.altKey || event.ctrlKey || event.metaKey || !focused) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    const there = rows();
    const next = there[there.findIndex((one) => one.dataset.clip === focused) + step];
    if (next) {
      next.focus();
      event.preventDefault();
    }
  }
  if (ROW_KEYS[event.key]) trigger("edit", { clip_id: focused, act: ROW_KEYS[event.key] });
  if (event.key === "Delete") askToDelete(focused);
  if (event.key === "n") {
    goesOn = true;
    trigger("submit", { clip_id: focused });
  }
});

// The list is redrawn after each change; keyboard focus stays on the same row, or on the one that replaced it.
new MutationObserver(() => {
  if (document.activeElement === document.body && focused) focusRow();
}).observe(element, { childList: true, subtree: true });
// Do not pull the focus back once the user has moved on.
document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest?.("#clips, #clip")) focused = "";
});
document.addEventListener("focusin", (event) => {
  if (!event.target.closest?.("#clips, #clip")) focused = "";
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.("#clip-delete-no") && focused) focusRow();
});

// Another tab may have changed the clips; check when the user returns to this one.
window.addEventListener("focus", () => document.getElementById("refresh-clips")?.click());
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-clip]");
  if (!button) return;
  mark(button.dataset.clip);
  trigger("select", { clip_id: button.dataset.clip, play: button.dataset.play === "1" });
  // On a phone the chosen clip opens below the list.
  const show = () => document.getElementById("clip")?.scrollIntoView({ block: "start", behavior: "smooth" });
  if (window.innerWidth < 720) setTimeout(show, 700);
});

// Called when the server has opened the next clip to review.
window.voicecloneClips = {
  opened: (clip) => {
    mark(clip);
    if (!goesOn || !clip) return;
    goesOn = false;
    focused = clip;
    row(clip)?.focus();
  },
};
