// Draws the charts of a page from the options beside them; without scripts their tables are there.
(() => {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const language = document.documentElement.lang;
  const locale = language.toUpperCase();
  const drawn = new Map();
  // What is dark on white is light on dark; greens and reds are read on both.
  const darkInk = { "#333333": "#d5dbe2", "#1F3A5F": "#9cc3f0", "#A9BCD0": "#5b6f85", "#2F5486": "#7fabdf", "#7396BD": "#4a6d96" };
  const isDark = () => document.documentElement.dataset.bsTheme === "dark";
  const inked = (text) => isDark() ? text.replace(/#[0-9A-F]{6}/gi, (one) => darkInk[one] ?? one) : text;

  // Numbers beside an axis as their reader writes them; the locale of the library has words only.
  const spoken = (axis) => axis?.type === "value"
    ? { ...axis, axisLabel: { formatter: (value) => value.toLocaleString(language), ...axis.axisLabel } } : axis;

  // On a phone the words beside a figure need more of the width than the figure does.
  const narrow = {
    pie: { radius: ["24%", "40%"], label: { fontSize: 12, lineHeight: 15 }, labelLine: { length: 6, length2: 4 } },
    funnel: { left: "2%", right: "56%", label: { fontSize: 12, lineHeight: 15, width: 155, overflow: "break" } },
  };
  const fitted = (one, width) => {
    const change = width < 480 ? narrow[one.type] : undefined;
    if (!change) return one;
    const { label, labelLine, ...rest } = change;
    return { ...one, ...rest, label: { ...one.label, ...label }, labelLine: { ...one.labelLine, ...labelLine } };
  };

  const draw = (box) => {
    if (drawn.has(box)) return;
    const option = JSON.parse(inked(document.getElementById(box.dataset.chart).textContent));
    box.hidden = false;
    const chart = echarts.init(box, null, { renderer: "svg", locale });
    // No HTML in hints: the policy of the page allows no style written into it.
    chart.setOption({ backgroundColor: "transparent", animation: !still, ...option, series: option.series.map((one) => fitted(one, box.clientWidth)), xAxis: spoken(option.xAxis), yAxis: spoken(option.yAxis), tooltip: { ...option.tooltip, renderMode: "richText" } });
    drawn.set(box, chart);
    const save = document.querySelector(`[data-chart-save="${box.id}"]`);
    if (save) save.hidden = false;
  };

  const drawAll = () => {
    for (const [box, chart] of drawn) {
      if (box.isConnected) continue;
      chart.dispose();
      drawn.delete(box);
    }
    for (const box of document.querySelectorAll("[data-chart]")) draw(box);
  };

  // A picture needs a canvas: the same option drawn once more, unseen.
  const save = (box) => {
    const canvas = document.createElement("div");
    const { width, height } = box.getBoundingClientRect();
    const copy = echarts.init(canvas, null, { renderer: "canvas", locale, width, height, devicePixelRatio: 2 });
    copy.setOption({ ...drawn.get(box).getOption(), animation: false });
    const link = document.createElement("a");
    link.href = copy.getDataURL({ type: "png", backgroundColor: isDark() ? "#262626" : "#ffffff" });
    link.download = `${box.id}.png`;
    link.click();
    copy.dispose();
  };

  document.addEventListener("click", (event) => {
    const asked = event.target.closest?.("[data-chart-save]");
    if (asked) save(document.getElementById(asked.dataset.chartSave));
  });
  addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
  document.addEventListener("htmx:after:swap", drawAll);
  drawAll();
})();
