// Part of the booth: takes that were not kept yet, in the browser's database; they outlive a reload, a closed tab, a crash.
const SHELF = "voiceclone-takes";
const SHELF_MS = 30 * 24 * 3600 * 1000; // nobody came back for it
const PAGE = `${Date.now()}-${Math.random()}`;
// Held as long as this page is open, so that another one does not take over what is being decided here.
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

// One take for each person and page: a new one takes the place of the one before.
function putOnShelf({ project, language, place, sentence, wav }) {
  const stored = { project, language, place, sentence, wav, page: PAGE, at: Date.now() };
  return onShelf("readwrite", (takes) => takes.put(stored));
}

function takeOffShelf(project) {
  return onShelf("readwrite", (takes) => takes.delete([project, PAGE]));
}

// The newest take of this person that no other open page shows; it is this page's from now on.
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
