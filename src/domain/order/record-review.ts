/**
 * Decides what looking at the order found: lines mapped, system holds placed and released, validated or looked at
 * again.
 */
import { partsMember } from '../catalog/stock-parts.ts'
import { retryDelayMs } from '../outbox/drain.ts'
import { isUnmapped } from './intake-cases.ts'
import type { LineMapping, OrderEvent } from './order-event.ts'
import { orderProblems, type Problem } from './order-problems.ts'
import type { Hold, LineState, OrderState } from './order-state.ts'
import type { LineFinding, SagaCommand } from './saga-command.ts'

/** A new listing is noticed at once by whoever retries; the timer is for the rest. */
const reviewDelayMinMs = 30_000

export function recordReview(
  command: Extract<SagaCommand, { type: 'record_review' }>,
  state: OrderState,
  nowMs: number,
): readonly OrderEvent[] {
  const mapped = mappings(state, command.lines)
  const found = new Set(mapped.map((mapping) => mapping.lineId))
  const unmapped = state.lines.filter((line) => isUnmapped(line) && !found.has(line.lineId))
  const problems = orderProblems(state.order, command.channel, unmapped.map(nameOf))
  const lines: OrderEvent[] = mapped.length === 0 ? [] : [{ type: 'lines_mapped', lines: mapped }]
  return [...lines, ...holdEvents(state, problems), conclusion(command, state, unmapped, nowMs)]
}

/** What nobody knows: the SKU, or the unit it is counted in. */
const nameOf = ({ externalSku, unit }: LineState): string | null =>
  externalSku === null || unit === undefined ? externalSku : `${externalSku} in ${unit}`

/** Only what was looked up as it is now: a revision may have changed the SKU meanwhile. */
function mappings(state: OrderState, findings: readonly LineFinding[]): readonly LineMapping[] {
  const byLine = new Map(findings.map((finding) => [finding.lineId, finding]))
  const asked = new Map(state.order.lines.map((line) => [line.lineId, line]))
  return state.lines.filter(isUnmapped).flatMap((line): LineMapping[] => {
    const finding = byLine.get(line.lineId)
    if (finding === undefined || finding.externalSku !== line.externalSku || finding.unit !== line.unit) return []
    if (finding.listing !== null) {
      const { sku, packQuantity, stocked, parts = [], excluded } = finding.listing
      const inOne = parts.map((part) => ({ sku: part.sku, units: part.units * packQuantity }))
      const sold = { notStocked: !stocked, ...(excluded === undefined ? {} : { excluded }) }
      return [{ lineId: line.lineId, sku, packQuantity, ...partsMember({ parts: inOne }), ...sold }]
    }
    // Tips and gift cards come without a SKU and need none: they are booked, never picked.
    if (line.externalSku !== null || asked.get(line.lineId)?.requiresShipping !== false) return []
    return [{ lineId: line.lineId, sku: null, packQuantity: 1, notStocked: true }]
  })
}

function holdEvents(state: OrderState, problems: readonly Problem[]): readonly OrderEvent[] {
  const system = state.holds.filter((hold) => hold.placedBy === 'system' && hold.releasedAtMs === null)
  const stands = (hold: Hold) => problems.some(({ kind, reason }) => hold.kind === kind && hold.reason === reason)
  const released = system.filter((hold) => !stands(hold))
  const placed = problems.filter(({ kind, reason }) => !isKnown(state, kind, reason))
  return [
    ...released.map(({ holdId }): OrderEvent => ({ type: 'hold_released', holdId, by: 'system' })),
    ...placed.map(({ kind, reason }): OrderEvent => {
      const holdId = `system-${kind}`
      return { type: 'hold_placed', hold: { holdId, kind, reason, placedBy: 'system' } }
    }),
  ]
}

/**
 * Placed already, or released by a person who saw this very reason. Without a SKU nothing can be picked, whoever says
 * so.
 */
function isKnown(state: OrderState, kind: Hold['kind'], reason: string): boolean {
  const last = state.holds.findLast((hold) => hold.placedBy === 'system' && hold.kind === kind)
  if (last?.reason !== reason) return false
  if (last.releasedAtMs === null) return true
  return last.releasedBy === 'operator' && kind !== 'sku_mapping' && kind !== 'entity'
}

/** Only what the catalogue or the configuration lacks is looked for again; the rest changes with the order itself. */
function conclusion(
  command: Extract<SagaCommand, { type: 'record_review' }>,
  state: OrderState,
  unmapped: readonly LineState[],
  nowMs: number,
): OrderEvent {
  const { policy } = command.channel
  if (unmapped.length === 0 && policy !== null) return { type: 'validated', policy }
  const delayMs = Math.max(reviewDelayMinMs, retryDelayMs(state.saga.validationAttempts + 4, state.orderId))
  return { type: 'validation_deferred', policy, retryAtMs: nowMs + delayMs }
}
