// On every page: starts the service worker, lets a volunteer's own device know the visits of today,
// sends what was kept while there was no network, and says on the page what became of it.
//
// `data-keeps` on the body is the volunteer's id on their own device, and empty for everybody else:
// a visitor, another member, a card at the desk. Then the visits are forgotten. Pages about a fault
// have no such mark: they say nothing of who is there.
"use strict";
(() => {
  if (!("serviceWorker" in navigator) || !self.indexedDB || !self.isSecureContext) return;
  const kept = self.linliKept;
  const FRESH = 5 * 60_000;
  const { keeps } = document.body.dataset;
  const place = document.getElementById("kept");

  // The words stand on the page that the device keeps: so no other page need carry them.
  const piece = async (name, words) => {
    let from = document;
    if (!from.getElementById(`kept-${name}`)) {
      const parsed = async (page) =>
        new DOMParser().parseFromString(await page.text(), "text/html");
      const held = await caches.match("/offline");
      from = held && (await parsed(held));
      if (from?.documentElement.lang !== document.documentElement.lang) {
        from = await fetch("/offline").then(parsed).catch(() => from);
      }
    }
    const found = document.importNode(from.getElementById(`kept-${name}`).content, true);
    if (words) found.querySelector("[data-fill]").textContent = words;
    return found;
  };

  // Where the visits themselves are shown, the list says it all.
  const show = async () => {
    const owner = keeps || (await kept.day())?.member;
    const heard = (await kept.known("told")) ?? [];
    const told = heard.filter((one) => one.member === owner);
    if (told.length) await kept.learn("told", heard.filter((one) => one.member !== owner));
    if (!told.length && document.getElementById("kept-visits")) return;
    const found = document.getElementById("kept-visits") ? [] : await kept.moments();
    const anybody = !keeps && (await kept.known("nobody"));
    const mine = found.filter((one) => anybody || one.member === owner);
    const refused = mine.filter((one) => one.refused);
    if (!told.length && !place.childElementCount && !found.length) return;
    const said = [];
    for (const { words } of told) said.push(await piece("sent", words));
    if (refused.length) said.push(await piece("refused", refused[0].refused));
    else if (mine.length) said.push(await piece(anybody ? "sign-in" : "waiting"));
    else if (found.length) said.push(await piece("others"));
    place.replaceChildren(...said);
  };

  const worker = async () => {
    const registration = await navigator.serviceWorker.register("/worker.js");
    if (!registration) return;
    // The worker of former versions, which only showed messages; kept as long as it does.
    const old = await navigator.serviceWorker.getRegistration("/static/");
    if (old && new URL(old.scope).pathname === "/static/") {
      if (!(await old.pushManager?.getSubscription())) await old.unregister();
    }
    const { active } = await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) active.postMessage({ take: true });
    const root = document.documentElement;
    // Once a day as well: the desk's telephone number stands on the page that is kept.
    const reads = `${root.lang} ${root.className} ${new Date().toDateString()}`;
    const before = await kept.known("reads");
    if (!before) await kept.learn("reads", reads);
    else if (before !== reads) active.postMessage({ reads });
  };

  const learn = async () => {
    if (keeps === "") await kept.forget();
    if (!keeps) return;
    const day = await kept.day();
    if (day && day.member !== keeps) await kept.forget(); // before anything else is asked
    const visit = location.pathname.startsWith("/time-bank/visits");
    const alike = day?.member === keeps && day.language === document.documentElement.lang;
    const fresh = alike && Date.now() - day.asked < FRESH;
    if (!fresh || visit) await kept.ask();
  };

  const send = async () => {
    if (navigator.onLine) await kept.send();
    await show();
    document.dispatchEvent(new Event("linli-kept"));
  };

  // Whoever signs out leaves nothing behind. What was not sent yet is sent first; what cannot be is
  // said, and only a second press throws it away.
  const leaving = async (event) => {
    const form = event.target;
    if (new URL(form.action).pathname !== "/sign-out" || form.dataset.sure) return;
    event.preventDefault();
    if (form.dataset.asking) return;
    form.dataset.asking = "yes";
    const owner = keeps || (await kept.known("day").catch(() => null))?.member;
    const all = owner ? await kept.send().then(kept.moments).catch(() => []) : [];
    const left = all.some((one) => one.member === owner);
    if (left) {
      place.replaceChildren(await piece("leaving"));
      place.scrollIntoView();
    }
    form.dataset.sure = "yes";
    if (!left) form.requestSubmit();
  };

  document.addEventListener("submit", leaving);
  for (const [what, when] of [[window, "online"], [document, "linli-pressed"]]) {
    what.addEventListener(when, () => send().catch(() => {}));
  }
  const begin = async () => {
    await learn();
    await send();
  };
  begin().catch(() => {});
  worker().catch(() => {});
})();
