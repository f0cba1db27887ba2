import { describe, it } from 'vitest'
import { orderIdFrom } from '../../../src/domain/shared/ids.ts'
import { commit, extend, hold, move, release, setSafetyStock, ship, snapshot } from '../../fixtures/stock-commands.ts'
import { given, nowMs } from '../../fixtures/stock-scenario.ts'

const received = (units: number) => move('received', 'receipt', units, 1)
const lost = (units: number) => move(`lost-${units}`, 'adjustment', -units, nowMs - 10)

describe('a hold', () => {
  it('claims available units until its time', () =>
    given(received(5))
      .when(hold('r1', 3, { expiresAtMs: nowMs + 1, orderId: orderIdFrom('b2b:1') }))
      .records({ type: 'held', quantity: 3, requested: 3, expiresAtMs: nowMs + 1, orderId: orderIdFrom('b2b:1') })
      .states({ available: 2, reserved: 3, onHand: 5 }))

  it('is refused when there is not enough, and says how much there is', () =>
    given(received(5), hold('r1', 3))
      .when(hold('r2', 3))
      .refused({ reason: 'insufficient_stock', requested: 3, available: 2 }))

  it('is granted once when it is redelivered', () =>
    given(received(5), hold('r1', 3)).when(hold('r1', 3)).unchanged(3).states({ available: 2 }))

  it('conflicts with the same id for another quantity', () =>
    given(received(5), hold('r1', 3)).when(hold('r1', 2)).refused({ reason: 'reservation_conflict', held: 3 }))

  it('grants a part when a part is welcome', () =>
    given(received(5))
      .when(hold('r1', 8, { allowPartial: true }))
      .records({ type: 'held', quantity: 5, requested: 8 }))

  it('recognises the redelivery of a partial grant by what was asked for', () =>
    given(received(5), hold('r1', 8, { allowPartial: true }), move('more', 'receipt', 9, 2))
      .when(hold('r1', 8, { allowPartial: true }))
      .unchanged(5))

  it('does not grant nothing as a part', () =>
    given(received(1), hold('r1', 1))
      .when(hold('r2', 8, { allowPartial: true }))
      .refused({ reason: 'insufficient_stock', available: 0 }))

  it('leaves safety stock alone', () =>
    given(received(5), setSafetyStock(2)).when(hold('r1', 4)).refused({ reason: 'insufficient_stock', available: 3 }))

  it('that is over before it begins is refused', () =>
    given(received(5))
      .when(hold('r1', 3, { expiresAtMs: nowMs }))
      .refused({ reason: 'reservation_expired', expiredAtMs: nowMs }))

  it('is not revived by its own id once it was given back', () =>
    given(received(5), hold('r1', 3), release('r1')).when(hold('r1', 3)).refused({ reason: 'reservation_released' }))

  it('is not revived by its own id once it expired', () =>
    given(received(5), hold('r1', 3, { expiresAtMs: nowMs }))
      .when(hold('r1', 3))
      .refused({ reason: 'reservation_expired' }))

  it('says what is granted still when the reservation was committed or shipped', () => {
    given(received(5), hold('r1', 3), commit('r1')).when(hold('r1', 3)).unchanged(3)
    given(received(5), hold('r1', 3), commit('r1'), ship('r1', 's1', 3))
      .when(hold('r1', 3))
      .unchanged(3)
  })
})

describe('expiry', () => {
  const held = given(received(5), hold('r1', 5, { expiresAtMs: nowMs + 10 }))

  it('leaves the last millisecond to the holder and the next to everybody', () => {
    held.when(hold('r2', 1), nowMs + 9).refused({ reason: 'insufficient_stock', available: 0 })
    held
      .when(hold('r2', 1), nowMs + 10)
      .records({ type: 'held', quantity: 1 })
      .states({ available: 4, reserved: 1 })
  })

  it('refuses to commit from that instant on', () =>
    given(received(5), hold('r1', 5, { expiresAtMs: nowMs }))
      .when(commit('r1'))
      .refused({ reason: 'reservation_expired', expiredAtMs: nowMs }))

  it('does not touch what was committed in time', () =>
    given(received(5), hold('r1', 5, { expiresAtMs: nowMs + 10 }), commit('r1'))
      .when(ship('r1', 's1', 5), nowMs + 1_000)
      .records({ type: 'shipped', quantity: 5 }))

  it('has no effect on a release: there is nothing left to give back', () =>
    given(received(5), hold('r1', 5, { expiresAtMs: nowMs }))
      .when(release('r1'))
      .unchanged())
})

