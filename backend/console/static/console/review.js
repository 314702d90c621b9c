"use strict";

// Keys for going through many: A accept, C ask, R reject, S or J skip, K back, E change. Off inside fields, and for whoever
// switched them off. Everything they do is a button or a link, so that nothing is lost without this script.
const NAME = "gramreach-review-keys";
const form = document.getElementById("decide");
const comment = document.getElementById("comment");
const toggle = document.querySelector("[data-keys]");

function on() {
  return localStorage.getItem(NAME) !== "off";
}

function show() {
  document.documentElement.classList.toggle("keys-off", !on());
  toggle.textContent = on() ? toggle.dataset.on : toggle.dataset.off;
  toggle.setAttribute("aria-pressed", String(on()));
}

function needsWords(target) {
  return target.value === "request_changes" && comment.value.trim() === "";
}

function press(target) {
  if (target.tagName === "A") target.click();
  else if (needsWords(target)) comment.focus();
  else form.requestSubmit(target);
}

if (form && toggle) {
  toggle.hidden = false;
  show();
  toggle.addEventListener("click", () => {
    localStorage.setItem(NAME, on() ? "off" : "on");
    show();
  });
  document.addEventListener("keydown", (event) => {
    const inField = event.target.closest("input, textarea, select, [contenteditable]");
    if (!on() || inField || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const target = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key.split(" ").includes(event.key.toLowerCase()));
    if (target) {
      event.preventDefault();
      press(target);
    }
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter && needsWords(event.submitter)) {
      event.preventDefault();
      comment.focus();
    }
  });
}
