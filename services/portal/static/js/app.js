// Comfort beside pages that work without it: theme, focus, busy buttons, the end of a session.
"use strict";

const YEAR = 31536000;

function remember(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
}

function announce(words) {
  const place = document.getElementById("announcements");
  if (place) place.textContent = words;
}

// The form of the footer sets a cookie and comes back; here the page changes under the reader.
document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.name !== "theme" && field.name !== "density") return;
  document.documentElement.dataset[field.name] = field.value;
  remember(field.name, field.value);
});

// A refusal or an error takes the focus, for it stands above the form that caused it.
function focusWhatHappened(root) {
  const place = root.querySelector("[data-takes-focus]");
  if (place) place.focus();
}

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button) button.setAttribute("aria-busy", "true");
});

function freeButtons() {
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}

// Back shows a page out of the browser's memory: its buttons are free again.
window.addEventListener("pageshow", freeButtons);
document.addEventListener("htmx:afterRequest", freeButtons);
document.addEventListener("htmx:afterSwap", (event) => focusWhatHappened(event.detail.elt));

let warning = null;

function warnBeforeTheEnd(band) {
  clearTimeout(warning);
  warning = setTimeout(() => {
    band.hidden = false;
    announce(band.dataset.words);
  }, Math.max(0, (Number(band.dataset.seconds) - Number(band.dataset.warned)) * 1000));
}

async function staySignedIn() {
  const band = document.getElementById("session-ends");
  const answer = await fetch("/sign-in/stay", { method: "POST", headers: { Accept: "text/plain" } });
  if (!band || !answer.ok) return false;
  band.hidden = true;
  band.dataset.seconds = await answer.text();
  warnBeforeTheEnd(band);
  return true;
}

function watchSession() {
  const band = document.getElementById("session-ends");
  if (!band) return;
  warnBeforeTheEnd(band);
  band.querySelector("button").addEventListener("click", async () => {
    if (await staySignedIn()) announce("You stay signed in.");
  });
}

focusWhatHappened(document);
watchSession();