describe('an extension', () => {
  it('gives a hold more time', () =>
    given(received(5), hold('r1', 3, { expiresAtMs: nowMs + 1 }))
      .when(extend('r1', nowMs + 9))
      .records({ type: 'extended', expiresAtMs: nowMs + 9 }))

  it('that comes late does not cut a newer one short', () =>
    given(received(5), hold('r1', 3, { expiresAtMs: nowMs + 9 }))
      .when(extend('r1', nowMs + 5))
      .unchanged(3))

  it('of a hold without end changes nothing', () =>
    given(received(5), hold('r1', 3))
      .when(extend('r1', nowMs + 5))
      .unchanged(3))

  it('comes too late for an expired, released or unknown reservation', () => {
    const ends = { expiresAtMs: nowMs }
    given(received(5), hold('r1', 3, ends))
      .when(extend('r1', nowMs + 5))
      .refused({ reason: 'reservation_expired' })
    given(received(5), hold('r1', 3), release('r1')).when(extend('r1', 9)).refused({ reason: 'reservation_released' })
    given()
      .when(extend('r1', nowMs + 5))
      .refused({ reason: 'reservation_not_found' })
  })
})

describe('a commit', () => {
  it('makes the hold final, once', () => {
    given(received(5), hold('r1', 3))
      .when(commit('r1'))
      .records({ type: 'committed', quantity: 3 })
      .states({ committed: 3, reserved: 0, available: 2 })
    given(received(5), hold('r1', 3), commit('r1')).when(commit('r1')).unchanged(3)
  })

  it('takes what a partial release left', () =>
    given(received(5), hold('r1', 3), release('r1', 1))
      .when(commit('r1'))
      .answers({ granted: 2 })
      .states({ committed: 2 }))

  it('is refused for what was given back or never held', () => {
    given(received(5), hold('r1', 3), release('r1')).when(commit('r1')).refused({ reason: 'reservation_released' })
    given(received(5)).when(commit('r1')).refused({ reason: 'reservation_not_found' })
  })

  it('keeps a promise whose cover was lost, and shows it as backordered', () =>
    given(received(5), hold('r1', 3), lost(4)).when(commit('r1')).states({ committed: 1, reserved: 0, backordered: 2 }))
})

describe('a release', () => {
  it('gives everything back, however often it is said', () => {
    given(received(5), hold('r1', 3))
      .when(release('r1'))
      .records({ type: 'released', from: 'held' })
      .states({ available: 5 })
    given(received(5), hold('r1', 3), release('r1')).when(release('r1')).unchanged()
  })

  it('gives a part back and keeps the rest', () =>
    given(received(5), hold('r1', 3), commit('r1'))
      .when(release('r1', 2))
      .records({ type: 'released', quantity: 2, from: 'committed' })
      .states({ committed: 1, available: 4 }))

  it('cannot give back more than is open', () =>
    given(received(5), hold('r1', 3), commit('r1'), ship('r1', 's1', 2))
      .when(release('r1', 2))
      .refused({ reason: 'quantity_exceeds_reservation', requested: 2, open: 1 }))

  it('of the rest leaves a partly shipped reservation shipped', () =>
    given(received(5), hold('r1', 3), commit('r1'), ship('r1', 's1', 2), release('r1'))
      .when(ship('r1', 's2', 1))
      .refused({ reason: 'quantity_exceeds_reservation', open: 0 })
      .states({ committed: 0, onHand: 3, available: 3 }))

  it('of an unknown reservation is refused', () =>
    given().when(release('r1')).refused({ reason: 'reservation_not_found' }))
})

