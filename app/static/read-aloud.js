// Reads a page's main part to whoever asks for it, with the browser's own voice; nothing is sent
// anywhere. The button only shows itself where the browser can speak.
//
// The order is that of the page: headings, then what stands under them. The way back, folded parts,
// hidden words and pictures without words are left out; fields say their label and what is typed, never a PIN or
// a password. Each piece is a sentence of its own, so that one can pause and go on in the middle of
// a page, and so that long pages do not stop half-way, as some browsers do.
"use strict";
(() => {
  const bar = document.getElementById("read-aloud");
  const voice = self.speechSynthesis;
  if (!bar || !voice || !self.SpeechSynthesisUtterance) return;

  const [start, pause, stop] = bar.querySelectorAll("button");
  const language = document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en-GB";
  const chinese = language === "zh-CN";
  const BLOCKS = "h1,h2,h3,h4,p,li,dt,dd,th,td,caption,label,legend,summary,button,a,option,input,textarea,select,.digits";
  const SKIPPED = "[hidden],[aria-hidden=true],script,style,template,svg,.back";
  let queue = [];
  let paused = false;

  // A number for the door digit by digit; hours, minutes, money and minus as one says them.
  const spoken = (text) => {
    const said = text
      .replace(/−\s*(?=[\d¥])/g, chinese ? "负" : "minus ")
      .replace(/¥\s*([\d,.]+)/g, chinese ? "$1 元" : "$1 yuan")
      .replace(/(\d),(?=\d{3})/g, "$1")
      .replace(/\b(1\d{2})(\d{4})(\d{4})\b/g, (_all, ...of) => of.slice(0, 3).map(apart).join(", "))
      .replace(/\b0\d{2,3}-\d{4} ?\d{3,4}\b/g, apart);
    if (chinese) {
      const minutes = /(点\s*)?(\d+)\s*分(?![钟数开之])/g; // after an hour of the day it is a clock
      return said.replace(minutes, (all, clock, n) => (clock ? all : `${n} 分钟`));
    }
    return said
      .replace(/\b(\d+) h\b/g, (_all, n) => `${n} ${n === "1" ? "hour" : "hours"}`)
      .replace(/\b(\d+) min\b/g, (_all, n) => `${n} ${n === "1" ? "minute" : "minutes"}`);
  };
  const apart = (text) => text.replace(/\D/g, " ").trim().split("").join(" ").replace(/ +/g, " ");

  const field = (one) => {
    if (["hidden", "password", "file", "submit"].includes(one.type)) return "";
    if (one.autocomplete?.includes("one-time-code")) return "";
    if (one.type === "radio" || one.type === "checkbox") {
      return one.checked ? (chinese ? "已选" : "chosen") : "";
    }
    return one.tagName === "SELECT" ? (one.selectedOptions[0]?.text ?? "") : one.value;
  };

  // The pieces of the page, in reading order: the innermost blocks, and the text beside them.
  const pieces = (root) => {
    const found = [];
    let run = "";
    const end = () => {
      const text = run.replace(/\s+/g, " ").trim();
      if (text) found.push(text);
      run = "";
    };
    const walk = (node) => {
      if (node.nodeType === Node.TEXT_NODE) {
        run += node.data;
        return;
      }
      if (node.nodeType !== Node.ELEMENT_NODE || node.matches(SKIPPED)) return;
      if (node.checkVisibility && !node.checkVisibility()) return;
      const block = node.matches(BLOCKS) || !getComputedStyle(node).display.startsWith("inline");
      if (block && !(node.tagName === "A" && node.closest("p"))) end();
      if (node.matches("input,textarea,select")) run += field(node);
      else if (node.tagName === "IMG") run += node.alt;
      else if (node.matches(".digits,code")) run += apart(node.textContent);
      else node.childNodes.forEach(walk);
      if (block && !(node.tagName === "A" && node.closest("p"))) end();
    };
    walk(root);
    end();
    return found.filter((text) => /[\p{L}\p{N}]/u.test(text));
  };

  const show = () => {
    const reading = queue.length > 0;
    start.hidden = reading;
    pause.hidden = stop.hidden = !reading;
    pause.querySelector("span").textContent = paused ? pause.dataset.goOn : pause.dataset.pause;
  };

  const next = () => {
    if (!queue.length || paused) return show();
    const piece = new SpeechSynthesisUtterance(spoken(queue[0]));
    piece.lang = language;
    piece.voice = voice.getVoices().find((one) => one.lang.replace("_", "-") === language) ?? null;
    piece.rate = 0.9;
    piece.onend = () => {
      if (paused) return;
      queue.shift();
      next();
    };
    piece.onerror = (event) => {
      if (event.error !== "interrupted" && event.error !== "canceled") halt();
    };
    voice.speak(piece);
    show();
  };
  const halt = () => {
    queue = [];
    paused = false;
    voice.cancel();
    show();
  };

  start.addEventListener("click", () => {
    voice.cancel();
    queue = pieces(document.getElementById("main"));
    next();
    if (queue.length) pause.focus();
  });
  // Not the voice's own pause, which many telephones do not have: it stops, and begins the piece anew.
  pause.addEventListener("click", () => {
    paused = !paused;
    if (paused) voice.cancel();
    else next();
    show();
  });
  stop.addEventListener("click", () => {
    halt();
    start.focus();
  });
  window.addEventListener("pagehide", () => voice.cancel());
  bar.hidden = false;
})();
