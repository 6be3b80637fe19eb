// Asks this browser to show messages, and tells the site where it can be reached.
"use strict";
(() => {
  const form = document.getElementById("push-form");
  if (!form || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
  document.getElementById("push-none").hidden = true;
  document.getElementById("push-can").hidden = false;

  const bytes = (text) => {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (one) => one.charCodeAt(0));
  };

  // A subscription made for another key of this site is of no use any more.
  const subscribed = async (registration, key) => {
    const options = { userVisibleOnly: true, applicationServerKey: bytes(key) };
    try {
      return await registration.pushManager.subscribe(options);
    } catch (error) {
      const old = await registration.pushManager.getSubscription();
      if (!old) throw error;
      await old.unsubscribe();
      return registration.pushManager.subscribe(options);
    }
  };

  // Until the site had one worker for everything, one of its own showed the messages: two would
  // show each of them twice.
  const withoutFormer = async () => {
    const old = await navigator.serviceWorker.getRegistration("/static/");
    if (!old || new URL(old.scope).pathname !== "/static/") return;
    await (await old.pushManager.getSubscription())?.unsubscribe();
    await old.unregister();
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      if ((await Notification.requestPermission()) !== "granted") throw new Error("refused");
      await withoutFormer();
      await navigator.serviceWorker.register("/worker.js");
      const registration = await navigator.serviceWorker.ready;
      const subscription = await subscribed(registration, form.dataset.key);
      const body = new URLSearchParams(new FormData(form));
      body.set("subscription", JSON.stringify(subscription));
      const answer = await fetch(form.action, { method: "POST", body });
      if (!answer.ok) throw new Error(String(answer.status));
      location.reload();
    } catch {
      document.getElementById("push-refused").hidden = false;
    }
  });
})();
