/** I1 and I2: every position adds up, and nothing was promised or sent that was not there. */
import { type PositionView, packOf } from './instance-views.ts'
import type { Instance } from './read-instance.ts'

export type ReceivedStock = {
  readonly sku: string
  readonly location: string
  /** Net base units that were told to arrive: receipts, adjustments, returns. */
  readonly received: number
  /** Base units that something else than an order claims, such as a cart. */
  readonly otherClaims?: number
}

export function checkStock(instance: Instance, received: readonly ReceivedStock[]): readonly string[] {
  return received.flatMap((stock) => {
    const name = `${stock.sku}@${stock.location}`
    const position = instance.positions.get(name)
    if (!position) return [`I1 ${name}: the position does not answer`]
    return [
      ...equationBreaches(position).map((breach) => `I1 ${name}: ${breach}`),
      ...claimBreaches(instance, stock, position).map((breach) => `I2 ${name}: ${breach}`),
    ]
  })
}

function equationBreaches({ states, ledger }: PositionView): string[] {
  const { available, committed, reserved, damaged, safetyStock, qualityControl, onHand } = states
  const breaches = Object.entries(states)
    .filter(([, units]) => units < 0)
    .map(([state, units]) => `${state} is ${units}`)
  const sum = available + committed + reserved + damaged + safetyStock + qualityControl
  if (sum !== onHand) breaches.push(`the states add up to ${sum}, on hand is ${onHand}`)
  const newest = ledger[0]
  if (newest && newest.onHandAfter !== onHand) breaches.push(`the ledger ends at ${newest.onHandAfter}, not ${onHand}`)
  return breaches
}

/** The position and the orders are two records of the same claims: they must agree to the unit. */
function claimBreaches(instance: Instance, stock: ReceivedStock, { states }: PositionView): string[] {
  const claims = claimsAt(instance, stock.sku, stock.location)
  const { received, otherClaims = 0 } = stock
  const breaches: string[] = []
  if (claims.open + claims.shipped > received) {
    breaches.push(`${claims.open} claimed and ${claims.shipped} shipped of ${received} received`)
  }
  const kept = states.committed + states.reserved + states.backordered
  if (kept !== claims.open + otherClaims) {
    breaches.push(`the position keeps ${kept} for others, orders claim ${claims.open} (and ${otherClaims} besides)`)
  }
  if (states.onHand !== received - claims.shipped) {
    breaches.push(`${states.onHand} on hand after ${received} received and ${claims.shipped} shipped`)
  }
  return breaches
}

function claimsAt(instance: Instance, sku: string, location: string) {
  let open = 0
  let shipped = 0
  for (const { document } of instance.orders.values()) {
    for (const claim of document.reservations) {
      if (claim.sku !== sku || claim.location !== location) continue
      const pack = packOf(document, claim.lineId)
      open += (claim.quantity - claim.released - claim.shipped) * pack
      shipped += claim.shipped * pack
    }
  }
  return { open, shipped }
}
