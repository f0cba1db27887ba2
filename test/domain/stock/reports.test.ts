import { describe, expect, it } from 'vitest'
import { accountId } from '../../../src/domain/shared/ids.ts'
import { commit, hold, move, setSafetyStock, snapshot } from '../../fixtures/stock-commands.ts'
import { given, nowMs } from '../../fixtures/stock-scenario.ts'

const received = (units: number) => move('received', 'receipt', units, 1)

describe('a movement', () => {
  it.each([
    ['receipt', 4, { onHand: 14, available: 14 }],
    ['return', 4, { onHand: 14, available: 14 }],
    ['transfer_in', 4, { onHand: 14, available: 14 }],
    ['shipment', 4, { onHand: 6, available: 6 }],
    ['transfer_out', 4, { onHand: 6, available: 6 }],
    ['adjustment', 4, { onHand: 14, available: 14 }],
    ['adjustment', -4, { onHand: 6, available: 6 }],
    ['receipt', -4, { onHand: 6, available: 6 }],
  ] as const)('%s of %i changes on hand', (movement, quantity, states) => {
    given(received(10))
      .when(move('m1', movement, quantity, nowMs))
      .answers({ effect: 'applied' })
      .states(states)
  })

  it.each([
    ['damaged', { damaged: 4, available: 6, onHand: 10 }],
    ['quality_control', { qualityControl: 4, available: 6, onHand: 10 }],
    ['safety_stock', { safetyStock: 4, available: 6, onHand: 10 }],
  ] as const)('hold moves units from available into %s and release brings them back', (state, states) => {
    const held = given(received(10), move('m1', 'hold', 4, nowMs - 1, state))
    held.states(states)
    held.when(move('m2', 'release', 4, nowMs, state)).states({ available: 10, onHand: 10, damaged: 0, safetyStock: 0 })
  })

  it.each([
    ['damaged', { damaged: 4, available: 10, onHand: 14 }],
    ['quality_control', { qualityControl: 4, available: 10, onHand: 14 }],
    ['safety_stock', { safetyStock: 4, available: 10, onHand: 14 }],
    ['incoming', { incoming: 4, available: 10, onHand: 10 }],
  ] as const)('receipt into %s lands there', (state, states) => {
    given(received(10))
      .when(move('m1', 'receipt', 4, nowMs, state))
      .states(states)
  })

  it('releasing from incoming is the arrival, even of more than was announced', () =>
    given(move('m1', 'receipt', 4, nowMs - 1, 'incoming'))
      .when(move('m2', 'release', 6, nowMs, 'incoming'))
      .states({ incoming: 0, onHand: 6, available: 6 }))

  it('is counted once, and conflicts with other content under the same id', () => {
    given(received(10)).when(received(10)).unchanged().states({ onHand: 10 })
    given(received(10)).when(received(11)).refused({ reason: 'movement_conflict', movementId: 'received' })
  })

  it('cannot release what a state does not hold, nor hold what is not there', () => {
    given(received(10), move('m1', 'hold', 2, 2, 'damaged'))
      .when(move('m2', 'release', 3, nowMs, 'damaged'))
      .refused({ reason: 'movement_exceeds_stock', requested: 3, available: 2 })
    given(received(10))
      .when(move('m2', 'hold', 11, nowMs, 'damaged'))
      .refused({ available: 10 })
    given(received(10), setSafetyStock(3))
      .when(move('m2', 'hold', 8, nowMs, 'safety_stock'))
      .refused({ reason: 'movement_exceeds_stock', available: 7 })
  })

  it('damages promised units as well: broken goods are broken', () =>
    given(received(10), hold('r1', 8), commit('r1'))
      .when(move('m1', 'hold', 5, nowMs, 'damaged'))
      .states({ damaged: 5, committed: 5, backordered: 3, available: 0, onHand: 10 }))

  it('from a clock that runs ahead counts as now', () =>
    given(received(10))
      .when(move('m1', 'shipment', 1, nowMs + 99_999))
      .records({ type: 'moved', occurredAtMs: nowMs }))

  it('between available and available is no movement', () =>
    given(received(10))
      .when(move('m1', 'hold', 4, nowMs))
      .states({ available: 10, onHand: 10 }))
})

