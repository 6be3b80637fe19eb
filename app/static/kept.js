// What this device keeps for a volunteer while there is no network, and how it is sent once there is.
//
// Both the pages (offline.js, offline-page.js) and the service worker (worker.js) use it. Kept are:
// - the day: the volunteer's own visits of today, without the number for the door; who they are;
// - moments: each check-in and check-out that could not be sent, with when it was pressed. One for
//   each visit and act, so pressing twice keeps one, and the first time pressed stands;
// - told: what the site said of those that arrived, until somebody has seen it;
// - nobody: whether the site last said that nobody is signed in here.
// A photograph is not kept: the page says so.
// Sending twice counts once: the site knows by the visit and its moment what has arrived. What the
// site refuses stays here, with the reason, until the person has mended it or thrown it away.
"use strict";
self.linliKept = (() => {
  const TODAY = "/time-bank/today";
  const PATIENCE = 20_000; // a weak network counts as none after that long
  const OFF_BY_MOST = 30_000; // below that, a difference of clocks is the time on the way

  const done = (asked) =>
    new Promise((yes, no) => {
      asked.onsuccess = () => yes(asked.result);
      asked.onerror = () => no(asked.error);
    });

  const open = async () => {
    const asked = indexedDB.open("linli", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("moments", { keyPath: "key" });
      asked.result.createObjectStore("known");
    };
    return done(asked);
  };

  const at = async (store, mode, act) => {
    const base = await open();
    try {
      return await done(act(base.transaction(store, mode).objectStore(store)));
    } finally {
      base.close();
    }
  };
  const known = (name) => at("known", "readonly", (store) => store.get(name));
  const learn = (name, value) => at("known", "readwrite", (store) => store.put(value, name));

  const moments = async () =>
    (await at("moments", "readonly", (store) => store.getAll())).sort((a, b) => a.at - b.at);
  const put = (moment) => at("moments", "readwrite", (store) => store.put(moment));
  const drop = (key) => at("moments", "readwrite", (store) => store.delete(key));

  // The visits, and whose they are: not for the next one at this device.
  const forget = () => at("known", "readwrite", (store) => store.delete("day"));

  // What is of whoever leaves; what somebody else left here waits until they sign in.
  const forgetAll = async () => {
    const owner = (await known("day"))?.member;
    await forget();
    if (!owner) return;
    await learn("told", ((await known("told")) ?? []).filter((one) => one.member !== owner));
    for (const one of await moments()) if (one.member === owner) await drop(one.key);
  };

  // The visits of a day, as long as it is that day; afterwards only whose device this is.
  const day = async () => {
    const found = await known("day");
    if (!found || Date.parse(found.until) > Date.now()) return found;
    const over = { ...found, visits: [], asked: 0 };
    if (found.visits.length) await learn("day", over);
    return over;
  };

  // Keep a check-in or a check-out; false where this device does not know for whom.
  const keep = async (visit, act, { code = "", minutes = "", when = Date.now(), photo = false } = {}) => {
    const owner = (await known("day"))?.member;
    if (!owner) return false;
    const key = `${visit}/${act}`;
    const before = (await moments()).find((one) => one.key === key);
    const first = before ? before.at : when;
    await put({ key, member: owner, visit, act, code, minutes, at: first, photo, refused: "" });
    return true;
  };

  // Ask the site for the day. Undefined: nobody could be asked. Null: nobody is signed in.
  const ask = async () => {
    let answer;
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      const headers = { accept: "application/json" };
      answer = await fetch(TODAY, { headers, cache: "no-store", signal });
    } catch {
      return undefined;
    }
    await learn("nobody", answer.status === 401);
    if (answer.status === 401) {
      await forget();
      return null;
    }
    if (!answer.ok) return undefined;
    const { token, ...found } = await answer.json();
    if (found.keeps) await learn("day", { ...found, asked: Date.now() });
    else await forget();
    return { ...found, token, ahead: Date.parse(found.now) - Date.now() };
  };

  // Send one moment. Returns whether the next one of the same visit may follow.
  const sendOne = async (moment, today) => {
    const off = Math.abs(today.ahead) > OFF_BY_MOST ? today.ahead : 0;
    const body = new URLSearchParams({
      act: moment.act,
      code: moment.code,
      minutes: moment.minutes,
      happened_at: new Date(moment.at + off).toISOString(),
      _csrf_token: today.token,
    });
    const answer = await fetch(`/time-bank/visits/${moment.visit}/kept`, {
      method: "POST",
      body,
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(PATIENCE),
    });
    const gone = answer.status === 404;
    if (answer.status !== 200 && answer.status !== 422 && !gone) return false; // later, once more
    const said = gone ? { words: today.gone } : await answer.json();
    // Somebody may have typed the number anew, or pressed again, while this was on its way.
    const still = (await moments()).find((one) => one.key === moment.key);
    if (!still || still.code !== moment.code || still.at !== moment.at) return false;
    if (answer.status !== 200) {
      await put({ ...moment, refused: said.words });
      return false;
    }
    await drop(moment.key);
    const { member } = moment;
    await learn("told", [...((await known("told")) ?? []), { member, words: said.words }]);
    return true;
  };

  const sendAll = async () => {
    const waiting = await moments();
    if (!waiting.some((one) => !one.refused)) return;
    const today = await ask();
    if (!today) return;
    const stopped = new Set();
    for (const moment of waiting) {
      if (moment.member !== today.member || stopped.has(moment.visit)) continue;
      if (moment.refused || !(await sendOne(moment, today))) stopped.add(moment.visit);
    }
    await ask(); // how the visits stand now
  };

  // Send what waits, oldest first; one page or worker at a time. Returns what is left to be sent.
  const send = async () => {
    try {
      if (navigator.locks) await navigator.locks.request("linli-kept", sendAll);
      else await sendAll();
    } catch {
      // the network went again: what was not answered for is still kept
    }
    return (await moments()).filter((one) => !one.refused);
  };

  return { ask, day, drop, forget, forgetAll, keep, known, learn, moments, send };
})();
