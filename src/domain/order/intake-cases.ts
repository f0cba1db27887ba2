/** Cases before anything is promised: what the order says cannot be acted upon, or nobody has the goods. */
import type { ExceptionCategory } from '../exceptions/order-exception.ts'
import type { FailureClass } from '../outbox/intent.ts'
import { openHolds } from './holds.ts'
import { pendingUnitsOf } from './line-moves.ts'
import { type Case, pendingValueMinor } from './order-case.ts'
import type { HoldKind, LineState, OrderState } from './order-state.ts'

/** An order that has ended needs nobody's decision any more, whatever hold it ended with. */
export function intakeCases(state: OrderState): readonly Case[] {
  if (state.stage === 'closed' || state.stage === 'cancelled') return []
  return [...mappingCases(state), ...exclusionCases(state), ...holdCases(state), ...stockCases(state)]
}

export function isUnmapped(line: LineState): boolean {
  return line.sku === null && !line.notStocked && pendingUnitsOf(line) > 0
}

/** One per SKU, since one listing settles all of its lines. A line without a SKU is its own case. */
function mappingCases(state: OrderState): Case[] {
  if (!openHolds(state).some((hold) => hold.kind === 'sku_mapping')) return []
  const bySku = Map.groupBy(state.lines.filter(isUnmapped), (line) => line.externalSku ?? `line ${line.lineId}`)
  return [...bySku].map(([externalSku, lines]) => ({
    category: 'sku_mapping',
    class: 'missing',
    subject: externalSku,
    cluster: `${state.order.account}/${externalSku}`,
    message: `${state.order.account} sells '${externalSku}', and no listing says which SKU that is.`,
    moneyAtRiskMinor: pendingValueMinor(state, lines),
  }))
}

/** What the channel has sold is served; that it was for sale there is for somebody to look into. One per SKU. */
function exclusionCases(state: OrderState): Case[] {
  const sold = state.lines.filter((line) => line.excluded !== undefined && pendingUnitsOf(line) > 0)
  return [...Map.groupBy(sold, ({ sku }) => sku ?? '')].map(([sku, lines]) => {
    const excluded = lines[0]?.excluded ?? sku
    const by = excluded === sku ? '' : `, by its component ${excluded}`
    return {
      category: 'excluded_sku',
      class: 'value',
      subject: sku,
      cluster: `${state.order.account}/${excluded}`,
      message: `${state.order.account} sold ${sku}, which the configuration excludes from it${by}. The order goes on.`,
      moneyAtRiskMinor: pendingValueMinor(state, lines),
    }
  })
}

const caseOfHold: Readonly<Record<HoldKind, readonly [ExceptionCategory, FailureClass] | null>> = {
  address: ['address_invalid', 'missing'],
  price: ['pricing_mismatch', 'value'],
  payment: ['credit_hold', 'value'],
  credit: ['credit_hold', 'value'],
  entity: ['order_ingestion', 'value'],
  sku_mapping: null,
  fraud: null,
  manual: null,
}

function holdCases(state: OrderState): Case[] {
  return openHolds(state).flatMap((hold): Case[] => {
    const [category, failure] = caseOfHold[hold.kind] ?? []
    if (category === undefined || failure === undefined) return []
    return [
      {
        category,
        class: failure,
        subject: hold.holdId,
        cluster: `${state.order.account}/${hold.kind}`,
        message: hold.reason,
        moneyAtRiskMinor: pendingValueMinor(state),
      },
    ]
  })
}

function stockCases(state: OrderState): Case[] {
  const short = state.lines.filter((line) => line.quantities.backordered > 0)
  if (short.length === 0 || state.policy === null || state.saga.excluded.length > 0) return []
  const skus = short.map((line) => line.sku).join(', ')
  const shared = {
    class: 'missing' as const,
    subject: 'units',
    cluster: skus,
    moneyAtRiskMinor: pendingValueMinor(state, short),
  }
  const { unroutable } = state.saga
  if (unroutable !== undefined) return [{ ...shared, category: 'routing_failed', message: unroutable }]
  if (state.policy.whenOutOfStock === 'exception') {
    return [{ ...shared, category: 'out_of_stock', message: `No location of the channel has enough of ${skus}.` }]
  }
  if (state.saga.waitingAt.length > 0) return []
  return [{ ...shared, category: 'routing_failed', message: `No location that fulfils serves ${state.order.account}.` }]
}
