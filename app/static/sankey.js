// Draws where money and hours came from and went, from the page's own JSON. The table beside it says
// the same to the fen, so without this script, on a narrow screen, or without an answer, nothing is
// lost.
(() => {
  "use strict";
  const NARROW = 560;
  const places = [...document.querySelectorAll("[data-sankey]")];
  if (!places.length || !window.echarts) return;

  const token = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const large = document.documentElement.classList.contains("text-large");
  const size = large ? 19 : 15;

  const option = (found) => ({
    animation: !still,
    textStyle: {
      color: token("--ink"),
      fontSize: size,
      fontFamily: getComputedStyle(document.body).fontFamily,
    },
    // Drawn on the canvas: a tooltip of HTML would bring styles that the page forbids.
    tooltip: {
      renderMode: "richText",
      textStyle: { fontSize: size },
      formatter: (one) =>
        one.dataType === "edge"
          ? `${one.data.source} → ${one.data.target}: ${one.data.told}`
          : one.name,
    },
    series: [
      {
        type: "sankey",
        left: 4,
        top: 12,
        bottom: 12,
        right: 13 * size,
        nodeGap: 1.6 * size,
        nodeWidth: 18,
        draggable: false,
        emphasis: { focus: "adjacency" },
        lineStyle: { color: "source", opacity: 0.35, curveness: 0.5 },
        label: {
          color: token("--ink"),
          fontSize: size,
          width: 12 * size,
          overflow: "break",
        },
        color: [token("--celadon"), token("--persimmon"), token("--ink-soft"), token("--line")],
        data: found.nodes,
        links: found.links,
      },
    ],
  });

  const draw = async () => {
    const answer = await fetch(places[0].dataset.source, {
      headers: { accept: "application/json" },
    });
    if (!answer.ok) return;
    const { charts } = await answer.json();
    for (const place of places) {
      const found = charts[place.dataset.sankey];
      if (!found || !found.links.length || place.parentElement.clientWidth < NARROW) continue;
      place.hidden = false;
      const chart = window.echarts.init(place, null, { renderer: "canvas" });
      chart.setOption(option(found));
      new ResizeObserver(() => chart.resize()).observe(place);
    }
  };
  draw().catch(() => {});
})();
