/**
 * A day's trade for the comparison of buffers: SKUs of very different speed, bursts, deliveries of new stock, and
 * channels that learn of a new figure after one to thirty minutes. Made from a seed before any policy is played, so
 * that every policy meets the same buyers, the same deliveries and the same luck.
 */
import { seededRandom } from './random.ts'

export type Channel = { readonly name: string; readonly lagMs: number; readonly share: number }
export type Buyer = { readonly atMs: number; readonly sku: number; readonly channel: number }
export type Receipt = { readonly atMs: number; readonly sku: number; readonly units: number }
export type PublicationWorld = {
  readonly channels: readonly Channel[]
  readonly skus: number
  readonly endMs: number
  readonly buyers: readonly Buyer[]
  readonly receipts: readonly Receipt[]
}
export type WorldSize = { readonly skus: number; readonly days: number }

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

const channels: readonly Channel[] = [
  { name: 'own shop', lagMs: minuteMs, share: 0.4 },
  { name: 'marketplace', lagMs: 5 * minuteMs, share: 0.3 },
  { name: 'catalogue', lagMs: 15 * minuteMs, share: 0.2 },
  { name: 'export', lagMs: 30 * minuteMs, share: 0.1 },
]

/** Buyers an hour and SKU: a few sell all day, most of them now and then. */
const fastestPerHour = 20
/** How often a SKU is promoted, for how long, and how much faster it sells then. */
const burstsPerDay = 0.3
const burstMs = 45 * minuteMs
const burstFactor = 15
/** New stock comes about once in two days and lasts a little less than that, so that stock does run out. */
const receiptEveryMs = dayMs
const receiptCover = 0.85

export function publicationWorld(seed: number, size: WorldSize): PublicationWorld {
  const random = seededRandom(seed)
  const endMs = size.days * dayMs
  const buyers: Buyer[] = []
  const receipts: Receipt[] = []
  for (let sku = 0; sku < size.skus; sku++) {
    const perMs = fastestPerHour / (1 + sku) ** 0.8 / (60 * minuteMs)
    const bursts = arrivals(burstsPerDay / dayMs, endMs, random.next)
    const isBurst = (atMs: number) => bursts.some((fromMs) => atMs >= fromMs && atMs < fromMs + burstMs)
    // Thinned from the fastest rate: a buyer who comes outside a burst is one of fifteen that would come in it.
    for (const atMs of arrivals(perMs * burstFactor, endMs, random.next)) {
      const comes = random.chance(1 / burstFactor) || isBurst(atMs)
      const channel = chosen(random.next())
      if (comes) buyers.push({ atMs, sku, channel })
    }
    const units = Math.max(2, Math.round(perMs * receiptEveryMs * receiptCover * (1 + burstsPerDay / 3)))
    for (const atMs of [0, ...arrivals(1 / receiptEveryMs, endMs, random.next)]) receipts.push({ atMs, sku, units })
  }
  const inOrder = <T extends { readonly atMs: number }>(items: T[]) => items.sort((a, b) => a.atMs - b.atMs)
  return { channels, skus: size.skus, endMs, buyers: inOrder(buyers), receipts: inOrder(receipts) }
}

/** A Poisson process. */
function arrivals(perMs: number, endMs: number, next: () => number): number[] {
  const times: number[] = []
  for (let atMs = gap(perMs, next); atMs < endMs; atMs += gap(perMs, next)) times.push(Math.floor(atMs))
  return times
}

const gap = (perMs: number, next: () => number) => -Math.log(1 - next()) / perMs

function chosen(drawn: number): number {
  let left = drawn
  const index = channels.findIndex(({ share }) => {
    left -= share
    return left < 0
  })
  return index < 0 ? channels.length - 1 : index
}