describe('units that leave although we know of none', () => {
  const left = given(received(2), move('m1', 'shipment', 5, nowMs - 10_000))

  it('leave zero on hand and a drift', () => {
    left.states({ onHand: 0 })
    expect(left.stock.events.at(-1)).toMatchObject({ type: 'drifted', by: 'shortage', difference: 3 })
  })

  it('are explained by an arrival that occurred before and is told late', () =>
    given(received(2), move('m1', 'shipment', 5, nowMs - 10_000))
      .when(move('late', 'receipt', 4, nowMs - 20_000))
      .states({ onHand: 1 }))

  it('take nothing off an arrival that occurred afterwards', () =>
    given(received(2), move('m1', 'shipment', 5, nowMs - 10_000))
      .when(move('next', 'receipt', 4, nowMs))
      .states({ onHand: 4 }))
})

describe('a snapshot', () => {
  it('is a beginning, not a drift, where nothing was told before', () =>
    given()
      .when(snapshot('f1', 50, nowMs - 1, { damaged: 3, qualityControl: 2 }))
      .records({ type: 'rebased', by: 'snapshot', reference: 'f1' })
      .states({ onHand: 50, damaged: 3, qualityControl: 2, available: 45 }))

  it('becomes the base, with the movements after its instant on top', () =>
    given(snapshot('f1', 50, 100), move('m1', 'shipment', 5, 150), move('m2', 'receipt', 20, 250))
      .when(snapshot('f2', 44, 200))
      .records(
        { type: 'rebased', stock: { sellable: 64, missing: 0, damaged: null, qualityControl: null } },
        {
          type: 'drifted',
          believed: 65,
          found: 64,
          difference: -1,
          movedSince: { sellable: 20, damaged: 0, qualityControl: 0 },
        },
      )
      .states({ onHand: 64 }))

  it('that confirms what we believe is no drift', () =>
    given(snapshot('f1', 50, 100), move('m1', 'shipment', 5, 150))
      .when(snapshot('f2', 45, 200))
      .records({ type: 'rebased' }))

  it('older than the one held is recorded and ignored', () =>
    given(snapshot('f1', 50, 200))
      .when(snapshot('f0', 10, 199))
      .records({ type: 'figure_ignored', reference: 'f0', newestAsOfMs: 200 })
      .answers({ effect: 'stale' })
      .states({ onHand: 50 }))

  it('that its own source numbers lower is ignored, whatever its time says', () => {
    const numbered = (sourceSequence: number) => ({ sourceSequence, source: accountId('erp') })
    const held = given(snapshot('f1', 50, 200, numbered(7)))
    held.when(snapshot('f0', 10, 300, numbered(6))).answers({ effect: 'stale' })
    held
      .when(snapshot('f2', 12, 300, numbered(8)))
      .answers({ effect: 'applied' })
      .states({ onHand: 12 })
    held.when(snapshot('f3', 13, 400, { sourceSequence: 1, source: accountId('wms') })).answers({ effect: 'applied' })
  })

  it('is recognised by its id, also when it was ignored', () => {
    given(snapshot('f1', 50, 200))
      .when(snapshot('f1', 50, 200))
      .unchanged()
    given(snapshot('f1', 50, 200), snapshot('f0', 10, 100))
      .when(snapshot('f0', 10, 100))
      .unchanged()
    given(snapshot('f1', 50, 200))
      .when(snapshot('f1', 51, 200))
      .refused({ reason: 'movement_conflict', movementId: 'f1' })
  })

  it('contains the movements up to its instant, whenever they are told', () =>
    given(snapshot('f1', 50, 200))
      .when(move('late', 'shipment', 5, 200))
      .records({ type: 'moved', stale: true })
      .answers({ effect: 'stale' })
      .states({ onHand: 50 }))

  it('from the future fences off nothing that happens until then', () =>
    given(snapshot('f1', 50, nowMs + 1_000_000))
      .when(move('m1', 'shipment', 5, nowMs))
      .answers({ effect: 'applied' })
      .states({ onHand: 45 }))

  it('that takes on hand below the promises leaves them backordered until units come', () => {
    const short = given(received(10), hold('r1', 8), commit('r1'), snapshot('f1', 5, nowMs - 1))
    short.states({ onHand: 5, committed: 5, backordered: 3, available: 0 })
    short.when(move('m1', 'receipt', 4, nowMs)).states({ committed: 8, backordered: 0, available: 1 })
  })

  it('without a figure for damaged units keeps the one known, told before or after', () => {
    const damagedAt = (atMs: number) => move('m1', 'receipt', 4, atMs, 'damaged')
    given(damagedAt(100))
      .when(snapshot('f1', 20, 200))
      .states({ onHand: 20, damaged: 4, available: 16 })
    given(snapshot('f1', 20, 200))
      .when(damagedAt(100))
      .states({ onHand: 20, damaged: 4, available: 16 })
    given(snapshot('f1', 20, 200))
      .when(damagedAt(300))
      .states({ onHand: 24, damaged: 4, available: 20 })
  })
})

