// The field for a card: Stripe's own script (or its stand-in's) draws it and takes the number; we
// get an id for the card and send that on. Then the bank may want to see the giver, and at last the
// page waits until the site knows that the money came. What this script believes counts for
// nothing: a payment counts when the processor tells the site of it.
"use strict";
(() => {
  const LOOK_EVERY_MS = 2000;
  const waiting = document.getElementById("pay-waiting");
  if (waiting) {
    const look = async () => {
      try {
        const answer = await fetch(waiting.dataset.state, { headers: { accept: "application/json" } });
        if (answer.ok && (await answer.json()).state !== "started") {
          location.replace(waiting.dataset.done);
          return;
        }
      } catch {
        // without a network now: the next look may have one
      }
      setTimeout(look, LOOK_EVERY_MS);
    };
    setTimeout(look, LOOK_EVERY_MS);
  }

  const form = document.getElementById("card-form");
  if (!form) return;
  const unreachable = document.getElementById("card-unreachable");
  const wrong = document.getElementById("card-error");
  const busy = document.getElementById("card-busy");
  const send = form.querySelector("button[type=submit]");
  if (typeof self.Stripe !== "function") {
    unreachable.hidden = false;
    return;
  }
  form.hidden = false;
  const stripe = self.Stripe(form.dataset.key, { locale: form.dataset.language.startsWith("zh") ? "zh" : "en" });
  const card = stripe.elements().create("card", { hidePostalCode: true });
  card.mount("#card-field");

  const say = (words) => {
    wrong.querySelector("span").textContent = words;
    wrong.hidden = !words;
  };
  const work = (on) => {
    busy.hidden = !on;
    send.disabled = on;
  };
  const post = async (address, fields) => {
    const body = new URLSearchParams({ ...fields, _csrf_token: form.elements._csrf_token.value });
    const answer = await fetch(address, { method: "POST", body, headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  // The stand-in knows no `createPaymentMethod`; its token names the card as well.
  const methodOf = async () => {
    const made = await stripe.createPaymentMethod({ type: "card", card });
    if (made?.error) throw made.error;
    if (made?.paymentMethod) return made.paymentMethod.id;
    const { token, error } = await stripe.createToken(card);
    if (error) throw error;
    return token.card.id;
  };

  const pay = async () => {
    let method;
    try {
      method = await methodOf();
    } catch (error) {
      say(error?.message ?? unreachable.textContent.trim());
      work(false);
      return;
    }
    let step = await post(form.action, { method });
    if (step.next === "confirm") {
      await stripe.confirmCardPayment(step.client_secret);
      step = await post(form.dataset.checked, {});
    }
    const came = step.next === "refused" ? "" : "?came=back";
    location.assign(form.dataset.done + came);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    say("");
    work(true);
    pay().catch(() => {
      say(unreachable.dataset.unsure);
      busy.hidden = true; // the button stays off: nobody knows yet whether the money was taken
    });
  });
})();
