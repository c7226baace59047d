// What pages gain with scripts; without them everything works by links and forms.
(() => {
  const changed = new Set();

  // Ctrl-Enter saves the form one is in.
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form[data-guard]");
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button"));
    }
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  });

  // A slash goes to the search, unless one is writing.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    const search = document.getElementById("search");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  });

  // A row is opened by clicking it twice, wherever nothing else can be clicked.
  document.addEventListener("dblclick", (event) => {
    const row = event.target.closest?.("tr[data-open]");
    if (row && !event.target.closest("a, button, input, select, summary, details, [data-grip]")) location.assign(row.dataset.open);
  });

  // A menu closes when something else is clicked.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // Leaving with changes is asked about; sending them is not.
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-guard]");
    if (form) changed.add(form);
  });
  document.addEventListener("submit", (event) => changed.delete(event.target));
  addEventListener("beforeunload", (event) => {
    for (const form of changed) if (!form.isConnected) changed.delete(form);
    if (changed.size) event.preventDefault();
  });

  // After a part of the page was replaced, keyboard and screen reader go on where something was said.
  const settle = () => {
    const said = document.querySelector("[data-focus]");
    if (said && !said.hasAttribute("data-focused")) {
      said.setAttribute("data-focused", "");
      said.focus({ preventScroll: true });
      said.scrollIntoView({ block: "nearest" });
    }
  };
  document.addEventListener("htmx:after:settle", settle);
  settle();

  // A row of a tree opens once, and then hides and shows what it opened.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-once][aria-expanded]");
    if (!opener) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const open = opener.getAttribute("aria-expanded") === "true";
    const depth = (body) => Number(body.className.match(/tree-(\d+)/)?.[1] ?? -1);
    const own = opener.closest("tbody");
    for (let body = own.nextElementSibling; body && depth(body) > depth(own); body = body.nextElementSibling) body.hidden = open;
    opener.setAttribute("aria-expanded", String(!open));
  }, true);
  document.addEventListener("htmx:after:request", (event) => {
    event.target.closest?.("[data-once]")?.setAttribute("aria-expanded", "true");
  });

  // What could not be reached is said at the foot of the page, until an answer comes; all that is on the page stays.
  const trouble = document.getElementById("trouble");
  document.addEventListener("htmx:error", (event) => {
    if (event.detail?.ctx) trouble?.replaceChildren(document.getElementById("offline").content.cloneNode(true));
  });
  document.addEventListener("htmx:after:request", (event) => {
    if (event.detail?.ctx?.response.status < 500) trouble?.replaceChildren();
  });

  // A campaign keeps the focus when its figures come.
  let kept = null;
  document.addEventListener("htmx:before:swap", () => {
    kept = document.activeElement?.id || null;
  });
  document.addEventListener("htmx:after:swap", () => {
    if (kept && document.activeElement === document.body) document.getElementById(kept)?.focus({ preventScroll: true });
  });
})();
