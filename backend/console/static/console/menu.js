"use strict";

// Without this script the menu lies open on a phone too.
const button = document.querySelector(".menu-button");

function open(yes) {
  button.setAttribute("aria-expanded", String(yes));
}

button.hidden = false;
button.addEventListener("click", () => open(button.getAttribute("aria-expanded") !== "true"));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") {
    open(false);
    button.focus();
  }
});
