/** What orders are told of positions and locations, by messages that come late, twice and in any order. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { tellOfLocation } from '../../queues/tell-order.ts'
import { actor, type LocationApi } from '../../src/actor-apis.ts'
import type { LocationStatus, LocationView } from '../../src/domain/location/location-command.ts'
import type { OrderCommand, OrderVerdict } from '../../src/domain/order/order-command.ts'
import { commandId, correlationId } from '../../src/domain/shared/ids.ts'
import type { InboundMessage } from '../../src/queue-messages.ts'
import { consumeBatch } from '../fixtures/consume-batch.ts'
import { testEnv } from '../fixtures/d1.ts'
import { checkedOrders, receive, sellNewSku } from '../fixtures/order-actor-rig.ts'

const { newOrder } = checkedOrders()

let changes = 0
async function say(location: string, status: LocationStatus): Promise<void> {
  changes += 1
  const cause = { correlationId: correlationId('test'), kind: 'operator', id: 'test' } as const
  const command = { type: 'set_availability', status, reason: 'storm', cause } as const
  const id = commandId(`say-${changes}`)
  expect(await actor<LocationApi>(testEnv.LOCATION, location).execute(location, { ...command, commandId: id })).toEqual(
    {
      ok: true,
      effect: expect.any(String),
    },
  )
}

const wake = (orderId: string, wish: { leaves?: string; returns?: string }): InboundMessage => {
  return { type: 'wake_order', orderId, why: 'a location changed', ...wish }
}

describe('an order that is told of its location', () => {
  beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))

  async function heldAtEast() {
    const sku = await sellNewSku()
    await receive(sku, 'east', 5)
    const order = newOrder()
    await order.observe([{ id: 'L1', sku, quantity: 2 }])
    await order.until(({ reservations }) => reservations.length > 0)
    return order
  }
  const left = async (order: Awaited<ReturnType<typeof heldAtEast>>) => {
    return (await order.state()).saga.excluded.map(({ location }) => location)
  }

  it('leaves while it is down and comes back when it is up', async () => {
    const order = await heldAtEast()
    await say('east', 'down')
    try {
      expect(await consumeBatch('inbound-orders', [wake(order.name, { leaves: 'east' })])).toMatchObject({
        acked: ['m0'],
      })
      expect(await left(order)).toEqual(['east'])
      await order.until(({ lines }) => lines[0]?.quantities.backordered === 2)
    } finally {
      await say('east', 'up')
    }
    await consumeBatch('inbound-orders', [wake(order.name, { returns: 'east' })])
    expect(await left(order)).toEqual([])
    await order.until(({ lines }) => lines[0]?.quantities.reserved === 2)
  })

  it('stays when the message comes after the location is up again', async () => {
    const order = await heldAtEast()
    expect(await consumeBatch('inbound-orders', [wake(order.name, { leaves: 'east' })])).toMatchObject({
      acked: ['m0'],
    })
    expect(await left(order)).toEqual([])
    expect((await order.state()).lines[0]?.quantities.reserved).toBe(2)
  })
})

describe('a location that changes while its orders are told', () => {
  const applied: OrderVerdict = { ok: true, effect: 'applied', version: 1 }
  const told = { orderId: 'b2b:1', messageId: 'm1', location: 'east' }

  /** The location answers by the list, look for look, and stays at the last. */
  async function tell(looks: readonly (readonly [LocationStatus, number])[]) {
    const commands: OrderCommand[] = []
    let seen = 0
    const view = async (): Promise<LocationView> => {
      const [status, sinceMs] = looks[Math.min(seen, looks.length - 1)] ?? ['up', 0]
      seen += 1
      return { location: 'east', status, reason: null, sinceMs, days: [] }
    }
    const execute = async (_: string, command: OrderCommand) => {
      commands.push(command)
      return applied
    }
    const outcome = await tellOfLocation(told, { execute }, { view }).then(
      () => 'told',
      () => 'again',
    )
    return { outcome, types: commands.map(({ type }) => type), ids: new Set(commands.map((each) => each.commandId)) }
  }

  it('is looked at once more, and its last word is what the order hears last', async () => {
    const { outcome, types, ids } = await tell([
      ['down', 1],
      ['up', 2],
    ])
    expect({ outcome, types }).toEqual({ outcome: 'told', types: ['leave_location', 'return_to_location'] })
    expect(ids.size).toBe(2)
  })

  it('is told of again later when it does not hold still', async () => {
    const looks = Array.from({ length: 10 }, (_, at) => [at % 2 === 0 ? 'down' : 'up', at] as const)
    expect((await tell(looks)).outcome).toBe('again')
  })

  it('is left when it is configured no more', async () => {
    const commands: OrderCommand[] = []
    const execute = async (_: string, command: OrderCommand) => {
      commands.push(command)
      return applied
    }
    await tellOfLocation(told, { execute }, { view: async () => null })
    expect(commands.map(({ type }) => type)).toEqual(['leave_location'])
  })
})
