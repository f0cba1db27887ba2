/**
 * A line over time. The points travel as data beside a table that says the same, which is what a reader without script
 * or without sight of it gets; `chart.js` draws them.
 */
import { num, Table } from './table.tsx'

export type ChartLine = {
  readonly name: string
  /** A tone of the design tokens, so that colours follow light and dark. */
  readonly tone: 'info' | 'work' | 'good' | 'warn' | 'bad' | 'neutral'
  /** Expected, not yet happened: drawn dashed. */
  readonly dashed?: boolean
  /** One per time; null: no value there. */
  readonly values: readonly (number | null)[]
}
type ChartProps = {
  readonly id: string
  readonly label: string
  readonly unit: string
  readonly timesMs: readonly number[]
  readonly lines: readonly ChartLine[]
}

/** More rows than this nobody reads; the line shows them all. */
const tableRowsMax = 40

export const Chart = ({ id, label, unit, timesMs, lines }: ChartProps) => (
  <figure class="chart" data-chart={JSON.stringify({ unit, times: timesMs, lines })} aria-label={label} id={id}>
    <div class="plot" role="img" aria-label={label} />
    <details>
      <summary>The same as a table</summary>
      <Table
        columns={['From', ...lines.map(({ name }) => num(name))]}
        rows={rowsOf(timesMs).map((at) => (
          <tr>
            <td class="mono">{timeOf(timesMs[at])}</td>
            {lines.map((line) => (
              <td class="num">{line.values[at]?.toLocaleString('en-US') ?? ''}</td>
            ))}
          </tr>
        ))}
      />
    </details>
  </figure>
)

/** The newest ones. */
const rowsOf = (timesMs: readonly number[]) => timesMs.map((_, at) => at).slice(-tableRowsMax)

const timeOf = (atMs: number | undefined) =>
  atMs === undefined ? '' : new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')
