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

  // How many columns the picture has after its first: the longest way from a source.
  const columns = (links) => {
    const deep = new Map();
    for (let more = true; more; ) {
      more = false;
      for (const { source, target } of links) {
        const least = (deep.get(source) ?? 0) + 1;
        if ((deep.get(target) ?? 0) < least && least <= links.length) {
          deep.set(target, least);
          more = true;
        }
      }
    }
    return Math.max(1, ...deep.values());
  };

  // A name in the middle breaks before the next column; one at the end has the room beside it.
  const labelled = (found, room, end) => {
    const inner = (room - end) / columns(found.links) - 2 * size;
    const goOn = new Set(found.links.map((one) => one.source));
    return found.nodes.map((one) => ({
      ...one,
      label: { width: goOn.has(one.name) ? Math.max(inner, 4 * size) : end - size },
    }));
  };

  const option = (found, room, end = (room < 60 * size ? 13 : 17) * size) => ({
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
        right: end,
        nodeGap: 1.6 * size,
        nodeWidth: 18,
        draggable: false,
        emphasis: { focus: "adjacency" },
        lineStyle: { color: "source", opacity: 0.35, curveness: 0.5 },
        label: {
          color: token("--ink"),
          fontSize: size,
          overflow: "break",
        },
        color: [token("--celadon"), token("--persimmon"), token("--ink-soft"), token("--line")],
        data: labelled(found, room, end),
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
      const figure = place.closest("figure");
      if (!found || !found.links.length || figure.parentElement.clientWidth < NARROW) continue;
      figure.hidden = false;
      const chart = window.echarts.init(place, null, { renderer: "canvas" });
      chart.setOption(option(found, place.clientWidth));
      new ResizeObserver(() => chart.resize()).observe(place);
    }
  };
  draw().catch(() => {});
})();
