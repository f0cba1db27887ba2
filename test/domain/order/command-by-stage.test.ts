/** Every command at every stage: what it answers. The saga's own tests show what follows from it. */
import { describe, expect, it } from 'vitest'
import type { OrderCommandBody } from '../../../src/domain/order/order-command.ts'
import type { OrderStage } from '../../../src/domain/order/order-state.ts'
import {
  channelFulfilment,
  fulfilmentOrder,
  refundOf,
  shipmentReport,
  startMs,
  testOrder,
  unitsOf,
} from '../../fixtures/order-commands.ts'
import { OrderRig } from '../../fixtures/order-rig.ts'

type Where = 'unknown' | OrderStage
const stages = [
  'unknown',
  'captured',
  'validated',
  'planned',
  'reserved',
  'posted',
  'released',
  'closed',
  'cancelled',
] as const satisfies readonly Where[]

/** An order of two units, brought to the stage and stopped there. */
async function orderAt(stage: Where): Promise<OrderRig> {
  const rig = new OrderRig()
  if (stage === 'unknown') return rig
  if (stage !== 'validated') rig.stock.receive('ROPE-10', 'east', 2)
  rig.accept({ type: 'observe', order: testOrder([{ quantity: 2 }]) })
  if (stage === 'captured') return rig
  if (stage === 'cancelled') rig.accept({ type: 'cancel', reason: 'before' }, 'api')
  if (stage === 'planned' || stage === 'posted') stopAt(rig, stage === 'planned' ? 'hold ' : 'commit ')
  await rig.advance()
  if (stage === 'posted' || stage === 'released' || stage === 'closed') await rig.settle().catch(() => {})
  if (stage === 'closed') {
    rig.accept({ type: 'record_shipment', shipment: shipmentReport(1, 'a', { L1: 2 }) })
    await rig.settle()
  }
  rig.beforePort = () => {}
  expect(rig.state.stage).toBe(stage)
  return rig
}

function stopAt(rig: OrderRig, port: string): void {
  rig.beforePort = (used) => {
    if (used.startsWith(port)) throw new Error('stopped')
  }
}

type Answer = string
const everywhere = (answer: Answer, except: Partial<Record<Where, Answer>> = {}): Record<Where, Answer> => ({
  ...(Object.fromEntries(stages.map((stage) => [stage, answer])) as Record<Where, Answer>),
  ...except,
})

const hold = { type: 'place_hold', holdId: 'h', kind: 'manual', reason: 'r' } as const
const newer = testOrder([{ quantity: 3 }], { sourceVersionMs: startMs + 1 })
const cancelledOrder = testOrder([{ quantity: 2 }], { sourceVersionMs: startMs + 1, cancelledAtMs: startMs + 1 })
const f1 = fulfilmentOrder(1)
const unknown = 'order_not_found'
const noRelease = 'fulfilment_order_not_found'

const table: readonly (readonly [string, OrderCommandBody, Record<Where, Answer>])[] = [
  [
    'observe the same',
    { type: 'observe', order: testOrder([{ quantity: 2 }]) },
    everywhere('unchanged', { unknown: 'applied' }),
  ],
  ['observe a newer version', { type: 'observe', order: newer }, everywhere('applied')],
  [
    'observe an older version',
    { type: 'observe', order: { ...newer, sourceVersionMs: 1 } },
    everywhere('stale', { unknown: 'applied' }),
  ],
  ['observe a cancellation', { type: 'observe', order: cancelledOrder }, everywhere('applied')],
  [
    'cancel',
    { type: 'cancel', reason: 'r' },
    everywhere('applied', { unknown, closed: 'cancel_too_late', cancelled: 'unchanged' }),
  ],
  ['place a hold', hold, everywhere('applied', { unknown, closed: 'order_closed', cancelled: 'order_closed' })],
  ['release a hold', { type: 'release_hold', holdId: 'h' }, everywhere('hold_not_found', { unknown })],
  ['retry', { type: 'retry' }, everywhere('applied', { unknown })],
  [
    'record an acceptance',
    { type: 'record_acceptance', fulfilmentOrderId: f1, reference: 'W' },
    everywhere(noRelease, { unknown, released: 'applied', closed: 'unchanged' }),
  ],
  [
    'record a rejection',
    { type: 'record_rejection', fulfilmentOrderId: f1, reason: 'r' },
    everywhere(noRelease, { unknown, released: 'applied', closed: 'unchanged' }),
  ],
  [
    'record a cancelled release',
    { type: 'record_fulfilment_cancelled', fulfilmentOrderId: f1, reason: 'r' },
    everywhere(noRelease, { unknown, released: 'applied', closed: 'unchanged' }),
  ],
  [
    'record a shipment',
    { type: 'record_shipment', shipment: shipmentReport(1, 'b', { L1: 2 }) },
    everywhere(noRelease, { unknown, released: 'applied', closed: 'shipment_exceeds_release' }),
  ],
  [
    'record tracking',
    { type: 'record_tracking', trackingNumber: '1Za', status: 'delivered', rawStatus: 'D', atMs: startMs },
    everywhere('applied'),
  ],
  [
    'record a refund',
    { type: 'record_refund', refund: refundOf('r', startMs + 1, { L1: 1 }, 'cancel') },
    everywhere('applied'),
  ],
  [
    'record a return',
    { type: 'record_return', externalReturnId: 'x', lines: unitsOf({ L1: 1 }), atMs: startMs },
    everywhere('return_exceeds_shipped', { unknown: 'applied', closed: 'applied' }),
  ],
  ['record a channel fulfilment', channelFulfilment('f', { L1: 1 }), everywhere('applied')],
]

describe.each(table)('to %s', (_what, body, answers) => {
  it.each(stages)('of an order that is %s', async (stage) => {
    const rig = await orderAt(stage)
    const before = rig.document
    const decided = rig.send(body, body.type === 'retry' ? 'operator' : 'delivery')
    expect(decided.ok ? decided.value.effect : decided.error.reason).toBe(answers[stage])
    if (!decided.ok || decided.value.effect === 'unchanged') expect(rig.document).toBe(before)
    if (rig.document.state !== null && body.type !== 'place_hold') await rig.settle()
    rig.check()
  })
})