describe('a shipment', () => {
  const committed = [received(5), hold('r1', 3), commit('r1')] as const

  it('takes the units off hand', () =>
    given(...committed)
      .when(ship('r1', 's1', 2))
      .records({ type: 'shipped', quantity: 2 })
      .states({ onHand: 3, committed: 1, available: 2 }))

  it('is counted once however often it is told, and conflicts with another quantity', () => {
    given(...committed, ship('r1', 's1', 2))
      .when(ship('r1', 's1', 2))
      .unchanged(2)
      .states({ onHand: 3 })
    given(...committed, ship('r1', 's1', 2))
      .when(ship('r1', 's1', 1))
      .refused({ reason: 'movement_conflict' })
  })

  it('may carry two reservations of the position', () =>
    given(...committed, hold('r2', 2), commit('r2'), ship('r1', 's1', 3))
      .when(ship('r2', 's1', 2))
      .records({ type: 'shipped' })
      .states({ onHand: 0 }))

  it('needs a committed reservation with that much open', () => {
    given(received(5), hold('r1', 3))
      .when(ship('r1', 's1', 1))
      .refused({ reason: 'not_committed', status: 'held' })
    given(...committed)
      .when(ship('r1', 's1', 4))
      .refused({ reason: 'quantity_exceeds_reservation', open: 3 })
    given()
      .when(ship('r1', 's1', 1))
      .refused({ reason: 'reservation_not_found' })
  })

  it('is a fact even if we knew of no units: on hand stops at zero and the difference is drift', () =>
    given(...committed, lost(4))
      .when(ship('r1', 's1', 3))
      .records(
        { type: 'shipped', quantity: 3 },
        { type: 'drifted', by: 'shortage', reference: 's1', believed: 1, found: 3, difference: 2 },
      )
      .states({ onHand: 0, committed: 0, backordered: 0, available: 0 }))

  it('that a newer figure has seen does not count twice', () =>
    given(...committed, snapshot('f1', 2, nowMs - 5_000))
      .when(ship('r1', 's1', 3, nowMs - 20_000))
      .answers({ effect: 'stale' })
      .states({ onHand: 2, committed: 0, available: 2 }))

  it('without a stated time left after every figure held', () =>
    given(...committed, snapshot('f1', 5, nowMs))
      .when(ship('r1', 's1', 3))
      .answers({ effect: 'applied' })
      .states({ onHand: 2 }))
})

describe('units that run short', () => {
  const promised = [received(10), setSafetyStock(2), hold('held', 3), hold('sold', 4), commit('sold')] as const

  it('are taken from available first', () =>
    given(...promised, lost(1)).states({ available: 0, safetyStock: 2, reserved: 3, committed: 4, backordered: 0 }))

  it('then from safety stock', () =>
    given(...promised, lost(2)).states({ safetyStock: 1, reserved: 3, committed: 4, backordered: 0 }))

  it('then from the cover of holds', () =>
    given(...promised, lost(5)).states({ safetyStock: 0, reserved: 1, committed: 4, backordered: 2 }))

  it('and from commitments last', () =>
    given(...promised, lost(8)).states({ reserved: 0, committed: 2, backordered: 5, available: 0, onHand: 2 }))

  it('come back in the opposite order', () => {
    const short = [...promised, lost(8)] as const
    given(...short, move('m1', 'receipt', 2, nowMs)).states({ committed: 4, reserved: 0, backordered: 3 })
    given(...short, move('m1', 'receipt', 5, nowMs)).states({
      committed: 4,
      reserved: 3,
      backordered: 0,
      safetyStock: 0,
    })
    given(...short, move('m1', 'receipt', 8, nowMs)).states({ safetyStock: 2, available: 1, backordered: 0 })
  })

  it('are never promised anew while anybody waits for cover', () =>
    given(...promised, lost(8), move('m1', 'receipt', 4, nowMs))
      .when(hold('r9', 1))
      .refused({ reason: 'insufficient_stock', available: 0 }))
})
