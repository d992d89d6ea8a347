// Comfort only: ticks the rules that a new password meets and judges its strength, here in the browser. The
// server checks every rule again, and those that need lists which are not here.
"use strict";

{
  const LOOKED_AT = 48; // characters; the server's judgement looks at as many
  const PAUSE = 150; // milliseconds without a key before the strength is worked out: it takes a phone a while
  const IDLE = 1000; // and before a screen reader is told

  // Letters as directory/passwords/banned.py compares them.
  const SUBSTITUTES = { 0: "o", 1: "l", $: "s", "@": "a" };
  const plain = (text) =>
    text
      .toUpperCase()
      .toLowerCase()
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .normalize("NFC")
      .replace(/[01$@]/g, (character) => SUBSTITUTES[character]);

  // Kinds of characters as directory/passwords/policy.py counts them.
  const KINDS = [/\p{Lowercase}/u, /\p{Uppercase}/u, /\p{Nd}/u];
  const kind = (character) => {
    const found = KINDS.findIndex((pattern) => pattern.test(character));
    return found < 0 && /\p{L}/u.test(character) ? "caseless" : found;
  };
  const kinds = (text) => new Set([...text.normalize("NFC")].map(kind)).size;

  const named = (names, text) => names.split(" ").some((part) => part && text.includes(part));

  // By what is known of the policy, and [the characters, the text, the second field's text].
  const RULES = {
    length: ({ shortest, longest }, [{ length }]) => length >= shortest && length <= longest,
    classes: ({ classes }, [, password]) => kinds(password) >= classes,
    names: ({ names }, [, password]) => !named(names, plain(password)),
    same: (_checks, [, password, again]) => password === again,
  };

  const load = (address) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      Object.assign(script, { src: address, onload: resolve, onerror: reject });
      document.head.append(script);
    });

  let judge; // a promise of the library, once somebody types
  const library = async (addresses) => {
    for (const address of addresses) await load(address);
    const { adjacencyGraphs, dictionary } = zxcvbnts["language-common"];
    return new zxcvbnts.core.ZxcvbnFactory({ graphs: adjacencyGraphs, dictionary });
  };

  const watch = (box) => {
    const { strength, again, words, said, library: addresses, ...checks } = box.dataset;
    const [field, second] = [strength, again].map((id) => document.getElementById(id));
    const [meter, word, status] = [box.querySelector("meter"), box.lastElementChild, box.nextElementSibling];
    const inputs = checks.names.split(" ").filter(Boolean);
    const list = document.querySelectorAll(`#${field.id}_rules [data-rule]`);
    const items = [...list].filter(({ dataset }) => dataset.rule in RULES);
    let timers = [];

    const tick = () => {
      const typed = [[...field.value], field.value, second?.value];
      return items.filter((item) => {
        const met = Boolean(field.value) && RULES[item.dataset.rule](checks, typed);
        item.classList.toggle("met", met);
        item.querySelector(".sr").hidden = !met;
        return met;
      }).length;
    };

    const measure = async () => {
      const password = field.value;
      judge ??= library(addresses.split(" "));
      const { score } = (await judge).check([...password].slice(0, LOOKED_AT).join(""), inputs);
      if (password !== field.value) return; // typed on meanwhile
      meter.value = score + 1;
      meter.ariaValueText = meter.textContent = word.textContent = words.split("|")[score];
      box.hidden = !password;
    };

    const tell = (done) => {
      const values = { done, all: items.length, word: word.textContent };
      status.textContent = field.value ? said.replace(/\{(\w+)\}/g, (_all, name) => values[name]) : "";
    };

    const typed = () => {
      const done = tick();
      timers.forEach(clearTimeout);
      // Without the library the rules are still ticked.
      const judged = () => measure().catch(() => { box.hidden = true; });
      timers = [setTimeout(judged, PAUSE), setTimeout(tell, IDLE, done)];
    };
    field.addEventListener("input", typed);
    second?.addEventListener("input", typed);
  };

  document.querySelectorAll("[data-strength]").forEach(watch);
}
