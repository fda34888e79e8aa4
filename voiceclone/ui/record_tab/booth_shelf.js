// Part of the booth: takes not kept yet, in the browser's database, so that they survive a reload, a closed tab or a crash.
const SHELF = "voiceclone-takes";
const SHELF_MS = 30 * 24 * 3600 * 1000; // after this long a take is abandoned
const PAGE = `${Date.now()}-${Math.random()}`;
// Held while this page is open, so that another page does not take over its take.
navigator.locks?.request(SHELF + PAGE, () => new Promise(() => {}));

let shelf = null; // promise of the database

function openShelf() {
  shelf ??= new Promise((resolve, reject) => {
    const opening = indexedDB.open(SHELF, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("takes", { keyPath: ["project", "page"] });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  return shelf;
}

async function onShelf(mode, act) {
  const transaction = (await openShelf()).transaction("takes", mode);
  const asked = act(transaction.objectStore("takes"));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

// One take per person and page: a new one replaces the previous one.
function putOnShelf({ project, language, place, sentence, wav }) {
  const stored = { project, language, place, sentence, wav, page: PAGE, at: Date.now() };
  return onShelf("readwrite", (takes) => takes.put(stored));
}

function takeOffShelf(project) {
  return onShelf("readwrite", (takes) => takes.delete([project, PAGE]));
}

// Deletes the takes of a person who was deleted, whichever page they are from.
window.voicecloneForgetTakes = async (project) => {
  const all = await onShelf("readonly", (takes) => takes.getAll());
  await onShelf("readwrite", (takes) => {
    for (const one of all) if (one.project === project) takes.delete([one.project, one.page]);
  });
};

// Returns this person's newest take that no other open page shows, and claims it for this page.
async function findOnShelf(project) {
  const pages = ((await navigator.locks?.query())?.held ?? []).map((lock) => lock.name);
  const free = ({ page }) => page === PAGE || !pages.includes(SHELF + page);
  const all = await onShelf("readonly", (takes) => takes.getAll());
  const isOld = ({ at }) => at < Date.now() - SHELF_MS;
  const found = all.filter((one) => one.project === project && free(one) && !isOld(one)).sort((a, b) => b.at - a.at)[0];
  await onShelf("readwrite", (takes) => {
    for (const one of all) if (isOld(one) || (one === found && one.page !== PAGE)) takes.delete([one.project, one.page]);
    if (found && found.page !== PAGE) takes.put({ ...found, page: PAGE });
  });
  return found;
}
