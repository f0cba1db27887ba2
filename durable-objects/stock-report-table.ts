/** What was reported to a position under its own id: answers repetitions, and is added to older absolute figures. */
import { driftMovementsMax, type Report } from '../src/domain/stock/decision.ts'
import { noPools, type PoolUnits } from '../src/domain/stock/position.ts'
import type { LotChange, MovementAfter } from '../src/domain/stock/stock-event.ts'
import type { Migrations } from './migrations.ts'

/** Null: the report moved no lot. */
export const reportLots = 'ALTER TABLE stock_report ADD COLUMN lots TEXT'

type PoolRow = { sellable: number | null; damaged: number | null; quality_control: number | null }
type LotRow = { lot_id: string; units: number; good_until_ms: number | null }
type MovementRow = { id: string; occurred_at_ms: number; units: number }

export class StockReportTable {
  readonly #sql: SqlStorage
  readonly #migrations: Migrations

  constructor(sql: SqlStorage, migrations: Migrations) {
    this.#sql = sql
    this.#migrations = migrations
  }

  content(id: string): string | null {
    return this.#all<{ content: string }>('SELECT content FROM stock_report WHERE id = ?', id)[0]?.content ?? null
  }

  save({ id, occurredAtMs, moved, lots = [], content }: Report): void {
    const insert = `INSERT INTO stock_report (id, occurred_at_ms, sellable, damaged, quality_control, content, lots)
      VALUES (?, ?, ?, ?, ?, ?, ?)`
    const { sellable, damaged, qualityControl } = moved
    const lotsJson = lots.length === 0 ? null : JSON.stringify(lots)
    this.#sql.exec(insert, id, occurredAtMs, sellable, damaged, qualityControl, content, lotsJson)
  }

  movedAfter(asOfMs: number): PoolUnits {
    const query = `SELECT SUM(sellable) AS sellable, SUM(damaged) AS damaged, SUM(quality_control) AS quality_control
      FROM stock_report WHERE occurred_at_ms > ?`
    const row = this.#all<PoolRow>(query, asOfMs)[0]
    if (!row) return noPools
    return { sellable: row.sellable ?? 0, damaged: row.damaged ?? 0, qualityControl: row.quality_control ?? 0 }
  }

  lotsMovedAfter(asOfMs: number): readonly LotChange[] {
    const query = `SELECT lot.value ->> 'lotId' AS lot_id, SUM(lot.value ->> 'units') AS units,
        MIN(lot.value ->> 'goodUntilMs') AS good_until_ms
      FROM stock_report, json_each(stock_report.lots) AS lot
      WHERE occurred_at_ms > ? AND lots IS NOT NULL GROUP BY 1 ORDER BY 1`
    const rows = this.#all<LotRow>(query, asOfMs)
    return rows.map(({ lot_id, units, good_until_ms }) => ({ lotId: lot_id, units, goodUntilMs: good_until_ms }))
  }

  movementsAfter(asOfMs: number): readonly MovementAfter[] {
    const query = `SELECT id, occurred_at_ms, sellable + damaged + quality_control AS units FROM stock_report
      WHERE occurred_at_ms > ? AND sellable + damaged + quality_control <> 0
      ORDER BY occurred_at_ms DESC, id LIMIT ${driftMovementsMax}`
    const rows = this.#all<MovementRow>(query, asOfMs)
    return rows.map(({ id, occurred_at_ms, units }) => ({ id, occurredAtMs: occurred_at_ms, units }))
  }

  #all<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: (string | number)[]): Row[] {
    return this.#migrations.applied ? this.#sql.exec<Row>(query, ...bindings).toArray() : []
  }
}
