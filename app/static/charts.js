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

  const option = (found) => ({
    animation: !still,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: token("--ink"), fontSize: size },
    color: [token("--celadon"), token("--persimmon"), token("--line")],
    // Drawn on the canvas: a tooltip of HTML would bring styles that the page forbids.
    tooltip: { trigger: "axis", renderMode: "richText", textStyle: { fontSize: size } },
    legend: { top: 0, textStyle: { color: token("--ink"), fontSize: size } },
    grid: { left: 8, right: 8, top: size * 4, bottom: 8, containLabel: true },
    xAxis: {
      type: "category",
      data: found.labels,
      axisLabel: { color: token("--ink"), fontSize: size, interval: 0, rotate: found.labels.length > 6 ? 40 : 0 },
      axisLine: { lineStyle: { color: token("--line") } },
    },
    yAxis: {
      type: "value",
      name: found.unit,
      minInterval: 1,
      nameTextStyle: { color: token("--ink"), fontSize: size },
      axisLabel: { color: token("--ink"), fontSize: size },
      splitLine: { lineStyle: { color: token("--line-soft") } },
    },
    series: found.series.map((one, place) => ({
      name: one.name,
      type: "bar",
      data: one.values,
      itemStyle: { borderRadius: [3, 3, 0, 0], decal: { symbol: ["none", "rect", "circle"][place] || "none" } },
    })),
    aria: { enabled: true, decal: { show: true } },
  });

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
      chart.setOption(option(found));
      new ResizeObserver(() => chart.resize()).observe(place);
    }
  };
  draw().catch(() => {});
})();
