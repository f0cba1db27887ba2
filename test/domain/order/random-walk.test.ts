/** Anything may happen in any order, with a crash at any port; then the world heals, and the order comes to its end. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isActive, remainingOf } from '../../../src/domain/order/claims.ts'
import { openHolds } from '../../../src/domain/order/holds.ts'
import type { FulfilmentOrder } from '../../../src/domain/order/order-state.ts'
import { isUnderWay } from '../../../src/domain/outbox/intent-waiting.ts'
import { channelFulfilment, refundOf, shipmentReport, startMs, testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig, rigConfig } from '../../fixtures/order-rig.ts'

/** `pick` and `size` are numbers in [0, 1): what they choose among is known only when the step is taken. */
type Step = { readonly what: (typeof kinds)[number]; readonly pick: number; readonly size: number }
const kinds = [
  'observe',
  'observe',
  'cancel',
  'hold',
  'release_hold',
  'retry',
  'advance',
  'advance',
  'advance',
  'crash',
  'commit',
  'commit',
  'commit',
  'refuse',
  'doubt',
  'busy',
  'exhaust',
  'accept',
  'reject',
  'lose',
  'ship',
  'ship',
  'short',
  'track',
  'refund',
  'fulfil',
  'stock',
  'time',
] as const

/** Without fast-check's taste for small values: a walk of small steps never gets past the first hold. */
const share = fc.noBias(fc.integer({ min: 0, max: 999 })).map((part) => part / 1_000)
const steps = fc.array(fc.record({ what: fc.noBias(fc.constantFrom(...kinds)), pick: share, size: share }), {
  minLength: 5,
  maxLength: 60,
  size: 'max',
})

const choose = <Item>(items: readonly Item[], at: number): Item | undefined => items[Math.floor(at * items.length)]
const upTo = (most: number, at: number) => Math.floor(at * (most + 1))

class Walk {
  readonly rig: OrderRig
  #version = 0
  #made = 0

  constructor(allowPartial: boolean) {
    this.rig = new OrderRig(rigConfig({ allowPartial }))
    this.rig.stock.receive('ROPE-10', 'east', 4)
    this.rig.stock.receive('ROPE-20', 'west', 3)
    this.observe(0.9)
  }

  observe(size: number, change = {}): void {
    this.#version += 1
    const lines = [
      { id: 'A', quantity: upTo(6, size) },
      { id: 'B', sku: 'ROPE-20', quantity: upTo(4, 1 - size) },
    ]
    const sourceVersionMs = startMs + this.#version * (size > 0.2 ? 10 : 9)
    this.rig.accept({ type: 'observe', order: testOrder(lines, { sourceVersionMs, ...change }) })
  }

  async take({ what, pick, size }: Step): Promise<void> {
    const { rig } = this
    const intent = choose(rig.state.intents.filter(isUnderWay), pick)
    const fulfilmentOrder = choose(rig.state.fulfilmentOrders.filter(isActive), pick)
    this.#made += 1
    switch (what) {
      case 'observe':
        return this.observe(size, size > 0.97 ? { cancelledAtMs: startMs } : {})
      case 'cancel':
        if (size > 0.8) rig.send({ type: 'cancel', reason: 'walk' }, 'api')
        return
      case 'hold':
        rig.send({ type: 'place_hold', holdId: `h${upTo(2, pick)}`, kind: 'manual', reason: 'walk' }, 'operator')
        return
      case 'release_hold':
        rig.send({ type: 'release_hold', holdId: `h${upTo(2, pick)}` }, 'operator')
        return
      case 'retry':
        rig.accept({ type: 'retry' }, size > 0.5 ? 'operator' : 'timer')
        return
      case 'advance':
        await rig.advance(upTo(6, size))
        return
      case 'crash':
        return this.crash(upTo(8, pick))
      case 'commit':
      case 'refuse':
      case 'doubt':
      case 'busy':
      case 'exhaust':
        if (intent !== undefined) this.answer(what, intent.intentId)
        return
      case 'accept':
      case 'reject':
      case 'lose':
        if (fulfilmentOrder !== undefined) this.say(what, fulfilmentOrder)
        return
      case 'ship':
      case 'short':
        if (fulfilmentOrder !== undefined) this.ship(fulfilmentOrder, what, size)
        return
      case 'track':
        rig.accept({
          type: 'record_tracking',
          trackingNumber: `1Zs${upTo(9, pick)}`,
          status: size > 0.5 ? 'delivered' : 'in_transit',
          rawStatus: '',
          atMs: rig.nowMs,
        })
        return
      case 'refund': {
        const refund = refundOf(
          `r${upTo(3, pick)}`,
          startMs + upTo(300, size),
          { A: 1 },
          size > 0.5 ? 'cancel' : 'return',
        )
        rig.accept({ type: 'record_refund', refund })
        return
      }
      case 'fulfil':
        rig.accept(channelFulfilment(`f${upTo(2, pick)}`, { A: 1 + upTo(1, size) }, [], { atMs: rig.nowMs }))
        return
      case 'stock':
        rig.stock.receive(pick > 0.5 ? 'ROPE-10' : 'ROPE-20', size > 0.5 ? 'east' : 'west', upTo(3, size))
        return
      case 'time':
        rig.nowMs += upTo(26 * 3_600_000, size * size * size)
    }
  }