describe('a count', () => {
  it('of available sets what lies on the shelf, promised or not', () =>
    given(received(10), hold('r1', 4), move('m1', 'receipt', 3, 2, 'damaged'))
      .when(move('c1', 'count', 7, nowMs))
      .records({ type: 'rebased', by: 'count' }, { type: 'drifted', by: 'count', difference: -3 })
      .states({ onHand: 10, damaged: 3, reserved: 4, available: 3 }))

  it('of damaged goods sets that state alone', () =>
    given(received(10), move('m1', 'receipt', 3, 2, 'damaged'))
      .when(move('c1', 'count', 1, nowMs, 'damaged'))
      .states({ damaged: 1, available: 10, onHand: 11 }))

  it('older than the newest figure of its state is ignored', () =>
    given(snapshot('f1', 50, 200))
      .when(move('c1', 'count', 7, 199))
      .answers({ effect: 'stale' })
      .states({ onHand: 50 }))

  it('keeps the movements that followed it', () =>
    given(received(10), move('m1', 'shipment', 2, 300))
      .when(move('c1', 'count', 9, 200))
      .states({ onHand: 7 }))

  it('fences off an older snapshot', () =>
    given(move('c1', 'count', 7, 300))
      .when(snapshot('f1', 50, 200))
      .answers({ effect: 'stale' })
      .states({ onHand: 7 }))

  it('of announcements or safety stock sets the figure', () => {
    given(received(10))
      .when(move('c1', 'count', 6, nowMs, 'incoming'))
      .states({ incoming: 6, onHand: 10 })
    given(received(10), setSafetyStock(1))
      .when(move('c1', 'count', 6, nowMs, 'safety_stock'))
      .states({ safetyStock: 6 })
  })

  it('cannot be negative', () =>
    given(received(10))
      .when(move('c1', 'count', -1, nowMs))
      .refused({ reason: 'movement_exceeds_stock' }))
})

describe('safety stock', () => {
  it('keeps back what there is of it, and gives it to promises first', () => {
    given(received(3))
      .when(setSafetyStock(5))
      .records({ type: 'safety_stock_set', quantity: 5 })
      .states({ safetyStock: 3, available: 0 })
    given(received(3), setSafetyStock(5))
      .when(move('m1', 'receipt', 4, nowMs))
      .states({ safetyStock: 5, available: 2 })
    given(received(3), setSafetyStock(5)).when(setSafetyStock(5)).unchanged()
  })
})

it('refuses to decide on figures no boundary may let through', () => {
  for (const broken of [hold('r1', 0), hold('r1', 1.5), setSafetyStock(-1), snapshot('f1', Number.NaN, 1)]) {
    expect(() => given().when(broken)).toThrow(broken.type)
  }
})
