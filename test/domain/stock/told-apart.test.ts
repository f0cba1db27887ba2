/** Lots, supply, later dates and protected units: what tells units of a position apart, verb by verb. */
import { describe, expect, it } from 'vitest'
import {
  announceSupply,
  cancelSupply,
  commit,
  hold,
  lots,
  move,
  protect,
  receiveSupply,
  release,
  setLotStatus,
  ship,
  snapshot,
} from '../../fixtures/stock-commands.ts'
import { given, nowMs } from '../../fixtures/stock-scenario.ts'

const later = nowMs + 10_000
const received = (units: number, ...told: string[]) => ({
  ...move('received', 'receipt', units, 1),
  ...(told.length === 0 ? {} : { lots: lots(...told) }),
})
const lotUnits = (scenario: ReturnType<typeof given>) =>
  Object.fromEntries(scenario.stock.position.lots.map(({ lotId, units }) => [lotId, units]))

describe('a lot', () => {
  it('that expires can be promised to nobody from that very millisecond on', () => {
    const scenario = given(received(10, `A:6@${nowMs}`))
    scenario.when(hold('r1', 5), nowMs).refused({ reason: 'insufficient_stock', available: 4 })
    scenario.states({ available: 4, qualityControl: 6, onHand: 10 })
  })

  it('serves until the millisecond before', () => {
    given(received(10, `A:6@${nowMs}`))
      .when(hold('r1', 10), nowMs - 1)
      .answers({ granted: 10 })
  })

  it('that is recalled leaves what it covered backordered, and gives the cover back when it is cleared', () => {
    const scenario = given(received(10, 'A:10'), hold('r1', 8), commit('r1'), setLotStatus('A', 'recalled'))
    scenario.states({ available: 0, committed: 0, backordered: 8, qualityControl: 10, onHand: 10 })
    scenario.when(setLotStatus('A', 'sellable')).states({ available: 2, committed: 8, backordered: 0 })
  })

  it('that is recalled before it comes is blocked when it does', () =>
    given(setLotStatus('A', 'recalled')).when(received(10, 'A:7')).states({ available: 3, qualityControl: 7 }))

  it('that has expired stays blocked by its date, also once a recall of it is taken back', () => {
    const scenario = given(received(10, `A:6@${nowMs - 1}`), setLotStatus('A', 'recalled'))
    scenario.states({ available: 4, qualityControl: 6 })
    scenario.when(setLotStatus('A', 'sellable')).states({ available: 4, qualityControl: 6 })
    scenario.when(hold('r1', 5)).refused({ available: 4 })
    expect(scenario.stock.position.lots).toMatchObject([{ lotId: 'A', status: 'expired' }])
  })

  it('that is recalled gives its place to the others: what was picked leaves from them, as long as they last', () => {
    const stock = received(10, `A:4@${nowMs + 1_000}`, `B:4@${later}`)
    const scenario = given(stock, hold('r1', 7), commit('r1'), setLotStatus('A', 'recalled'))
    scenario.states({ committed: 6, backordered: 1, available: 0, qualityControl: 4 })
    scenario.when(ship('r1', 's1', 5)).states({ onHand: 5, committed: 1, backordered: 1, qualityControl: 4 })
    expect(lotUnits(scenario)).toEqual({ A: 4 })
    // It was packed before anybody knew: a fact, and nothing is available by it.
    scenario.when({ ...ship('r1', 's2', 2), lots: lots('A:2') })
    scenario.states({ onHand: 3, committed: 0, backordered: 0, qualityControl: 2, available: 1 })
  })

  it('on quality hold gives cover back to whom it was promised before anybody else may have it', () => {
    const need = { goodUntilMs: later }
    const scenario = given(
      received(6, `A:6@${later}`),
      hold('r1', 4, need),
      commit('r1'),
      setLotStatus('A', 'quality_hold'),
    )
    scenario.when(hold('r2', 1)).refused({ available: 0 })
    scenario.when(release('r1', 1)).states({ backordered: 3 })
    scenario.when(setLotStatus('A', 'sellable')).states({ committed: 3, available: 3, backordered: 0 })
    scenario.when(hold('r3', 4, need)).refused({ available: 3 })
  })

  it('leaves first expired, first out, and spares what a longer need could not use', () => {
    const long = hold('r1', 4, { goodUntilMs: later })
    const scenario = given(received(10, `A:5@${nowMs + 1_000}`, `B:5@${later}`), long, commit('r1'))
    scenario.when(ship('r1', 's1', 4))
    expect(lotUnits(scenario)).toEqual({ A: 5, B: 1 })
    const plain = given(received(10, `A:5@${nowMs + 1_000}`, `B:5@${later}`), hold('r1', 6), commit('r1'))
    plain.when(ship('r1', 's1', 6))
    expect(lotUnits(plain)).toEqual({ B: 4 })
  })

  it('is promised to those who need a longer life only as far as it keeps, and never twice', () => {
    const stock = [received(10, `A:5@${nowMs + 1_000}`, `B:5@${later}`)]
    given(...stock)
      .when(hold('r1', 6, { goodUntilMs: later }))
      .refused({ available: 5 })
    given(...stock, hold('r1', 5, { goodUntilMs: later }))
      .when(hold('r2', 6))
      .refused({ available: 5 })
    given(...stock, hold('r1', 7))
      .when(hold('r2', 4, { goodUntilMs: later }))
      .refused({ available: 3 })
  })

  it('is trimmed, first expired first, by a lower figure that tells no lots', () => {
    const scenario = given(received(10, `A:5@${nowMs + 1_000}`, `B:5@${later}`), snapshot('f1', 7, nowMs - 500))
    expect(lotUnits(scenario)).toEqual({ A: 2, B: 5 })
    // Nothing that comes of no lot brings back what is gone.
    scenario.when(move('m2', 'receipt', 9, nowMs))
    expect(lotUnits(scenario)).toEqual({ A: 2, B: 5 })
  })

  it('is as a figure tells it, with what moved since', () => {
    const out = { ...move('m2', 'shipment', 2, 300), lots: lots('B:2') }
    const scenario = given(received(10, 'A:10'), out, snapshot('f1', 9, 200, { lots: lots('A:3', 'B:6') }))
    expect(lotUnits(scenario)).toEqual({ A: 3, B: 4 })
  })

  it('cannot hold more units than the event that names it moves', () =>
    given().when(received(3, 'A:4')).refused({ reason: 'lots_exceed_quantity', requested: 3, named: 4 }))
})

