// What of ECharts the screens and the editions draw with: a new kind of chart, or a new part of one, is named here.
// tools/assets.py makes one file of it, which the page and the edition both load.
import { init, registerLocale, use } from "echarts/core";
import { BarChart, FunnelChart, LineChart, PieChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { LabelLayout, LegacyGridContainLabel } from "echarts/features";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
import french from "echarts/i18n/langFR-obj.js";

// English is there already.
registerLocale("FR", french);

use([BarChart, FunnelChart, LineChart, PieChart]);
use([AriaComponent, GridComponent, MarkLineComponent, TooltipComponent, LabelLayout, LegacyGridContainLabel]);
use([CanvasRenderer, SVGRenderer]);

export { init };
