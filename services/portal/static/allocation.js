// What is left of the target, while one types; what is saved is computed to the cent by the service.
(() => {
  const form = document.getElementById("allocation");
  if (!form) return;
  const french = form.dataset.language === "fr";
  const shown = new Intl.NumberFormat(french ? "fr-FR" : "en-GB", { style: "currency", currency: "EUR" });
  const target = Number(form.dataset.target);

  // As people write: 1 234,56 and 1,234.56; NaN for what could be either.
  const read = (text) => {
    const compact = text.replace(/[\s\u00a0\u202f€%]/g, "");
    if (!compact) return 0;
    const marks = compact.replace(/[0-9]/g, "");
    if (!/^[0-9.,]+$/.test(compact)) return NaN;
    const last = marks.at(-1);
    if (!last) return Number(compact);
    const grouped = /^[0-9]{1,3}([.,])[0-9]{3}(\1[0-9]{3})*$/.test(compact);
    if (grouped && marks.length === 1) return NaN;
    if (grouped) return Number(compact.replaceAll(last, ""));
    const at = compact.lastIndexOf(last);
    return Number(`${compact.slice(0, at).replace(/[.,]/g, "")}.${compact.slice(at + 1)}`);
  };

  const count = () => {
    let sum = 0;
    for (const row of form.querySelectorAll("[data-share]")) {
      const value = row.querySelector("input:not([type=hidden])").value;
      const percent = row.querySelector("select").value === "percent";
      const given = percent ? Number(value.replace(",", ".").replace(/[\s%]/g, "")) : read(value);
      const amount = percent ? (target * given) / 100 : given;
      row.querySelector("[data-amount]").textContent = Number.isFinite(amount) ? shown.format(amount) : "–";
      sum += Number.isFinite(amount) ? amount : 0;
    }
    const left = Math.round((target - sum) * 100) / 100;
    form.querySelector("[data-allocated]").textContent = shown.format(sum);
    for (const rest of form.querySelectorAll("[data-unallocated]")) {
      rest.textContent = shown.format(left);
      rest.classList.toggle("is-over", left < 0);
    }
  };

  form.addEventListener("input", count);
  form.addEventListener("change", count);
  // Return in the search field searches.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.id === "words") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-find]"));
    }
  });
})();
