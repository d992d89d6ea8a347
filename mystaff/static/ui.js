// Comfort only: every page works without this file.
"use strict";

const each = (root, selector, act) => root.querySelectorAll(selector).forEach(act);

// Show and hide what is typed into a password field.
each(document, "[data-show]", (button) => {
  const field = document.getElementById(button.dataset.show);
  const word = button.firstElementChild;
  const words = [word.textContent, button.dataset.hide];
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    word.textContent = words[Number(shown)];
  });
});

// Copy a field; where the browser has no clipboard for us (plain http), the old way.
each(document, "[data-copy]", (button) => {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.select();
      document.execCommand("copy");
      button.focus();
    }
    button.lastElementChild.textContent = button.dataset.done;
  });
});

each(document, "[data-print]", (button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});

// A second press while the first is under way would do nothing but confuse.
each(document, "[data-once]", (button) => {
  button.form.addEventListener("submit", (event) => {
    if (button.form.dataset.sent) event.preventDefault();
    button.form.dataset.sent = "1";
    button.setAttribute("aria-busy", "true");
  });
});
addEventListener("pageshow", () => {
  each(document, "form[data-sent]", (form) => delete form.dataset.sent);
  each(document, "[aria-busy]", (button) => button.removeAttribute("aria-busy"));
});

// What has just happened is read out: the error summary, or the heading of the result.
document.querySelector("[data-focus]")?.focus();

// Confirmations: the question's own page, in a dialog.
const dialog = document.getElementById("dialog");
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target === dialog) {
    dialog.showModal();
    dialog.querySelector("[data-close]").focus();
    return;
  }
  // A list has changed: say how many there are now.
  const words = target.querySelector("[data-status]");
  if (words) document.getElementById("status").textContent = words.textContent;
});
dialog?.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close]")) return;
  event.preventDefault();
  dialog.close();
});
dialog?.addEventListener("close", () => dialog.replaceChildren());

// Signed out meanwhile, or refused: show that as the page it is, and not inside a part of this one.
const asPage = ({ detail }) => location.assign(detail.pathInfo.finalRequestPath);
document.addEventListener("htmx:responseError", asPage);
document.addEventListener("htmx:beforeSwap", (event) => {
  const { pathInfo, xhr } = event.detail;
  const asked = new URL(pathInfo.finalRequestPath, location.href).pathname;
  if (xhr.responseURL && new URL(xhr.responseURL).pathname !== asked) {
    event.detail.shouldSwap = false;
    asPage(event);
  }
});
