// While a run goes on its page asks for the part that changes. Whatever else comes, like the page to sign in
// again, is a page of its own.
"use strict";

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.getResponseHeader("X-Run") === null && event.detail.xhr.status === 200) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});
