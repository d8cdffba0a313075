/* Small comforts for the order pages; every one of them works without this file too. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // --- The list: choosing rows -------------------------------------------------------------
  const picks = () => all('#bulk input[name="order"]');
  function countPicks() {
    const place = document.querySelector("[data-bulk-count]");
    if (!place) return;
    const count = picks().filter((box) => box.checked).length;
    place.textContent = count ? `${count} chosen` : "";
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]"))
      picks().forEach((box) => { box.checked = event.target.checked; });
    if (event.target.closest("#bulk")) countPicks();
  });

  // --- The list: an address that can be passed on, without what was left empty --------------
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.elt.matches("form.filters")) return;
    const given = event.detail.parameters;
    Object.keys(given).forEach((name) => { if (given[name] === "") delete given[name]; });
  });

  // --- The form: Enter in a field must not create an order by accident ----------------------
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("form[data-quiet-enter] input")) return;
    event.preventDefault();
  });

  // --- The order page: what is open stays open, and nobody is interrupted while typing ------
  let open = [];
  const isLive = (element) => element && element.matches && element.matches("[data-live]");
  document.addEventListener("htmx:beforeRequest", (event) => {
    const live = event.detail.elt;
    if (isLive(live) && live.querySelector("details.editor[open]")) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!isLive(event.detail.elt)) return;
    // An editor that was opened while the answer was on its way.
    if (event.detail.elt.querySelector("details.editor[open]")) {
      event.detail.shouldSwap = false;
      return;
    }
    open = all("details[data-keep][open]").map((details) => details.dataset.keep);
  });
  document.addEventListener("htmx:afterSettle", () => {
    open.forEach((name) => {
      const details = document.querySelector(`details[data-keep="${name}"]`);
      if (!details || details.open) return;
      details.open = true;
      const summary = details.querySelector("summary[hx-get]");
      if (summary) window.htmx.trigger(summary, "click");
    });
    open = [];
  });
  document.addEventListener("click", (event) => {
    all("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  // --- A request that failed is said, not swallowed -----------------------------------------
  function say(text) {
    const place = document.querySelector("[data-request-failed]");
    if (!place) return;
    place.textContent = text;
    place.hidden = !text;
  }
  document.addEventListener("htmx:responseError", (event) => {
    const isTooLong = [400, 413].includes(event.detail.xhr.status);
    say(isTooLong
      ? "The server refused this; the text may be too long. Nothing that you typed is lost."
      : "The server could not answer. Nothing that you typed is lost; try again.");
  });
  document.addEventListener("htmx:sendError", () => say("The server cannot be reached; try again."));
  document.addEventListener("htmx:afterOnLoad", () => say(""));
})();
