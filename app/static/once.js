// A form whose answer takes some seconds says so when it is sent, and is not sent twice meanwhile.
// Without this script the same words stand above the button; sent twice, it counts once.
"use strict";
for (const form of document.querySelectorAll("form[data-waiting]")) {
  const told = document.getElementById(form.getAttribute("aria-describedby"));
  const usual = told.textContent;
  const buttons = form.querySelectorAll("button");
  const wait = (waiting) => {
    form.setAttribute("aria-busy", String(waiting));
    for (const button of buttons) button.disabled = waiting;
    told.textContent = waiting ? form.dataset.waiting : usual;
  };
  // A button that is disabled while the form is being put together would be left out of it.
  form.addEventListener("submit", () => setTimeout(wait, 0, true));
  window.addEventListener("pageshow", () => wait(false)); // back again, from the browser's memory
}
