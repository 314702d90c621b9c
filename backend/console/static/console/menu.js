"use strict";

// Loaded before the page is drawn, so that the menu of a phone does not open and shut. Without this script it lies open.
document.documentElement.classList.add("with-menu");

document.addEventListener("DOMContentLoaded", () => {
  const button = document.querySelector(".menu-button");
  const opened = () => button.getAttribute("aria-expanded") === "true";
  const open = (yes) => button.setAttribute("aria-expanded", String(yes));

  button.addEventListener("click", () => open(!opened()));
  for (const fold of document.querySelectorAll("[data-fold]")) {
    fold.hidden = false;
    fold.addEventListener("click", () => fold.setAttribute("aria-expanded", String(fold.getAttribute("aria-expanded") !== "true")));
  }
  document.addEventListener("keydown", (event) => {
    const person = document.querySelector(".person[open]");
    if (event.key === "Escape" && person) {
      person.open = false;
      person.querySelector("summary").focus();
    } else if (event.key === "Escape" && opened()) {
      open(false);
      button.focus();
    }
  });
});
