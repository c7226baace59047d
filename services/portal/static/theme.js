// Before the first paint: the colours that the system prefers, unless the visitor has chosen.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  root.classList.add("has-script");
  if (root.hasAttribute("data-bs-theme")) return;
  const follow = () => root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  dark.addEventListener("change", follow);
  follow();
})();