describe('supply', () => {
  it('shows as incoming, and is promised for when it is due as far as it is trusted', () => {
    const announced = given(announceSupply('po', 10, later, { confidencePercent: 75 }))
    announced.states({ incoming: 10, available: 0 })
    announced.when(hold('r0', 1)).refused({ reason: 'insufficient_stock', available: 0 })
    announced.when(hold('r1', 8, { dueAtMs: later })).refused({ available: 7 })
    announced.when(hold('r2', 7, { dueAtMs: later })).answers({ granted: 7 })
  })

  it('comes in parts, short or over, and is closed by the last', () => {
    const parts = given(announceSupply('po', 10, later), receiveSupply('d1', 'po', 4, nowMs))
    parts.states({ incoming: 6, onHand: 4 })
    parts.when(receiveSupply('d2', 'po', 1, nowMs, { final: true })).states({ incoming: 0, onHand: 5 })
    given(announceSupply('po', 10, later))
      .when(receiveSupply('d1', 'po', 12, nowMs))
      .states({ incoming: 0, onHand: 12 })
  })

  it('may be received before it is announced, and announced late in any order of versions', () => {
    given(receiveSupply('d1', 'po', 4, nowMs))
      .when(announceSupply('po', 10, later))
      .states({ incoming: 6, onHand: 4 })
    given(announceSupply('po', 20, later, { sourceVersion: 2 }))
      .when(announceSupply('po', 10, later))
      .answers({ effect: 'stale' })
      .states({ incoming: 20 })
  })

  it('that is cancelled or closed stays so, whatever is announced afterwards', () => {
    given(announceSupply('po', 10, later), cancelSupply('po'))
      .when(announceSupply('po', 10, later, { sourceVersion: 9 }))
      .states({ incoming: 0 })
    given(cancelSupply('po'))
      .when(announceSupply('po', 10, later))
      .states({ incoming: 0 })
  })

  it('received twice counts once, and conflicts under other content', () => {
    const scenario = given(receiveSupply('d1', 'po', 4, nowMs))
    scenario
      .when(receiveSupply('d1', 'po', 4, nowMs))
      .unchanged(4)
      .states({ onHand: 4 })
    scenario.when(receiveSupply('d1', 'po', 5, nowMs)).refused({ reason: 'movement_conflict' })
  })

  it('that is late is expected a while after now, so a date before that is not promised', () => {
    const late = announceSupply('po', 10, nowMs - 1, { overdueDelayMs: 5_000 })
    given(late)
      .when(hold('r1', 1, { dueAtMs: nowMs + 4_999 }))
      .refused({ available: 0 })
    given(late)
      .when(hold('r1', 1, { dueAtMs: nowMs + 5_000 }))
      .answers({ granted: 1 })
  })
})

