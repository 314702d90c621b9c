"use strict";

// Choosing several reports at once. Without this script each box still works, and so does the button.
const boxes = [...document.querySelectorAll("input[name=chosen]")];
const all = document.getElementById("all");
const count = document.getElementById("count");
const accept = document.getElementById("accept");

function tell() {
  const chosen = boxes.filter((box) => box.checked).length;
  const said = chosen === 0 ? count.dataset.none : chosen === 1 ? count.dataset.one : count.dataset.many;
  count.textContent = said.replace("{n}", chosen);
  accept.disabled = chosen === 0;
  all.checked = chosen > 0 && chosen === boxes.length;
  all.indeterminate = chosen > 0 && chosen < boxes.length;
}

if (count && all) {
  count.hidden = false;
  all.hidden = boxes.length === 0;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
  for (const box of boxes) box.addEventListener("change", tell);
  tell();
}
