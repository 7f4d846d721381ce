// Draws a line of many points from the table that stands below it anyway.
"use strict";

function pointsIn(table) {
  const times = [];
  const amounts = [];
  for (const row of table.tBodies[0].rows) {
    const at = row.querySelector("time");
    const amount = row.querySelector("[data-amount]");
    if (!at || !amount) continue;
    times.push(Date.parse(at.dateTime) / 1000);
    amounts.push(Number(amount.dataset.amount));
  }
  return [times, amounts];
}

function draw(place) {
  const table = document.getElementById(place.dataset.chart);
  if (!table || typeof uPlot === "undefined") return;
  const look = getComputedStyle(place);
  const axis = { stroke: getComputedStyle(table).color, grid: { stroke: look.borderTopColor, width: 1 } };
  const line = { label: "Available", stroke: look.color, width: 2, paths: uPlot.paths.stepped({ align: 1 }) };
  const plot = new uPlot(
    {
      width: place.clientWidth,
      height: 192,
      legend: { show: false },
      cursor: { show: false },
      scales: { y: { range: (_, __, most) => [0, most || 1] } },
      axes: [axis, { ...axis, size: 64 }],
      series: [{}, line],
    },
    pointsIn(table),
    place,
  );
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: 192 })).observe(place);
}

for (const place of document.querySelectorAll("[data-chart]")) draw(place);
