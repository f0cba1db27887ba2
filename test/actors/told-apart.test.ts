/** Lots, later dates and protections at a real position: over evictions, by the exact millisecond, from older rows. */
import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  announceSupply,
  commit,
  hold,
  lots,
  move,
  protect,
  receiveSupply,
  setLotStatus,
  ship,
  snapshot,
} from '../fixtures/stock-commands.ts'
import { checkedPositions, type TestPosition } from '../fixtures/stock-position.ts'

const newPosition = checkedPositions()

/** An hour ahead, so that no alarm goes off by itself. */
beforeEach(() => {
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000)
})
afterEach(() => {
  vi.restoreAllMocks()
})
const laterBy = (ms: number) => vi.mocked(Date.now).mockReturnValue(Date.now() + ms)

const receipt = (units: number, ...told: string[]) => ({
  ...move('in', 'receipt', units, Date.now()),
  lots: lots(...told),
})
const typesOf = async (position: TestPosition) => (await position.api.ledger(20, null)).map(({ type }) => type)

describe('a position', () => {
  it('from before lots and later dates loads, promises as it did, and takes them from then on', async () => {
    const position = newPosition()
    await position.api.applyMany(position.name, [move('m1', 'receipt', 10, Date.now()), hold('r1', 3)])
    await position.inside((_, { storage }) => {
      // As a release before this one left it: neither the rows nor the figures know of anything but units.
      for (const index of ['committed', 'uncovered']) storage.sql.exec(`DROP INDEX reservation_${index}`)
      for (const column of ['due_at_ms', 'good_until_ms', 'draws', 'priority', 'since', 'uncovered']) {
        storage.sql.exec(`ALTER TABLE reservation DROP COLUMN ${column}`)
      }
      storage.sql.exec('ALTER TABLE stock_report DROP COLUMN lots')
      for (const column of ['priority', 'since_ms', 'channel_group'])
        storage.sql.exec(`ALTER TABLE waiter DROP COLUMN ${column}`)
      storage.sql.exec('DROP TABLE supply')
      storage.sql.exec('DELETE FROM schema_migration WHERE id >= 3')
      const told = [
        'lots',
        'lotsAsOfMs',
        'lotsTrimmedAsOfMs',
        'needs',
        'supplies',
        'demands',
        'dueThroughMs',
        'protections',
      ]
      for (const name of told) storage.sql.exec(`UPDATE position SET figures = json_remove(figures, '$.${name}')`)
    })
    await evictDurableObject(position.stub)
    expect(await position.available()).toBe(7)
    expect(await position.send(commit('r1'))).toMatchObject({ ok: true })
    const later = Date.now() + 60_000
    await position.api.applyMany(position.name, [
      { ...move('m2', 'receipt', 5, Date.now()), lots: lots(`A:5@${later}`) },
      announceSupply('po', 4, later),
      hold('r2', 2, { dueAtMs: later }),
    ])
    expect((await position.api.summary(position.name)).figures).toMatchObject({
      lots: [{ lotId: 'A', units: 5 }],
      supplies: [{ units: 4 }],
      demands: [{ units: 2 }],
    })
  })

  it('keeps all of it over an eviction', async () => {
    const position = newPosition()
    const later = Date.now() + 60_000
    await position.api.applyMany(position.name, [
      receipt(10, `A:4@${later}`, 'B:6'),
      protect('contract', 3),
      hold('r1', 2, { group: 'contract', dueAtMs: later, goodUntilMs: later + 9 }),
      receiveSupply('d1', 'po', 5, Date.now()),
      announceSupply('po', 9, later),
    ])
    const before = await position.api.summary(position.name)
    await evictDurableObject(position.stub)
    expect(await position.api.summary(position.name)).toEqual(before)
    expect(before.figures).toMatchObject({ supplies: [{ units: 4 }], protections: [{ units: 1 }] })
  })
})

describe('the clock', () => {
  it('takes an expired lot off sale with its very millisecond, and the alarm records it once', async () => {
    const position = newPosition()
    await position.send(receipt(10, `A:4@${Date.now() + 2_000}`))
    laterBy(1_999)
    expect(await position.available()).toBe(10)
    laterBy(1)
    expect((await position.api.view(position.name)).states).toMatchObject({
      available: 6,
      qualityControl: 4,
      onHand: 10,
    })
    expect(await position.api.lots()).toMatchObject([{ lotId: 'A', units: 4, status: 'expired', isBlocked: true }])
    await runDurableObjectAlarm(position.stub)
    expect((await typesOf(position)).filter((type) => type === 'lot_expired')).toHaveLength(1)
  })

  it('is kept by the alarm where nobody asks', async () => {
    const position = newPosition()
    const inTwo = Date.now() + 2_000
    await position.api.applyMany(position.name, [
      receipt(10, `A:4@${inTwo}`),
      protect('contract', 2, { releaseAtMs: inTwo }),
      hold('r1', 1, { dueAtMs: inTwo }),
    ])
    await evictDurableObject(position.stub)
    laterBy(2_500)
    await runDurableObjectAlarm(position.stub)
    expect((await typesOf(position)).slice(0, 3).toSorted()).toEqual([
      'demand_due',
      'lot_expired',
      'protection_released',
    ])
  })
})

describe('lots', () => {
  it('leave first expired, first out, and a figure that tells them adds what moved since', async () => {
    const position = newPosition()
    const at = Date.now()
    await position.api.applyMany(position.name, [
      receipt(10, `B:5@${at + 90_000}`, `A:5@${at + 60_000}`),
      hold('r1', 6),
      commit('r1'),
    ])
    laterBy(1_000)
    await position.send(ship('r1', 's1', 6))
    expect(await position.api.lots()).toMatchObject([{ lotId: 'B', units: 4 }])
    laterBy(1_000)
    const told = lots(`A:5@${at + 60_000}`, `B:5@${at + 90_000}`, `C:2@${at + 95_000}`)
    await position.send(snapshot('f1', 12, at + 500, { lots: told }))
    expect(await position.api.lots()).toMatchObject([
      { lotId: 'B', units: 4 },
      { lotId: 'C', units: 2 },
    ])
  })

  it('that are recalled are backordered at once and pushed to the availability of the SKU', async () => {
    const position = newPosition()
    await position.api.applyMany(position.name, [receipt(10, 'A:10'), hold('r1', 4), setLotStatus('A', 'recalled')])
    const { states, figures } = await position.api.summary(position.name)
    expect(states).toMatchObject({ backordered: 4, qualityControl: 10, available: 0 })
    expect(figures).toMatchObject({ sellable: 0, held: 4, lots: [] })
  })
})
