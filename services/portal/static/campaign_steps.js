// The steps of a campaign are moved, added and removed where they stand; without scripts the same buttons send the form.
(() => {
  const form = document.getElementById("editor");
  const list = document.getElementById("steps");
  const told = document.getElementById("told");
  if (!form || !list) return;

  const fresh = () => [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const touched = () => form.dispatchEvent(new Event("input", { bubbles: true }));
  const say = (text, step) => {
    const place = [...list.children].indexOf(step) + 1;
    const title = step.querySelector(".step-name input").value;
    told.textContent = text.replace("…", title).replace("#", place);
  };
  const made = (template, values) => {
    let source = document.getElementById(template).innerHTML;
    for (const [name, value] of Object.entries(values)) source = source.replaceAll(name, value);
    const box = document.createElement("template");
    box.innerHTML = source;
    return box.content.querySelector("li");
  };

  const acts = {
    up(step, button) {
      step.previousElementSibling?.before(step);
      button.focus();
      say(told.dataset.moved, step);
    },
    down(step, button) {
      step.nextElementSibling?.after(step);
      button.focus();
      say(told.dataset.moved, step);
    },
    remove(step) {
      const near = step.nextElementSibling ?? step.previousElementSibling;
      say(told.dataset.removed, step);
      step.remove();
      (near?.querySelector(".step-name input") ?? list).focus();
    },
    add() {
      const step = made("new-step", { __step__: fresh() });
      list.append(step);
      if (list.children.length === 1) step.querySelector("[name=sales_step]").checked = true;
      step.querySelector(".step-name input").focus();
    },
    item(step) {
      const item = made("new-item", { __step__: step.dataset.step, __item__: fresh() });
      step.querySelector("[data-items]").append(item);
      item.querySelector("input:not([type=hidden])").focus();
    },
    unitem(step, button) {
      button.closest("[data-item]").remove();
      step.querySelector("[data-do=item]").focus();
    },
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    event.preventDefault();
    acts[button.dataset.do](button.closest("[data-step]"), button);
    touched();
  });

  // Return in a line of text goes to no button that removes something: it adds an item where items are written.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !event.target.closest("[data-item]")) return;
    if (event.target.tagName !== "INPUT") return;
    event.preventDefault();
    acts.item(event.target.closest("[data-step]"));
    touched();
  });

  if (typeof Sortable !== "undefined") {
    document.documentElement.classList.add("can-drag");
    Sortable.create(list, { handle: "[data-grip]", animation: 120, onEnd: touched });
  }

  const look = form.dataset.look && document.getElementById(form.dataset.look);
  if (look) {
    look.closest("details")?.setAttribute("open", "");
    look.focus();
    touched();
  }
})();
