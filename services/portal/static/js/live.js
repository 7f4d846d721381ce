// Keeps an open page current by one stream of events; without it the page is whole all the same.
"use strict";

const SILENT_MS = 25000;
const LOST_MS = 300000;
const SPOKEN_MS = 30000;
const STAY_MS = 300000;
const place = document.getElementById("as-of");
const words = document.getElementById("as-of-words");
const pauseButton = document.getElementById("pause");
let [source, build, at, latest, delay, stopped] = [null, null, null, 0, 0, false];
let paused = place.dataset.paused === "yes";
let watched = "";
let [retryTimer, silenceTimer, lostTimer, spokenTimer] = [];
let lastSaid = { words: "", when: 0 };
let [toSay, sayTimer] = [[], null];

// At most one announcement in ten seconds, and never the same again for five minutes.
function say(sentence) {
  const now = Date.now();
  if (!sentence || (sentence === lastSaid.words && now - lastSaid.when < LOST_MS)) return;
  if (!toSay.includes(sentence)) toSay.push(sentence);
  if (sayTimer) return;
  sayTimer = setTimeout(() => {
    announce(toSay.join(" "));
    lastSaid = { words: toSay.at(-1), when: Date.now() };
    [toSay, sayTimer] = [[], null];
  }, Math.max(500, lastSaid.when + 10000 - now));
}

function tell(text) {
  words.textContent = text;
}

function isDirty() {
  return [...document.querySelectorAll("main input, main textarea, main select")].some((field) =>
    field.type === "checkbox" || field.type === "radio"
      ? field.checked !== field.defaultChecked
      : field.options
        ? [...field.options].some((option) => option.selected !== option.defaultSelected && option.defaultSelected)
        : field.type !== "hidden" && field.value !== field.defaultValue);
}

function keepFocus(old, fresh) {
  const active = document.activeElement;
  if (!old.contains(active)) return () => {};
  const wanted = active.id ? `#${CSS.escape(active.id)}` : `a[href="${CSS.escape(active.getAttribute("href") || "")}"]`;
  return () => fresh.querySelector(wanted)?.focus({ preventScroll: true });
}

// Rows are never moved under the reader: what came or went is counted and offered.
function offer(place, now) {
  place.dataset.first ??= place.dataset.ids;
  const [before, after] = [place.dataset.first, now].map((ids) => new Set(ids.split(" ").filter(Boolean)));
  const changes = [...after].filter((id) => !before.has(id)).length + [...before].filter((id) => !after.has(id)).length;
  place.hidden = !changes;
  if (place.dataset.ids === now) return;
  place.dataset.ids = now;
  place.querySelector("a").textContent = `${changes} ${changes === 1 ? "change" : "changes"} - Show`;
  if (changes) say(`${changes} ${changes === 1 ? "change" : "changes"} on this page.`);
}

function put(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const fresh of [...template.content.children]) {
    const old = fresh.id && document.getElementById(fresh.id);
    if (!old || old.isEqualNode(fresh)) continue;
    if (fresh.dataset.ids !== undefined) {
      offer(old, fresh.dataset.ids);
      continue;
    }
    if (fresh.dataset.says !== old.dataset.says) say(fresh.dataset.says);
    const refocus = keepFocus(old, fresh);
    old.replaceWith(fresh);
    window.htmx?.process(fresh);
    refocus();
  }
}

function markStale(blocks, since) {
  for (const id of blocks) {
    const block = document.getElementById(id);
    if (!block || block.classList.contains("stale")) continue;
    block.classList.add("stale");
    const note = document.createElement("p");
    note.className = "small muted";
    note.textContent = since ? `Cannot be asked now. As of ${since}.` : "Cannot be asked now.";
    block.append(note);
  }
}

// A fragment that is sent again on connecting tells of when it changed, which may be long ago.
function heard(told) {
  if (told.time >= latest) [at, latest] = [told.at, told.time];
  if (paused) return;
  tell(at ? `Live, as of ${at}` : "Live");
  document.body.classList.remove("stale");
  document.getElementById("reload").hidden = true;
  for (const timer of [silenceTimer, lostTimer, spokenTimer]) clearTimeout(timer);
  silenceTimer = setTimeout(silent, SILENT_MS);
}