  /** Dies at the nth use of a port, before or after the position has acted. */
  async crash(nth: number): Promise<void> {
    let used = 0
    this.rig.beforePort = () => {
      used += 1
      if (used > nth) throw new Error('crashed')
    }
    await this.rig.advance()
    this.rig.beforePort = () => {}
  }

  answer(what: 'commit' | 'refuse' | 'doubt' | 'busy' | 'exhaust', intentId: string): void {
    const { rig } = this
    const begun = rig.begin(intentId)
    if (what === 'exhaust') rig.conclude(intentId, { outcome: 'exhausted', message: 'gave up' })
    if (!begun.go || what === 'exhaust') return
    if (what === 'commit') rig.conclude(intentId, { outcome: 'committed', reference: `ref ${intentId}` })
    if (what === 'doubt') rig.conclude(intentId, { outcome: 'unknown', class: 'connection', message: '?' })
    if (what !== 'refuse' && what !== 'busy') return
    const retryable = what === 'busy'
    rig.conclude(intentId, { outcome: 'absent', retryable, class: 'value', message: 'no' })
  }

  say(what: 'accept' | 'reject' | 'lose', { fulfilmentOrderId }: FulfilmentOrder): void {
    const { rig } = this
    if (what === 'accept') rig.accept({ type: 'record_acceptance', fulfilmentOrderId, reference: 'W' })
    if (what === 'reject') rig.accept({ type: 'record_rejection', fulfilmentOrderId, reason: 'no' })
    if (what === 'lose') rig.accept({ type: 'record_fulfilment_cancelled', fulfilmentOrderId, reason: 'lost' })
  }

  ship({ fulfilmentOrderId, lines }: FulfilmentOrder, what: 'ship' | 'short', size: number): void {
    const line = choose(lines, size)
    if (line === undefined || remainingOf(line) === 0) return
    const units = { [line.lineId]: Math.max(1, upTo(remainingOf(line), size)) }
    const number = Number(fulfilmentOrderId.slice(fulfilmentOrderId.lastIndexOf('F') + 1))
    const report = shipmentReport(number, `s${this.#made}`, what === 'ship' ? units : {}, what === 'short' ? units : {})
    this.rig.accept({ type: 'record_shipment', shipment: report })
  }

  /** Everybody answers, stock is plenty, and what was released is shipped. */
  async heal(): Promise<void> {
    const { rig } = this
    for (const name of ['ROPE-10', 'ROPE-20']) rig.stock.receive(name, 'east', 100)
    for (const hold of openHolds(rig.state)) rig.accept({ type: 'release_hold', holdId: hold.holdId }, 'operator')
    for (let round = 0; round < 30 && !this.hasEnded(); round++) {
      rig.nowMs = Math.max(rig.nowMs + 600_000, ...rig.state.intents.map((intent) => intent.notBeforeMs))
      rig.accept({ type: 'retry' }, 'operator')
      await rig.settle()
      for (const fulfilmentOrder of rig.state.fulfilmentOrders.filter(isActive)) {
        this.#made += 1
        for (const line of fulfilmentOrder.lines) this.shipAll(fulfilmentOrder, line)
      }
      await rig.settle()
    }
  }

  shipAll({ fulfilmentOrderId }: FulfilmentOrder, line: FulfilmentOrder['lines'][number]): void {
    if (remainingOf(line) === 0) return
    const number = Number(fulfilmentOrderId.slice(fulfilmentOrderId.lastIndexOf('F') + 1))
    const report = shipmentReport(number, `h${this.#made}${line.lineId}`, { [line.lineId]: remainingOf(line) })
    this.rig.accept({ type: 'record_shipment', shipment: report })
  }

  hasEnded(): boolean {
    const { stage, saga } = this.rig.state
    return (stage === 'closed' || stage === 'cancelled') && saga.stockEffects.length === 0 && !saga.holding
  }
}

async function walked(allowPartial: boolean, taken: readonly Step[]): Promise<void> {
  const walk = new Walk(allowPartial)
  for (const step of taken) {
    await walk.take(step)
    walk.rig.check()
  }
  await walk.heal()
  walk.rig.check()
  expect(walk.hasEnded(), `ended as ${walk.rig.state.stage}`).toBe(true)
  expect(walk.rig.stock.claimed()).toBe(0)
  const creates = walk.rig.state.intents.filter((intent) => intent.kind === 'erp_create_order')
  const cancels = walk.rig.state.intents.filter((intent) => intent.kind === 'erp_cancel_order')
  expect(creates.length).toBeLessThanOrEqual(cancels.length + 1)
}

describe('a random walk', () => {
  it('keeps every invariant and ends well once the world heals', async () => {
    await fc.assert(fc.asyncProperty(fc.boolean(), steps, walked), { numRuns: 400 })
  }, 60_000)
})
