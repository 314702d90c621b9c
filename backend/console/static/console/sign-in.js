"use strict";

const button = document.querySelector("button[data-show]");
const field = document.getElementById(button.getAttribute("aria-controls"));

button.hidden = false;
button.addEventListener("click", () => {
  const show = field.type === "password";
  field.type = show ? "text" : "password";
  button.textContent = show ? button.dataset.hide : button.dataset.show;
  button.setAttribute("aria-pressed", String(show));
});
// A shown password must not stay behind in the browser's list of form entries.
field.form.addEventListener("submit", () => { field.type = "password"; });
