// The site's one service worker: it shows messages that come while the site is closed, and stands in
// while there is no network. The site serves it at /worker.js, with a first line that says what
// belongs to it (LINLI: version, page, files), so that a new version of any of these is a new worker.
//
// It keeps one page for when there is no network (/offline, the same for everybody) with the files
// that this page needs; no page of a person is ever kept, and every page comes from the network as
// long as there is one. A check-in or check-out that finds no network is kept on the device
// (kept.js) and sent later. Signing out empties what was kept.
"use strict";
const CACHE = `linli-${LINLI.version}`;
const PATIENCE = 20_000; // a weak network counts as none after that long
const CHECKING = /^\/time-bank\/visits\/([0-9a-f-]{36})\/(check-in|check-out)$/;
importScripts(LINLI.kept);

const keepPage = async () => {
  const cache = await caches.open(CACHE);
  const answer = await fetch(LINLI.page, { cache: "no-store" });
  if (!answer.ok || answer.redirected) throw new Error("no page to keep"); // tried again later
  await cache.put(LINLI.page, answer);
};

self.addEventListener("install", (event) => {
  const filled = async () => {
    await (await caches.open(CACHE)).addAll(LINLI.files);
    await keepPage();
    await self.skipWaiting();
  };
  event.waitUntil(filled());
});

self.addEventListener("activate", (event) => {
  const tidied = async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("linli-") && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  };
  event.waitUntil(tidied());
});

// A page says that its reader has changed the language or the size of the text; or that it was
// already on its way when this worker took over the open pages.
self.addEventListener("message", (event) => {
  const { reads, take } = event.data;
  const kept = async () => {
    await keepPage();
    await linliKept.learn("reads", reads);
  };
  if (reads) event.waitUntil(kept().catch(() => {}));
  if (take) event.waitUntil(self.clients.claim());
});

const withoutNetwork = async () =>
  (await (await caches.open(CACHE)).match(LINLI.page)) ?? Response.error();

const page = async (event, pathname) => {
  // The same for everybody, and kept for just this: asked for where there may be no network.
  const kept = pathname === LINLI.page && (await caches.match(LINLI.page));
  if (kept) return kept;
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return withoutNetwork();
  }
};

const checking = async (event, [, visit, way]) => {
  const when = Date.now();
  const typed = await event.request.clone().formData();
  const photo = typed.get("photo")?.size > 0;
  const own = Boolean((await linliKept.known("day").catch(() => null))?.member);
  let clock;
  const late = new Promise((_yes, no) => {
    if (own) clock = setTimeout(() => no(new Error("too late")), photo ? 6 * PATIENCE : PATIENCE);
  });
  try {
    // If it does arrive later than this, it counts once all the same.
    return await Promise.race([fetch(event.request), late]);
  } catch {
    // Kept is what one of our own pages sent, and nobody else's.
    if (!event.request.referrer.startsWith(`${self.location.origin}/`)) return withoutNetwork();
    const code = String(typed.get("code") ?? "").replaceAll(" ", "");
    const minutes = String(typed.get("minutes") ?? "").trim();
    const act = way.replace("-", "_");
    const kept = await linliKept.keep(visit, act, { code, minutes, when, photo });
    if (!kept) return withoutNetwork();
    await self.registration.sync?.register("kept").catch(() => {});
    return Response.redirect(LINLI.page, 303);
  } finally {
    clearTimeout(clock);
  }
};

const signingOut = async (event) => {
  const answer = await fetch(event.request).catch(() => null);
  if (!answer) return withoutNetwork();
  // Signed out leads on; what was refused, or sent from another site, leaves everything as it is.
  if (answer.type === "opaqueredirect") await linliKept.forgetAll().catch(() => {});
  return answer;
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === "GET" && LINLI.files.includes(pathname + search)) {
    // Its address changes with its content, so what is kept is never old.
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  } else if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith(page(event, pathname));
  } else if (request.mode === "navigate" && request.method === "POST") {
    const found = CHECKING.exec(pathname);
    if (found) event.respondWith(checking(event, found));
    else if (pathname === "/sign-out") event.respondWith(signingOut(event));
  }
});

// The browser found a network again while no page was open. Left over: it tries once more later.
self.addEventListener("sync", (event) => {
  if (event.tag !== "kept") return;
  const sent = async () => {
    if ((await linliKept.send()).length) throw new Error("not all could be sent yet");
  };
  event.waitUntil(sent());
});

self.addEventListener("push", (event) => {
  const told = event.data.json();
  event.waitUntil(
    self.registration.showNotification(told.title, {
      body: told.body,
      tag: told.tag,
      lang: told.lang,
      icon: LINLI.icon,
      data: { path: told.path },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const path = String(event.notification.data.path);
  event.waitUntil(self.clients.openWindow(path.startsWith("/") ? path : "/messages"));
});
