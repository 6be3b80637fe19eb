// Draws each chart of a page from the page's own JSON. The table beside it says the same to those
// who cannot see it, so without this script, or without an answer, nothing is lost.
(() => {
  "use strict";
  const places = [...document.querySelectorAll("[data-chart]")];
  if (!places.length || !window.echarts) return;

  const token = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const large = document.documentElement.classList.contains("text-large");
  const size = large ? 20 : 15;

  const option = (found, lying) => {
    const words = { color: token("--ink"), fontSize: size };
    const names = {
      type: "category",
      data: found.labels,
      inverse: lying,
      axisLabel: { ...words, interval: 0, width: lying ? 9 * size : undefined, overflow: "break" },
      axisLine: { lineStyle: { color: token("--line") } },
    };
    const values = {
      type: "value",
      name: found.unit,
      minInterval: 1,
      nameTextStyle: words,
      axisLabel: words,
      splitLine: { lineStyle: { color: token("--line-soft") } },
    };
    return {
      animation: !still,
      textStyle: { ...words, fontFamily: getComputedStyle(document.body).fontFamily },
      color: [token("--celadon"), token("--persimmon"), token("--line")],
      // Drawn on the canvas: a tooltip of HTML would bring styles that the page forbids.
      tooltip: { trigger: "axis", renderMode: "richText", textStyle: { fontSize: size } },
      legend: { top: 0, left: 0, textStyle: words },
      grid: { left: 8, right: lying ? size * 4 : 8, top: size * 5, bottom: 8, containLabel: true },
      xAxis: lying ? values : names,
      yAxis: lying ? names : values,
      series: found.series.map((one) => ({ name: one.name, type: "bar", data: one.values })),
      aria: { enabled: true, decal: { show: true } },
    };
  };

  const draw = async () => {
    const source = places[0].dataset.source;
    const answer = await fetch(source, { headers: { accept: "application/json" } });
    if (!answer.ok) return;
    const told = await answer.json();
    for (const place of places) {
      const found = told[place.dataset.chart];
      if (!found || !found.labels.length) continue;
      place.hidden = false;
      const chart = window.echarts.init(place, null, { renderer: "canvas" });
      chart.setOption(option(found, "lying" in place.dataset));
      new ResizeObserver(() => chart.resize()).observe(place);
    }
  };
  draw().catch(() => {});
})();