describe('a claim for a later date', () => {
  it('keeps from today what no supply brings until then', () => {
    const scenario = given(received(10), hold('r1', 6, { dueAtMs: later }))
    scenario.states({ available: 4, reserved: 6 })
    scenario.when(hold('r2', 5)).refused({ available: 4 })
  })

  it('leaves today alone when supply brings it', () =>
    given(received(10), announceSupply('po', 6, later - 1), hold('r1', 6, { dueAtMs: later }))
      .when(hold('r2', 10))
      .answers({ granted: 10 }))

  it('is a claim for now from its date on, backordered if nothing came', () => {
    const scenario = given(announceSupply('po', 6, later - 1), hold('r1', 6, { dueAtMs: later }), commit('r1'))
    scenario.states({ backordered: 0, committed: 0 })
    scenario.stock.tidy(later)
    scenario.states({ backordered: 6, committed: 0 })
    scenario.when(receiveSupply('d1', 'po', 6, later), later + 1).states({ committed: 6, backordered: 0 })
  })

  it('gives back what it kept', () =>
    given(received(10), hold('r1', 6, { dueAtMs: later }))
      .when(release('r1'))
      .states({ available: 10 }))
})

describe('protected units', () => {
  const market = { group: 'market' }
  const contract = { group: 'contract' }

  it('are for their group alone', () => {
    const scenario = given(received(10), protect('contract', 6))
    scenario.states({ available: 4, reserved: 6 })
    scenario.when(hold('r1', 5, market)).refused({ available: 4 })
    scenario.when(hold('r2', 10, contract)).answers({ granted: 10 })
  })

  it('are drawn first or last, as the protection says', () => {
    const first = given(received(10), protect('contract', 6), hold('r1', 4, contract))
    first.when(hold('r2', 5, market)).refused({ available: 4 })
    const last = given(received(10), protect('contract', 6, { consume: 'unprotected_first' }), hold('r1', 4, contract))
    last.when(hold('r2', 1, market)).refused({ available: 0 })
  })

  it('come back when they are given back, and are gone for good when they ship', () => {
    const back = given(received(10), protect('contract', 6), hold('r1', 6, contract), release('r1'))
    back.when(hold('r2', 5, market)).refused({ available: 4 })
    const gone = given(received(10), protect('contract', 6), hold('r1', 6, contract), commit('r1'), ship('r1', 's', 6))
    gone.when(protect('contract', 6)).unchanged()
    gone.when(hold('r2', 4, market)).answers({ granted: 4 })
  })

  it('are lent as far as the loan goes', () => {
    const lent = given(received(10), protect('contract', 10, { lendsTo: [{ group: 'market', quantityMax: 3 }] }))
    lent.when(hold('r1', 4, market)).refused({ available: 3 })
    lent.when(hold('r2', 3, market)).answers({ granted: 3 })
    lent.when(hold('r3', 1, market)).refused({ available: 0 })
  })

  it("are everybody's from the very instant of their release", () => {
    const until = given(received(10), protect('contract', 6, { releaseAtMs: nowMs }))
    until.when(hold('r1', 5, market), nowMs - 1).refused({ available: 4 })
    until.when(hold('r2', 10, market), nowMs).answers({ granted: 10 })
  })
})

describe('a difference', () => {
  it('within the tolerance is recorded as that, one beyond names the movements after the figure', () => {
    const before = [received(100), move('m2', 'shipment', 5, 500)] as const
    given(...before)
      .when(snapshot('f1', 99, 200, { tolerance: { units: 2, percent: 0 } }))
      .records({ type: 'rebased' }, { type: 'drifted', difference: -1, beyondTolerance: false })
    given(...before)
      .when(snapshot('f1', 90, 200, { tolerance: { units: 2, percent: 5 } }))
      .records(
        { type: 'rebased' },
        { type: 'drifted', beyondTolerance: true, movements: [{ id: 'movement/m2', occurredAtMs: 500, units: -5 }] },
      )
  })
})
