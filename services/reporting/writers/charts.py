"""Charts as SVG, drawn by the very ECharts that browsers load, from the very options that they are given.

V8 runs inside this process, so only the process that makes one export does this, and closes it at the end.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from py_mini_racer import MiniRacer

from services.reporting.ports.exporting import Language
from services.reporting.writers.typeset import FONT

ASSETS = Path(__file__).parents[2] / "portal" / "static" / "vendor"
"""Where `tools.assets` puts the files of npm, in the repository as in the image."""
_MEMORY = 256 * 1024 * 1024
_SECONDS = 20
_DRAW = """
function grouped(value, marks) {
  const [whole, part] = String(value).split(".");
  return whole.replace(/\\B(?=(\\d{3})+(?!\\d))/g, marks[0]) + (part ? marks[1] + part : "");
}
function number(value) { return typeof value === "number" || (typeof value === "string" && value && !isNaN(value)); }
function speak(option, marks) {
  const each = (parts) => parts === undefined ? [] : Array.isArray(parts) ? parts : [parts];
  for (const axis of [...each(option.xAxis), ...each(option.yAxis)]) {
    if (axis.type === "value" || (axis.type === undefined && axis.data === undefined)) {
      axis.axisLabel = {formatter: (value) => grouped(value, marks), ...axis.axisLabel};
    }
  }
  for (const series of each(option.series)) {
    if (series.label && series.label.show && series.label.formatter === undefined) {
      series.label.formatter = (told) => number(told.value) ? grouped(told.value, marks) : undefined;
    }
  }
}
function draw(option, width, height, marks) {
  speak(option, marks);
  const chart = echarts.init(null, null, {renderer: "svg", ssr: true, width: width, height: height});
  try {
    chart.setOption(Object.assign({}, option, {animation: false}));
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
"""


_MARKS: Mapping[Language, list[str]] = {"fr": ["\u202f", ","], "en": [",", "."]}
"""What stands between thousands, and before decimals."""


class ChartsAbsentError(Exception):
    """ECharts was not fetched here (`make assets`): editions come out with their tables alone."""


class Charts:
    """Use as a context; raises ChartsAbsentError on entering where there is no ECharts."""

    def __init__(self, assets: Path = ASSETS) -> None:
        self._assets = assets
        self._engine: MiniRacer | None = None

    def __enter__(self) -> Self:
        source = self._source()
        engine = MiniRacer()
        try:
            engine.set_hard_memory_limit(_MEMORY)
            engine.eval(source, timeout_sec=_SECONDS)
            engine.eval(_DRAW, timeout_sec=_SECONDS)
        except BaseException:
            engine.close()
            raise
        self._engine = engine
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def svg(self, option: Mapping[str, Any], *, width: int, height: int, language: Language = "fr") -> str:
        """The chart of this option, in the font of the edition around it, its numbers as the reader writes them."""
        if self._engine is None:
            raise RuntimeError("enter the context first")
        dressed = {**option, "textStyle": {**option.get("textStyle", {}), "fontFamily": FONT}}
        # As one string of JSON: nothing of the option is ever source.
        drawn = self._engine.call("draw", json.loads(json.dumps(dressed, default=str)), width, height, _MARKS[language])
        return str(drawn)

    def _source(self) -> str:
        manifest = self._assets / "manifest.json"
        try:
            name = json.loads(manifest.read_text(encoding="utf-8"))["echarts.js"]
            return (self._assets / str(name)).read_text(encoding="utf-8")
        except (FileNotFoundError, KeyError) as error:
            raise ChartsAbsentError from error