function silent() {
  tell(at ? `Reconnecting. Numbers are as of ${at}` : "Reconnecting.");
  document.body.classList.add("stale");
  spokenTimer = setTimeout(() => say("The connection is lost; numbers may be old."), SPOKEN_MS - SILENT_MS);
  lostTimer = setTimeout(() => { document.getElementById("reload").hidden = false; }, LOST_MS);
  if (source) { close(); retry(); }
}

function newer(id) {
  if (build && id !== build && !isDirty()) location.reload();
  build = build || id;
}

function stop(text) {
  stopped = true;
  close();
  for (const timer of [silenceTimer, lostTimer, spokenTimer]) clearTimeout(timer);
  tell(at ? `${text} Numbers are as of ${at}.` : text);
  document.getElementById("reload").hidden = false;
  document.body.classList.add("stale");
}

function close() {
  clearTimeout(retryTimer);
  source?.close();
  source = null;
}

function retry() {
  delay = Math.min(delay ? delay * 2 : 1000 + Math.random() * 3000, 15000);
  retryTimer = setTimeout(probe, delay * (0.75 + Math.random() * 0.25));
}

// A stream that is refused does not say why: the same address tells it to those who ask plainly.
async function probe() {
  try {
    const answer = await fetch("/live?build");
    if (answer.status === 204) return stop("You are signed out.");
    if (answer.ok) newer(await answer.text());
    if (answer.ok) return open();
  } catch { /* Not reachable: the next try finds out. */ }
  retry();
}

// A list says itself which rows it shows: another page of it is watched instead.
function topics() {
  return [...document.querySelectorAll("[data-topics]")].map((part) => part.dataset.topics).filter(Boolean).join(",");
}

function open() {
  if (stopped || paused || source || document.hidden) return;
  watched = topics();
  const mine = new EventSource(`/live?topics=${encodeURIComponent(watched)}`);
  source = mine;
  const on = (kind, take) => mine.addEventListener(kind, (event) => {
    if (source === mine) take(JSON.parse(event.data));
  });
  on("hello", (told) => {
    if (document.body.classList.contains("stale") && at) say("Live again.");
    delay = 0;
    newer(told.build);
    heard(told);
  });
  on("beat", heard);
  on("fragment", (told) => { put(told.html); heard(told); });
  on("stale", (told) => markStale(told.blocks, told.at));
  on("bye", (told) => {
    if (told.why === "signed_out") stop("You are signed out.");
    else if (told.why === "no_more") stop("This page is not yours to see any more.");
    else { close(); retry(); }
  });
  mine.addEventListener("error", () => {
    if (source !== mine) return;
    close();
    retry();
  });
}

function showPause() {
  pauseButton.hidden = false;
  pauseButton.querySelector("span").textContent = paused ? "Resume updates" : "Pause updates";
  pauseButton.querySelector("use")?.setAttribute("href",
    pauseButton.querySelector("use").getAttribute("href").replace(/#.*/, paused ? "#play" : "#pause"));
  if (paused) tell(at ? `Paused. Numbers are as of ${at}` : `Paused. ${words.textContent}`);
}

pauseButton.addEventListener("click", () => {
  paused = !paused;
  remember("paused", paused ? "yes" : "no");
  if (paused) { close(); clearTimeout(silenceTimer); }
  showPause();
  if (!paused) { tell("Connecting."); open(); }
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) { close(); clearTimeout(silenceTimer); } else open();
});
document.addEventListener("htmx:afterSettle", () => {
  if (topics() !== watched) { close(); open(); }
});
window.addEventListener("pagehide", close);
window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });

// A screen on a wall is watched though nobody clicks: while it shows, its session goes on.
if ("stays" in place.dataset) {
  setInterval(() => { if (!document.hidden && !stopped) staySignedIn(); }, STAY_MS);
}

showPause();
open();
