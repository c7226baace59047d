// The rows of a page are ticked all at once, and how many are ticked is said.
(() => {
  for (const form of document.querySelectorAll("form[data-ticks]")) {
    const boxes = [...form.querySelectorAll(`tbody input[name="${form.dataset.ticks}"]`)];
    const all = form.querySelector("[data-tick-all]");
    const told = form.querySelector("[data-ticked]");
    if (!all) continue;

    const count = () => {
      const ticked = boxes.filter((box) => box.checked).length;
      all.checked = ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
      told.textContent = ticked ? told.dataset.ticked.replace("#", ticked.toLocaleString(document.documentElement.lang)) : "";
    };
    form.addEventListener("change", (event) => {
      if (event.target === all) for (const box of boxes) box.checked = all.checked;
      count();
    });
    count();
  }
})();
