// The page for when there is no network: the volunteer's own visits of today, each with the way to
// check in and out, and what is kept and not sent yet. It is the same page for everybody; what it
// shows comes from this device alone (kept.js).
"use strict";
(() => {
  const kept = self.linliKept;
  const list = document.getElementById("kept-visits");
  const words = list.dataset;
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, {
    hour: "numeric",
    minute: "2-digit",
  });
  // Whoever followed the square pattern at the door, or had a visit's page open.
  const wanted = /\/visits\/([0-9a-f-]{36})/.exec(location.pathname)?.[1];
  const scanned = new URLSearchParams(location.search).get("code") ?? "";

  const piece = (name) => document.getElementById(name).content.cloneNode(true);
  const fill = (of, name, text) => {
    of.querySelector(`[data-fill=${name}]`).textContent = text;
  };

  const status = (moment) => {
    const time = clock.format(moment.at);
    const said = moment.act === "check_in" ? words.checkedIn : words.checkedOut;
    const shown = piece(moment.refused ? "kept-not" : "kept-is");
    fill(shown, "moment", said.replace("{at}", time));
    shown.querySelector("[data-photo]")?.toggleAttribute("hidden", !moment.photo);
    if (!moment.refused) return shown;
    fill(shown, "why", moment.refused);
    shown.querySelector("button").addEventListener("click", async () => {
      await kept.drop(moment.key);
      await draw();
    });
    return shown;
  };

  const pressed = async (event, visit) => {
    event.preventDefault();
    const form = event.currentTarget;
    const code = (form.elements.code?.value ?? "").replaceAll(" ", "");
    const wrong = form.querySelector(".field-error");
    if (form.elements.code && !/^[0-9]{4}$/.test(code)) {
      wrong.hidden = false;
      form.elements.code.setAttribute("aria-invalid", "true");
      form.elements.code.focus();
      return;
    }
    await kept.keep(visit, form.dataset.act, { code });
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.sync?.register("kept").catch(() => {});
    await draw();
    document.dispatchEvent(new Event("linli-pressed")); // offline.js sends it, if it can
    list.querySelector("h2")?.focus();
  };

  const card = (visit, mine) => {
    const shown = piece("kept-visit");
    fill(shown, "service", visit.service);
    fill(shown, "when", visit.when);
    fill(shown, "elder", visit.elder);
    fill(shown, "place", visit.place);
    const act = shown.querySelector("[data-acts]");
    const [came, left] = ["check_in", "check_out"].map((one) => mine.find((m) => m.act === one));
    for (const moment of [came, left].filter(Boolean)) act.append(status(moment));
    const there = visit.state === "under_way" || (came && !came.refused);
    let form = null;
    if (visit.state === "finished" || (left && !left.refused)) form = null;
    else if (there) form = piece("kept-leave");
    else if (Date.parse(visit.opens_at) > Date.now()) {
      const wait = piece("kept-early");
      fill(wait, "opens", visit.opens);
      act.append(wait);
    } else form = piece("kept-come");
    if (form) {
      const body = form.querySelector("form");
      if (body.elements.code) {
        const id = `code-${visit.id}`;
        body.elements.code.id = id;
        form.querySelector("label").htmlFor = id;
        body.elements.code.value = visit.id === wanted ? scanned : (came?.code ?? "");
      }
      body.addEventListener("submit", (event) => pressed(event, visit.id).catch(() => {}));
      act.append(form);
    } else if (visit.state === "finished" && !left) act.append(piece("kept-over"));
    return shown;
  };

  const draw = async () => {
    const day = await kept.day();
    const all = await kept.moments();
    const visits = [...(day?.visits ?? [])].sort((a, b) => (b.id === wanted) - (a.id === wanted));
    list.replaceChildren();
    for (const visit of visits) list.append(card(visit, all.filter((m) => m.visit === visit.id)));
    // What was kept of another day, or for somebody else who uses this device.
    for (const moment of all.filter((m) => !visits.some((visit) => visit.id === m.visit))) {
      const whose = !day || moment.member === day.member;
      list.append(whose ? status(moment) : piece("kept-others-here"));
    }
    if (all.some((one) => !one.refused) && navigator.onLine && (await kept.known("nobody"))) {
      list.prepend(piece("kept-sign-in"));
    }
    const lost = /\/check-(in|out)$/.test(location.pathname);
    document.getElementById("kept-none").hidden = list.childElementCount > 0;
    document.getElementById("kept-can").hidden = visits.length === 0;
    document.getElementById("kept-lost").hidden = !lost;
    document.getElementById("kept-away").hidden = navigator.onLine && location.pathname === "/offline";
  };

  document.getElementById("kept-again").addEventListener("click", () => location.reload());
  document.addEventListener("linli-kept", () => draw().catch(() => {}));
  window.addEventListener("offline", () => draw().catch(() => {}));
  draw().catch(() => {});
})();
