/** What an order costs by its number of lines: how often decisions read anything of it, which no machine makes slower. */
import { expect, it } from 'vitest'
import { decide } from '../../../src/domain/order/decide.ts'
import type { OrderDocument } from '../../../src/domain/order/order-document.ts'
import type { OrderEventType } from '../../../src/domain/order/order-event.ts'
import { isUnderWay } from '../../../src/domain/outbox/intent-waiting.ts'
import { orderCommand, shipmentReport, testOrder } from '../../fixtures/order-commands.ts'
import { OrderRig } from '../../fixtures/order-rig.ts'

/** Until its first release is to be told to the warehouse: planned, held, posted, committed, released. */
async function released(lines: number): Promise<OrderRig> {
  const rig = new OrderRig()
  rig.stock.receive('ROPE-10', 'east', lines)
  const wanted = Array.from({ length: lines }, (_, at) => ({ id: `L${at}`, sku: 'ROPE-10', quantity: 1 }))
  rig.accept({ type: 'observe', order: testOrder(wanted) })
  await rig.advance()
  for (const { intentId } of rig.state.intents.filter(isUnderWay)) rig.commit(intentId)
  await rig.advance()
  return rig
}

/** The document, counting every look at a part of it. */
function counted(document: OrderDocument): { readonly document: OrderDocument; readonly reads: () => number } {
  let reads = 0
  const seen = new WeakMap<object, object>()
  const wrap = <Part>(part: Part): Part => {
    if (part === null || typeof part !== 'object') return part
    const get = (target: object, name: string | symbol, receiver: unknown) => {
      reads += 1
      return wrap(Reflect.get(target, name, receiver))
    }
    const proxy = seen.get(part) ?? new Proxy(part, { get })
    seen.set(part, proxy)
    seen.set(proxy, proxy)
    // Cast justified: a proxy is what it stands for.
    return proxy as Part
  }
  return { document: wrap(document), reads: () => reads }
}

async function costs(lines: number) {
  const rig = await released(lines)
  const facts = { orderId: rig.state.orderId, nowMs: rig.nowMs }
  const reads = (command: Parameters<typeof decide>[0], document: OrderDocument): readonly [number, string[]] => {
    const looked = counted(document)
    const decided = decide(command, looked.document, facts)
    if (!decided.ok) throw new Error(JSON.stringify(decided.error))
    return [looked.reads(), decided.value.events.map(({ type }): OrderEventType => type)]
  }
  const [release] = rig.state.intents.filter(isUnderWay)
  const [retry] = reads(orderCommand({ type: 'retry' }), rig.document)
  const [begin] = reads({ type: 'begin_attempt', intentId: release?.intentId ?? '', commandId: 't' }, rig.document)
  const units = Object.fromEntries(rig.state.lines.map(({ lineId }) => [lineId, 1]))
  const [fulfilmentOrder] = rig.state.fulfilmentOrders
  const { fulfilmentOrderId = rig.state.orderId as never } = fulfilmentOrder ?? {}
  const shipment = shipmentReport(1, 's1', units, {}, { fulfilmentOrderId })
  rig.commit(release?.intentId ?? '')
  const [report] = reads(orderCommand({ type: 'record_shipment', shipment }), rig.document)
  rig.accept({ type: 'record_shipment', shipment })
  const answers = rig.state.saga.stockEffects.map(({ reservationId, effectId, sku, location }) => {
    const verdict = { ok: true, effect: 'applied', granted: 0, available: 0, version: 1 } as const
    return { reservationId, effectId, sku, location, verdict }
  })
  const shipped = { type: 'record_stock', step: 'ship_stock', attempt: rig.state.attempt, answers } as const
  const [effects, types] = reads(shipped, rig.document)
  expect(types.filter((type) => type === 'stock_effect_done')).toHaveLength(lines)
  return { retry, begin, report, effects }
}

it('reads twice as much of an order of twice as many lines, and not four times', async () => {
  const [narrow, wide] = [await costs(40), await costs(80)]
  expect(wide.retry / narrow.retry).toBeLessThan(2.1)
  expect(wide.begin / narrow.begin).toBeLessThan(2.1)
  expect(wide.report / narrow.report).toBeLessThan(2.1)
  expect(wide.effects / narrow.effects).toBeLessThan(2.1)
})

it('looks at an order as a whole once for all that its positions have done, not once for each', async () => {
  const { effects } = await costs(80)
  // Each line is looked at some times; each effect is looked for among those that are left.
  expect(effects).toBeLessThan(80 * 80 * 25)
})
