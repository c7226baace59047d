// The list of campaigns is put into one's own order by dragging, or by buttons without losing the place.
(() => {
  const told = document.getElementById("moved");

  const send = async (moved, before) => {
    const token = moved.querySelector("[name=form_token]").value;
    const fields = new URLSearchParams({ form_token: token, campaign_id: moved.dataset.id, before: before.dataset.id });
    const answer = await fetch("/operations/ordre", { method: "POST", body: fields, headers: { "HX-Request": "true" } });
    if (!answer.ok) throw new Error(answer.status);
  };

  const settle = (body) => {
    for (const row of body.children) {
      row.querySelector("[data-move=up]").hidden = row === body.firstElementChild;
      row.querySelector("[data-move=down]").hidden = row === body.lastElementChild;
    }
  };

  // The last row of a page is not the last of all: behind the one before it is what is meant.
  const keep = async (row) => {
    const body = row.parentElement;
    settle(body);
    const next = row.nextElementSibling;
    const previous = row.previousElementSibling;
    try {
      if (next) await send(row, next);
      else if (previous) {
        await send(row, previous);
        await send(previous, row);
      }
      const place = [...body.children].indexOf(row) + 1;
      told.textContent = told.dataset.up.replace("#", place).replace("…", row.dataset.name);
    } catch {
      told.textContent = told.dataset.failed;
      location.reload();
    }
  };

  const press = (event) => {
    const form = event.target.closest("[data-move]");
    if (!form) return;
    event.preventDefault();
    const row = form.closest("tr");
    if (form.dataset.move === "up") row.previousElementSibling?.before(row);
    else row.nextElementSibling?.after(row);
    const button = form.querySelector("button");
    keep(row);
    (form.hidden ? row.querySelector("form[data-move]:not([hidden]) button") : button)?.focus();
  };

  // The list may come anew, when its figures had to be asked for again.
  const attach = () => {
    const body = document.querySelector("[data-sortable]:not([data-attached])");
    if (!body || typeof Sortable === "undefined") return;
    body.dataset.attached = "";
    document.documentElement.classList.add("can-drag");
    Sortable.create(body, { handle: "[data-grip]", animation: 120, onEnd: (event) => keep(event.item) });
    body.addEventListener("submit", press);
  };
  document.addEventListener("htmx:after:swap", attach);
  attach();
})();
