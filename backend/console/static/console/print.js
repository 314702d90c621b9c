"use strict";

const button = document.querySelector("button[data-print]");

button.hidden = false;
button.addEventListener("click", () => window.print());
