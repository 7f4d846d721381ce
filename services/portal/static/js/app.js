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

// Back shows a page out of the browser's memory: its buttons are free again.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});

document.addEventListener("htmx:afterSwap", (event) => focusWhatHappened(event.detail.elt));

function watchSession() {
  const band = document.getElementById("session-ends");
  if (!band) return;
  const left = Number(band.dataset.seconds) - Number(band.dataset.warned);
  const warn = () => {
    band.hidden = false;
    announce(band.dataset.words);
  };
  setTimeout(warn, Math.max(0, left * 1000));
  band.querySelector("button").addEventListener("click", async () => {
    const answer = await fetch("/sign-in/stay", { method: "POST", headers: { Accept: "text/plain" } });
    if (!answer.ok) return;
    band.hidden = true;
    band.dataset.seconds = await answer.text();
    setTimeout(warn, Math.max(0, (Number(band.dataset.seconds) - Number(band.dataset.warned)) * 1000));
    announce("You stay signed in.");
  });
}

focusWhatHappened(document);
watchSession();
