// Passkeys and security keys. A browser without them shows nothing of this: there are other ways.
"use strict";

const { webauthnJSON } = window;
// A key belongs to a host's name: one that is an address has none.
const named = !/^[\d.]+$|^\[/.test(location.hostname);

document.querySelectorAll("form[data-webauthn]").forEach((form) => {
  if (!named || !webauthnJSON || !webauthnJSON.supported()) return;
  form.hidden = false;
  const failed = form.querySelector("[data-failed]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    if (!form.reportValidity()) return;
    try {
      const sent = new FormData(form, event.submitter);
      sent.set("begin", "1");
      const answer = await fetch(form.action, { method: "POST", body: sent });
      const made = await webauthnJSON[form.dataset.webauthn](await answer.json());
      form.elements.credential.value = JSON.stringify(made);
      // submit() below names no button: what it said is carried by a field.
      const { name, value } = event.submitter ?? {};
      if (name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
      form.submit();
    } catch {
      failed.textContent = failed.dataset.failed;
      failed.hidden = false;
    }
  });
});
