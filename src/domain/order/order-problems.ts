/** What keeps an order from being promised as it stands. Each problem is a hold that the saga releases by itself. */
import type { Address, CanonicalOrder } from './canonical-order.ts'
import type { HoldKind } from './order-state.ts'
import type { ChannelFinding } from './saga-command.ts'

export type Problem = { readonly kind: HoldKind; readonly reason: string }

/** Channels round per line and once more per total: one minor unit each is no mismatch. */
const roundingPerLineMinor = 1

export function orderProblems(
  order: CanonicalOrder,
  channel: ChannelFinding,
  unmapped: readonly (string | null)[],
): readonly Problem[] {
  return [
    ...entityProblems(order, channel),
    ...mappingProblems(unmapped),
    ...addressProblems(order),
    ...paymentProblems(order),
    ...totalsProblems(order),
  ]
}

function entityProblems({ account, currency }: CanonicalOrder, { policy, currencies }: ChannelFinding): Problem[] {
  if (policy === null) return [{ kind: 'entity', reason: `The configuration knows no channel '${account}'.` }]
  if (currencies.includes(currency)) return []
  return [{ kind: 'entity', reason: `${account} may not sell in ${currency}.` }]
}

function mappingProblems(unmapped: readonly (string | null)[]): Problem[] {
  if (unmapped.length === 0) return []
  const names = [...new Set(unmapped.map((name) => name ?? '(none)'))].sort()
  return [{ kind: 'sku_mapping', reason: `No listing for ${names.slice(0, 10).join(', ')}.` }]
}

function addressProblems(order: CanonicalOrder): Problem[] {
  if (!order.lines.some((line) => line.requiresShipping && line.quantity > 0)) return []
  const missing = missingParts(order.shipTo)
  return missing.length === 0 ? [] : [{ kind: 'address', reason: `The address has no ${missing.join(', no ')}.` }]
}

function missingParts(address: Address | null): readonly string[] {
  if (address === null) return ['recipient']
  const parts = { country: address.country, street: address.line1, city: address.city }
  return Object.entries(parts).flatMap(([part, value]) => (value === null || value.trim() === '' ? [part] : []))
}

function paymentProblems({ payment }: CanonicalOrder): Problem[] {
  if (payment !== 'failed' && payment !== 'voided') return []
  return [{ kind: 'payment', reason: `The payment is ${payment}.` }]
}

/**
 * Checked: the total against its parts, and the lines against the subtotal. The subtotal speaks of the lines as they
 * were placed, so lines that have shrunk since may fall short of it, but never exceed it.
 */
function totalsProblems({ lines, totals, taxesIncluded }: CanonicalOrder): Problem[] {
  const tolerance = (lines.length + 1) * roundingPerLineMinor
  const { subtotalMinor, discountMinor, shippingMinor, taxMinor, otherMinor = 0, totalMinor } = totals
  const parts = subtotalMinor - discountMinor + shippingMinor + (taxesIncluded ? 0 : taxMinor) + otherMinor
  if (Math.abs(parts - totalMinor) > tolerance) {
    return [{ kind: 'price', reason: `The parts sum to ${parts}, the total says ${totalMinor} (minor units).` }]
  }
  const ofLines = lines.reduce((sum, line) => sum + line.unitPriceMinor * line.quantity, 0)
  if (ofLines <= subtotalMinor + tolerance) return []
  return [{ kind: 'price', reason: `The lines sum to ${ofLines}, the subtotal says ${subtotalMinor} (minor units).` }]
}
