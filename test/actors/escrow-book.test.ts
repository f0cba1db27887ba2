/** What a shard says that it knows when it hands over more claims than one batch takes. */
import { expect, it } from 'vitest'
import { EscrowBook } from '../../durable-objects/escrow-book.ts'
import { EscrowTables, escrowTables } from '../../durable-objects/escrow-tables.ts'
import { Migrations } from '../../durable-objects/migrations.ts'
import { Timers, timersTable } from '../../durable-objects/timers.ts'
import { doorOf } from '../../src/domain/stock/escrow.ts'
import type { Settlement } from '../../src/domain/stock/settlement.ts'
import { inStorage } from '../fixtures/in-storage.ts'
import { hold } from '../fixtures/stock-commands.ts'

const nowMs = 1_000_000
const terms = { granted: 2_000, keepBack: 0, protects: false, available: 2_000 }

function inBook(test: (book: EscrowBook) => void): Promise<void> {
  return inStorage((storage) => {
    const migrations = new Migrations(storage, [{ id: 1, statements: [...escrowTables, timersTable] }])
    migrations.ensure()
    const book = new EscrowBook(new EscrowTables(storage.sql, migrations), new Timers(storage, migrations))
    book.open('ROPE@east/0')
    test(book)
  })
}

it('says by which terms it went only when no older claim stays behind', () =>
  inBook((book) => {
    const hear = (settlement: Settlement, version: number) =>
      book.hear(settlement, { ...terms, shards: version === 1 ? 2 : 4, version }, nowMs)
    const settle = (version: number) => {
      const settlement = book.cut(false, nowMs)
      hear(settlement, version)
      return settlement
    }
    const ids = Array.from({ length: 4_000 }, (_, at) => `r-${at}`).filter((id) => doorOf(id, 2) === 0)
    const claim = (some: readonly string[]) => {
      const knownAs = book.knownAmong([])
      for (const id of some) expect(book.decide(hold(id, 1), knownAs(id), nowMs)).toMatchObject({ ok: true })
    }
    // So much is asked here that it keeps every unit.
    book.noteAsked([hold('earlier', 2_000)], nowMs)
    settle(1)
    claim(ids.slice(0, 1))
    const underWay = book.cut(false, nowMs)
    claim(ids.slice(1, 1_002))
    hear(underWay, 2)
    // All of these were claimed while it knew of two, and one does not fit.
    expect(settle(2)).toMatchObject({ heardAt: null, batch: { claims: { length: 1_000 } } })
    expect(settle(2)).toMatchObject({ heardAt: 2, batch: { claims: { length: 1 } } })
    expect(settle(2)).toMatchObject({ heardAt: 2, batch: null })
    // An answer from before comes late.
    hear(book.cut(false, nowMs), 1)
    expect(book.shard).toMatchObject({ shards: 4, version: 2, granted: 2_000 })
  }))
