/**
 * An actor's storage in this process, so that a simulation runs the shells' own tables in virtual time: the same SQL on
 * the same engine, without the platform around it.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'

declare global {
  type SqlStorageValue = string | number | null
  type SqlCursor<Row> = Iterable<Row> & { readonly toArray: () => Row[]; readonly one: () => Row }
  /** As much of the platform's as the shells use. */
  interface SqlStorage {
    exec<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: readonly unknown[]): SqlCursor<Row>
  }
  interface DurableObjectStorage {
    readonly sql: SqlStorage
    transactionSync<Answer>(work: () => Answer): Answer
  }
}

export function actorSqlite(): DurableObjectStorage {
  const database = new DatabaseSync(':memory:')
  const prepared = new Map<string, StatementSync>()
  const statementOf = (query: string) => {
    const known = prepared.get(query) ?? database.prepare(query)
    prepared.set(query, known)
    return known
  }
  const exec = <Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: readonly unknown[]) =>
    cursorOf(statementOf(query).all(...(bindings as SQLInputValue[])) as Row[])
  const transactionSync = <Answer>(work: () => Answer): Answer => {
    database.exec('BEGIN')
    try {
      const answer = work()
      database.exec('COMMIT')
      return answer
    } catch (error) {
      database.exec('ROLLBACK')
      throw error
    }
  }
  return { sql: { exec }, transactionSync }
}

function cursorOf<Row>(rows: Row[]): SqlCursor<Row> {
  const one = () => {
    const [row] = rows
    if (row === undefined || rows.length !== 1) throw new Error(`${rows.length} rows where one was asked for`)
    return row
  }
  return { [Symbol.iterator]: () => rows[Symbol.iterator](), toArray: () => rows, one }
}
