/** Where the units of a position are, as one stacked bar with the numbers beside it. */
import type { InventoryStates } from '../../../domain/stock/stock-command.ts'

type State = Exclude<keyof InventoryStates, 'onHand' | 'incoming' | 'backordered'>
/** From what can be sold to what cannot; together they are what is on hand. */
export const stateNames: readonly (readonly [State, string])[] = [
  ['available', 'available'],
  ['reserved', 'reserved'],
  ['committed', 'committed'],
  ['safetyStock', 'safety stock'],
  ['qualityControl', 'quality control'],
  ['damaged', 'damaged'],
]
const barWidth = 1_000

/** Widths are svg attributes because the page's policy allows no inline style. */
export const StateBar = ({ states }: { states: Pick<InventoryStates, State | 'onHand'> }) => {
  const present = stateNames.filter(([state]) => states[state] > 0)
  const total = Math.max(states.onHand, 1)
  let at = 0
  return (
    <>
      <svg
        class="qbar"
        viewBox={`0 0 ${barWidth} 8`}
        preserveAspectRatio="none"
        role="img"
        aria-label={present.map(([state, name]) => `${states[state]} ${name}`).join(', ') || 'nothing on hand'}
      >
        {present.map(([state]) => {
          const width = Math.round((states[state] / total) * barWidth)
          const x = at
          at += width
          return width === 0 ? null : <rect class={`s-${state}`} x={x} width={width} height="8" />
        })}
      </svg>
      <div class="qlegend">
        {present.map(([state, name]) => (
          <span class="key">
            <svg viewBox="0 0 8 8" aria-hidden="true">
              <rect class={`s-${state}`} width="8" height="8" />
            </svg>
            {states[state].toLocaleString('en-US')} {name}
          </span>
        ))}
      </div>
    </>
  )
}
