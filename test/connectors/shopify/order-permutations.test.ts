/** From the channel's messages to the real order: translated, routed and decided as deployed, in every order of arrival. */
import { describe, expect, it } from 'vitest'
import { routeEvent } from '../../../queues/route-event.ts'
import { translate } from '../../../src/connectors/shopify/translate.ts'
import type { Delivery } from '../../../src/domain/inbox/delivery.ts'
import type { OrderCommandBody } from '../../../src/domain/order/order-command.ts'
import type { OrderState } from '../../../src/domain/order/order-state.ts'
import { accountId, correlationId, deliveryId } from '../../../src/domain/shared/ids.ts'

import { OrderRig, rigConfig } from '../../fixtures/order-rig.ts'
import { permutationsOf } from '../../fixtures/permutations.ts'
import { orderStory } from '../../fixtures/shopify/order-story.ts'
import { shopAccount } from '../../fixtures/shopify/payloads.ts'

const routing = {
  config: rigConfig(),
  isSku: async () => true,
  orderIdByTracking: async () => null,
  mapListings: async () => [],
  noticeStock: async () => {},
}

async function commandsOf(
  stored: ReturnType<typeof orderStory>[number],
  place: number,
): Promise<readonly OrderCommandBody[]> {
  const translated = translate(stored, shopAccount)
  if (!translated.ok) throw new Error(JSON.stringify(translated.error))
  const delivery: Delivery = {
    ...stored,
    deliveryId: deliveryId(`d${place}`),
    account: accountId(shopAccount.id),
    domain: 'orders',
    dedupeKeys: [],
    correlationId: correlationId(`c${place}`),
    status: 'received',
    attempts: 1,
    round: 0,
    repeats: 0,
    reason: null,
    message: null,
    subjects: [],
    settledAtMs: null,
  }
  const context = { account: shopAccount, delivery, port: routing }
  const routes = await Promise.all(translated.value.events.map((event, index) => routeEvent(event, index, context)))
  return routes.map((route) => {
    if (route.type !== 'command' || route.command.actor !== 'order') throw new Error(`routed as ${route.type}`)
    return route.command.command
  })
}

const stories = await Promise.all(orderStory().map(commandsOf))

function started(): OrderRig {
  const rig = new OrderRig()
  const orders = stories.flat().flatMap((body) => (body.type === 'observe' ? [body.order] : []))
  const skus = orders.flatMap(({ lines }) => lines.map(({ externalSku }) => externalSku))
  rig.catalogue = Object.fromEntries(skus.filter((name) => name !== null).map((name) => [name, { sku: 'ROPE-10' }]))
  rig.stock.receive('ROPE-10', 'east', 100)
  return rig
}

/** What is true of the order in the end, without when and in what steps it became so. */
function essenceOf({ order, stage, lines, refunds, channelFulfilments, cancellation }: OrderState) {
  const units = lines.map(({ lineId, ordered, quantities, shippedExternally }) => {
    return { lineId, ordered, quantities, shippedExternally }
  })
  return { order, stage, units, refunds, channelFulfilments, cancelled: cancellation !== null }
}

async function endOf(arrivals: readonly (readonly OrderCommandBody[])[], between: (rig: OrderRig) => Promise<unknown>) {
  const rig = started()
  for (const body of arrivals.flat()) {
    rig.accept(body)
    if (rig.document.state !== null) await between(rig)
  }
  await rig.settle()
  rig.check()
  return essenceOf(rig.state)
}

describe('the messages of one order', () => {
  it('end in the same order in each of their 120 orders of arrival', async () => {
    const expected = await endOf(stories, async () => {})
    expect(stories).toHaveLength(5)
    for (const arrivals of permutationsOf(stories)) expect(await endOf(arrivals, async () => {})).toEqual(expected)
  })

  it('end in the same order when all of it is promised, booked and released between any two', async () => {
    const expected = await endOf(stories, async () => {})
    for (const arrivals of permutationsOf(stories))
      expect(await endOf(arrivals, (rig) => rig.settle())).toEqual(expected)
  })

  it('end in the same order when each comes twice, in reverse', async () => {
    const expected = await endOf(stories, async () => {})
    expect(await endOf([...stories, ...stories].reverse(), async () => {})).toEqual(expected)
  })
})
