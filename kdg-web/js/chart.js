// A chart of lines over the seconds of a run.

import uPlot from 'uplot';

// Ten minutes at a snapshot each 250 ms; older ones leave on the left.
const MOST_POINTS = 2400;

const HEIGHT = 170;

// For how long nothing is told before the line ends.
const GAP_SECONDS = 2;

/** Points between two gaps, which no line goes through. */
function alone(plot, series) {
  const column = plot.data[series];
  const found = [];
  let before = null;
  for (let index = 0; index < column.length; index += 1) {
    if (column[index] === undefined) continue;
    if (column[index] !== null && before === null) {
      let next = index + 1;
      while (next < column.length && column[next] === undefined) next += 1;
      if (next < column.length && column[next] === null) found.push(index);
    }
    before = column[index];
  }
  return found;
}

// Charts with points that are not drawn yet. Each is drawn in a task of its own: together with another,
// or with the numbers beside it, it would keep who types or clicks waiting.
const undrawn = new Set();

function later(drawAll) {
  if (undrawn.size === 0) setTimeout(drawNext);
  undrawn.add(drawAll);
}

function drawNext() {
  const [next] = undrawn;
  if (!next) return;
  undrawn.delete(next);
  next();
  if (undrawn.size > 0) setTimeout(drawNext);
}

/**
 * Puts a chart into `host`.
 *
 * @param {HTMLElement} host where it goes
 * @param {string} unit what the axis counts
 * @param {string} lines a JSON list of `{label, colour}`, the colour a custom property of the page
 */
export function chart(host, unit, lines) {
  const series = JSON.parse(lines);
  const data = [[], ...series.map(() => [])];
  // The second of the last point that is there.
  let known = 0;
  // Read now and when the theme changes: asking while drawing would lay out the page in the middle of it.
  let colours;
  const read = () => {
    const style = getComputedStyle(host);
    const names = ['--muted', '--grid', ...series.map(({ colour }) => colour)];
    colours = new Map(names.map((name) => [name, style.getPropertyValue(name).trim()]));
  };
  const style = (name) => colours.get(name);
  read();
  let plot;
  const axis = (more) => ({
    stroke: () => style('--muted'),
    grid: { stroke: () => style('--grid'), width: 1 },
    ticks: { stroke: () => style('--grid'), width: 1, size: 4 },
    font: '11px system-ui, sans-serif',
    ...more,
  });
  const build = () => {
    plot?.destroy();
    plot = new uPlot(
      {
        width: Math.max(host.clientWidth, 200),
        height: HEIGHT,
        legend: { show: false },
        cursor: { y: false, points: { size: 6 } },
        padding: [8, 18, 8, 0],
        scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(most * 1.1, 1)] } },
        axes: [
          axis({ size: 30, values: (_, ticks) => ticks.map((tick) => `${tick} s`) }),
          axis({ size: 56, values: (_, ticks) => ticks.map((tick) => short(tick) + unit) }),
        ],
        series: [
          {},
          ...series.map(({ label, colour, dashed }) => ({
            label,
            stroke: () => style(colour),
            width: 1.75,
            dash: dashed ? [5, 4] : undefined,
            points: { show: true, size: 4, filter: alone },
          })),
        ],
      },
      data,
      host,
    );
  };
  build();
  const sized = new ResizeObserver(() => plot.setSize({ width: Math.max(host.clientWidth, 200), height: HEIGHT }));
  sized.observe(host);
  const drawAll = () => plot.setData(data);
  const redraw = () => {
    read();
    plot.redraw(false, false);
  };
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', redraw);
  const themed = new MutationObserver(redraw);
  themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return {
    /** Adds a point: the second, and a number for each line. */
    push(values) {
      const [second, first] = values;
      // A short wait for answers is none; uPlot draws on over what is undefined, and not over null.
      const gap = second - known > GAP_SECONDS ? null : undefined;
      if (!Number.isNaN(first)) known = second;
      values.forEach((value, index) => {
        data[index].push(Number.isNaN(value) ? gap : value);
        if (data[index].length > MOST_POINTS) data[index].shift();
      });
      later(drawAll);
    },
    /** Begins anew. */
    clear() {
      for (const column of data) column.length = 0;
      known = 0;
      later(drawAll);
    },
    /** Leaves the page. */
    remove() {
      undrawn.delete(drawAll);
      sized.disconnect();
      themed.disconnect();
      dark.removeEventListener('change', redraw);
      plot.destroy();
    },
  };
}

function short(number) {
  if (number >= 1e6) return `${+(number / 1e6).toFixed(1)}M`;
  if (number >= 1e3) return `${+(number / 1e3).toFixed(1)}k`;
  return `${+number.toFixed(2)}`;
}
