// A ballot's − and + change the number at once and save it, and a choice that is not saved yet is
// not left behind without a word. Without this script the same buttons send the form.
"use strict";
(() => {
  const form = document.querySelector("form.ballot");
  if (!form) return;

  form.addEventListener("click", (event) => {
    const step = event.target.closest("button[data-step]");
    if (!step) return;
    event.preventDefault();
    const box = document.getElementById(step.dataset.of);
    const now = Number.parseInt(box.value, 10) || 0;
    box.value = String(Math.max(0, now + Number(step.dataset.step)));
    box.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // The page asks once before it is left while a choice is under way, or was refused. A ballot that
  // is put in order stays on its page when it is sent; the others lead to a new one.
  const stays = form.getAttribute("hx-trigger").includes("submit");
  let waiting = false;
  let asked = false;
  form.addEventListener("change", () => { waiting = true; });
  form.addEventListener("submit", () => {
    if (stays) waiting = true;
    else asked = true;
  });
  new MutationObserver(() => { waiting = false; })
    .observe(form, { childList: true, subtree: true });
  window.addEventListener("beforeunload", (event) => {
    const refused = form.querySelector("#ballot-told")?.dataset.kept === "no";
    if ((waiting || refused) && !asked) {
      asked = true;
      event.preventDefault();
    }
  });
})();
