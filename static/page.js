/* What every page has: menus that close when one looks elsewhere, and a word when the server is away. */
(() => {
  "use strict";
  const menus = () => document.querySelectorAll("details.user-menu[open]");
  document.addEventListener("click", (event) => {
    menus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") menus().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
    // "/" goes to the search, as long as nobody is typing.
    const isTyping = event.target.matches && event.target.matches("input, textarea, select, [contenteditable]");
    const search = document.getElementById("site-search");
    if (event.key === "/" && !isTyping && search) { event.preventDefault(); search.focus(); }
  });

  // On a narrow screen the navigation scrolls; where one is should be seen.
  document.addEventListener("DOMContentLoaded", () =>
    document.querySelectorAll(".site-nav [aria-current], .tabs [aria-current]").forEach((place) => place.scrollIntoView({ inline: "nearest", block: "nearest" })));

  // On a narrow screen a row becomes a card, and each cell says what it is.
  const label = () => document.querySelectorAll("table.cards").forEach((table) => {
    const heads = [...table.querySelectorAll("thead th")].map((head) => head.querySelector(".visually-hidden") ? "" : head.textContent.trim());
    table.querySelectorAll("tbody tr").forEach((row) => [...row.children].forEach((cell, at) => {
      if (at && heads[at]) cell.dataset.label = heads[at];
      if (at && /^–?$/.test(cell.textContent.trim()) && !cell.querySelector("input, select, button")) cell.classList.add("is-blank");
    }));
  });
  document.addEventListener("DOMContentLoaded", label);
  document.addEventListener("htmx:afterSettle", label);

  // Figures that refresh themselves must not look fresh when they are not.
  const stale = (isStale) => document.querySelectorAll("[data-freshness]").forEach((place) => {
    place.classList.toggle("is-stale", isStale);
    if (isStale) place.textContent = "The server does not answer; these figures are from before.";
  });
  const isPoll = (event) => event.detail.elt.matches && event.detail.elt.matches("[data-refreshes]");
  // Nobody is interrupted while deciding, and nothing is asked for a page that nobody sees.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isPoll(event)) return;
    if (document.hidden || event.detail.elt.querySelector("details.editor[open]")) event.preventDefault();
  });
  // What was folded open stays open.
  let open = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    // A session that ended answers with the login page; that belongs into the window, not into a part.
    if (new URL(event.detail.xhr.responseURL || location.href).pathname.endsWith("/login/")) {
      event.detail.shouldSwap = false;
      window.location.reload();
      return;
    }
    if (isPoll(event)) open = [...event.detail.elt.querySelectorAll("details[data-keep][open]")].map((details) => details.dataset.keep);
  });
  document.addEventListener("htmx:afterSettle", () => {
    open.forEach((name) => {
      const details = document.querySelector(`[data-refreshes] details[data-keep="${name}"]`);
      if (details) details.open = true;
    });
    open = [];
  });
  ["htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach((name) =>
    document.addEventListener(name, (event) => { if (isPoll(event)) stale(true); }));
})();
