// What is asked of the cluster, with which key, and how often.

const KEPT = "gigawatt.key";
const EVERY_MS = 1000;
const HIDDEN_MS = 15000;
const PATIENCE_MS = 10000;

class WrongKey extends Error {}

let key = takeKey();

/** The key of an address or of a text that a person pasted: what stands behind "#key=". */
function keyOf(text) {
  const told = text.includes("#key=") ? text.slice(text.indexOf("#key=") + 5) : text;
  return /^[\w-]{8,200}$/.test(told.trim()) ? told.trim() : "";
}

/** Take the key out of the address, so that neither history nor a shared link has it. */
function takeKey() {
  let told = "";
  if (location.hash.startsWith("#key=")) {
    told = keyOf(location.hash);
    history.replaceState(null, "", location.pathname);
  }
  try {
    if (told) sessionStorage.setItem(KEPT, told);
    return told || sessionStorage.getItem(KEPT) || "";
  } catch {
    return told; // a browser that keeps nothing: the key lasts until the page is loaded again
  }
}

function useKey(text) {
  key = keyOf(text);
  try {
    sessionStorage.setItem(KEPT, key);
  } catch {
    // as above
  }
}

async function ask(path) {
  const answer = await fetch(path, {
    headers: { Authorization: "Bearer " + key },
    cache: "no-store",
    credentials: "omit",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (answer.status === 401) throw new WrongKey();
  return answer;
}

async function askJson(path) {
  const answer = await ask(path);
  if (!answer.ok) throw new Error("answered " + answer.status);
  return answer.json();
}
