/* Draws every <canvas data-chart="ID"> from the JSON script element with that id:
   {"kind": "bar"|"line", "labels": [...], "stacked": bool, "horizontal": bool,
    "series": [{"label": "...", "values": [...], "links": ["/orders/?..."]}]}.
   The table beside each chart says the same to those who cannot see it. */
(() => {
  "use strict";
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const palette = () => [1, 2, 3, 4, 5, 6].map((n) => style(`--chart-${n}`));
  const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  function datasets(data) {
    const colours = palette();
    return data.series.map((series, index) => {
      const colour = colours[index % colours.length];
      return {
        label: series.label,
        data: series.values,
        backgroundColor: colour,
        borderColor: colour,
        borderRadius: 3,
        maxBarThickness: 36,
        tension: 0.25,
        pointRadius: 2,
      };
    });
  }

  function options(data) {
    const ink = style("--muted"), line = style("--border");
    const values = { beginAtZero: true, stacked: !!data.stacked, ticks: { color: ink, precision: data.precision ?? 0, maxTicksLimit: 6 }, grid: { color: line }, border: { display: false } };
    const names = { stacked: !!data.stacked, ticks: { color: ink, autoSkip: true, maxRotation: 0 }, grid: { display: false }, border: { color: line } };
    return {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      indexAxis: data.horizontal ? "y" : "x",
      interaction: { mode: "index", intersect: false, axis: data.horizontal ? "y" : "x" },
      scales: data.horizontal ? { x: values, y: names } : { x: names, y: values },
      plugins: {
        legend: { display: data.series.length > 1, position: "top", align: "end", labels: { color: ink, boxWidth: 10, boxHeight: 10 } },
        tooltip: { animation: calm() ? false : undefined },
      },
      onClick: (event, hits, chart) => {
        const hit = chart.getElementsAtEventForMode(event, "nearest", { intersect: true }, false)[0];
        const link = hit && (data.series[hit.datasetIndex].links || [])[hit.index];
        if (link) window.location.assign(link);
      },
    };
  }

  function draw(canvas) {
    const source = document.getElementById(canvas.dataset.chart);
    if (!source || !window.Chart) return;
    const data = JSON.parse(source.textContent);
    window.Chart.getChart(canvas)?.destroy();
    new window.Chart(canvas, {
      type: data.kind || "bar",
      data: { labels: data.labels, datasets: datasets(data) },
      options: options(data),
    });
  }

  const drawAll = () => document.querySelectorAll("canvas[data-chart]").forEach(draw);
  document.addEventListener("DOMContentLoaded", () => {
    if (window.Chart) window.Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    drawAll();
  });
  // A part of the page that is replaced takes its canvas along.
  document.addEventListener("htmx:beforeSwap", (event) => {
    event.detail.target.querySelectorAll("canvas[data-chart]").forEach((canvas) => window.Chart?.getChart(canvas)?.destroy());
  });
  document.addEventListener("htmx:afterSettle", drawAll);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
})();
