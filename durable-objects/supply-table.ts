/** What is known of each supply of a position, for good: an announcement may come after its receipt, or twice. */
import type { Supply } from '../src/domain/stock/supply.ts'
import type { Migrations } from './migrations.ts'

export const supplyTable = `CREATE TABLE supply (
  supply_id TEXT PRIMARY KEY, announced TEXT, received INTEGER NOT NULL, closed INTEGER NOT NULL) STRICT, WITHOUT ROWID`

type SupplyRow = { supply_id: string; announced: string | null; received: number; closed: number }

export class SupplyTable {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
  }

  find(supplyId: string): Supply | null {
    if (!this.#migrations.applied) return null
    const query = 'SELECT supply_id, announced, received, closed FROM supply WHERE supply_id = ?'
    return this.#sql.exec<SupplyRow>(query, supplyId).toArray().map(supplyOf)[0] ?? null
  }

  save({ supplyId, announced, received, closed }: Supply): void {
    const upsert = `INSERT INTO supply (supply_id, announced, received, closed) VALUES (?, ?, ?, ?)
      ON CONFLICT (supply_id) DO UPDATE SET announced = excluded.announced, received = excluded.received,
        closed = excluded.closed`
    this.#sql.exec(upsert, supplyId, announced === null ? null : JSON.stringify(announced), received, Number(closed))
  }
}

function supplyOf({ supply_id, announced, received, closed }: SupplyRow): Supply {
  return {
    supplyId: supply_id,
    // Written by this actor itself: parsed, not validated again.
    announced: announced === null ? null : (JSON.parse(announced) as Supply['announced']),
    received,
    closed: closed === 1,
  }
}
