/** Draws the page's charts with uPlot: steps over time, in the page's own colours, redrawn when those change. */
import uPlot from './uplot.js'

const heightPx = 220
const drawn = new Map()
/** Before anybody points at the chart. */
const nothing = '–'

/** @param {ParentNode} root */
export function drawCharts(root) {
  for (const figure of root.querySelectorAll('figure[data-chart]')) {
    const place = figure.querySelector('.plot')
    if (place instanceof HTMLElement) draw(figure, place)
  }
}

function draw(figure, place) {
  drawn.get(figure.id)?.destroy()
  const { unit, times, lines } = JSON.parse(figure.dataset.chart)
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  const resolved = (name) => resolve(place, colour(name))
  const axis = { stroke: resolved('--soft'), grid: { stroke: resolved('--line'), width: 1 }, ticks: { show: false } }
  const options = {
    width: Math.max(place.clientWidth, 240),
    height: heightPx,
    cursor: { y: false },
    legend: { live: true },
    scales: { y: { range: (_plot, low, high) => [Math.min(0, low), Math.max(high * 1.1, 1)] } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC'),
    axes: [
      { ...axis, values: timesOf, label: 'Time, UTC', labelSize: 20, labelGap: 4 },
      { ...axis, size: 56 },
    ],
    series: [
      { label: 'Time', value: (_plot, seconds) => (seconds === null ? nothing : `${stamp(seconds)} UTC`) },
      ...lines.map((line) => ({
        label: line.name,
        stroke: resolved(`--${line.tone}-fill`),
        width: 2,
        dash: line.dashed ? [6, 4] : undefined,
        paths: uPlot.paths.stepped({ align: 1 }),
        points: { show: times.length < 40, fill: resolved(`--${line.tone}-fill`), size: 4 },
        value: (_plot, value) => (value === null ? nothing : `${value.toLocaleString('en-US')} ${unit}`),
      })),
    ],
  }
  const data = [times.map((atMs) => atMs / 1_000), ...lines.map((line) => line.values)]
  place.replaceChildren()
  drawn.set(figure.id, new uPlot(options, data, place))
  // The library's legend is a table whose headers do not say what they head.
  for (const header of place.querySelectorAll('.u-legend th')) header.scope = 'row'
}

const stamp = (seconds) => new Date(seconds * 1_000).toISOString().slice(0, 16).replace('T', ' ')

/** Marks of the axis: hours and minutes, and at each first mark of a day the day as well. */
function timesOf(_plot, marks) {
  return marks.map((seconds, at) => {
    const [day, time] = stamp(seconds).split(' ')
    const isNewDay = at === 0 || stamp(marks[at - 1]).slice(0, 10) !== day
    return isNewDay ? `${time}\n${day}` : time
  })
}

/** A canvas knows no `light-dark()`: the browser says what the colour is here and now. */
function resolve(place, value) {
  const before = place.style.color
  place.style.color = value
  const { color } = getComputedStyle(place)
  place.style.color = before
  return color
}

new ResizeObserver(() => {
  for (const [id, plot] of drawn) {
    const place = document.getElementById(id)?.querySelector('.plot')
    if (place instanceof HTMLElement) plot.setSize({ width: Math.max(place.clientWidth, 240), height: heightPx })
  }
}).observe(document.body)
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => drawCharts(document))
