import { describe, expect, it } from 'vitest'
import type { CanonicalEvent } from '../../../src/connectors/ports.ts'
import { translate } from '../../../src/connectors/shopify/translate.ts'
import { permutationsOf } from '../../fixtures/permutations.ts'
import { orderStory } from '../../fixtures/shopify/order-story.ts'
import { shopAccount } from '../../fixtures/shopify/payloads.ts'

const story = orderStory()
const events = story.flatMap((delivery): readonly CanonicalEvent[] => {
  const result = translate(delivery, shopAccount)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value.events
})

/** The rule every receiver follows: the newest version of the order, each refund and fulfilment once. */
function endOf(arrivals: readonly CanonicalEvent[]) {
  let newest: Extract<CanonicalEvent, { type: 'order_observed' }> | null = null
  const refunds = new Map<string, CanonicalEvent>()
  const fulfilments = new Map<string, CanonicalEvent>()
  for (const event of arrivals) {
    if (event.type === 'order_observed' && event.order.sourceVersionMs >= (newest?.order.sourceVersionMs ?? 0))
      newest = event
    if (event.type === 'refund_recorded') refunds.set(event.refund.externalRefundId, event)
    if (event.type === 'channel_fulfilment_observed') fulfilments.set(event.externalFulfilmentId, event)
  }
  return { order: newest?.order, refunds: [...refunds.keys()], fulfilments: [...fulfilments.keys()] }
}

describe('the events of one order', () => {
  it('tell of five different things about one order', () => {
    expect(new Set(story.map((delivery) => delivery.body)).size).toBe(5)
    const versions = events.flatMap((event) => (event.type === 'order_observed' ? [event.order.sourceVersionMs] : []))
    expect(new Set(versions).size).toBe(3)
  })

  it('carry enough to end the same in every one of their 120 orders', () => {
    const expected = endOf(events)
    expect(expected.order?.lines.map((line) => line.quantity)).toEqual([3, 1])
    for (const arrivals of permutationsOf(events)) expect(endOf(arrivals)).toEqual(expected)
  })

  it('end the same when each arrives twice', () => {
    expect(endOf([...events, ...events].reverse())).toEqual(endOf(events))
  })
})
