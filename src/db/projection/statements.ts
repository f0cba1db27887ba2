/**
 * The few SQL statements that projections write with. Rows travel as one JSON parameter and are unpacked by SQLite's
 * `json_each`, so a statement has a handful of parameters whatever the number of rows (D1 allows 100), and an insert
 * can carry a condition.
 */
import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'

/** D1 takes parameters up to 2 MB; characters may need three bytes each. */
const parameterCharactersMax = 400_000

type Row = Readonly<Record<string, unknown>>

/** New rows are inserted, changed ones updated, equal ones not written at all. */
export function upsertRows(table: SQLiteTable, rows: readonly Row[], when: SQL): SQL[] {
  const rest = Object.values(getTableColumns(table)).filter((column) => !keyNames(table).includes(column.name))
  const set = sql.join(
    rest.map((column) => sql`${sql.identifier(column.name)} = excluded.${sql.identifier(column.name)}`),
    sql`, `,
  )
  const held = sql.join(
    rest.map((column) => sql`${table}.${sql.identifier(column.name)}`),
    sql`, `,
  )
  const given = sql.join(
    rest.map((column) => sql`excluded.${sql.identifier(column.name)}`),
    sql`, `,
  )
  return insertions(table, rows, when).map(
    (insert) =>
      sql`${insert} on conflict (${namesOf(keyNames(table))}) do update set ${set} where (${held}) is not (${given})`,
  )
}

/** As `upsertRows`, but a held row of the same or a newer `version` stays. */
export function upsertNewerRows(table: SQLiteTable, rows: readonly Row[], when: SQL): SQL[] {
  return upsertRows(table, rows, when).map((upsert) => sql`${upsert} and excluded.version >= ${table}.version`)
}

/** What is there stays: for rows that never change. */
export function insertMissingRows(table: SQLiteTable, rows: readonly Row[], when: SQL): SQL[] {
  return insertions(table, rows, when).map((insert) => sql`${insert} on conflict do nothing`)
}

/** Deletes the rows of one owner that are not among `kept`. */
export function deleteOtherRows(table: SQLiteTable, owner: SQL, kept: readonly Row[], when: SQL): SQL {
  const keys = keyNames(table)
  const members = memberNames(table, keys)
  const keptKeys = JSON.stringify(
    kept.map((row) => members.map((member) => row[member])),
    wellFormed,
  )
  const unpacked = sql.join(
    keys.map((_, index) => sql.raw(`value->>${index}`)),
    sql`, `,
  )
  return sql`delete from ${table} where ${owner} and ${when}
    and (${namesOf(keys)}) not in (select ${unpacked} from json_each(${keptKeys}))`
}

function insertions(table: SQLiteTable, rows: readonly Row[], when: SQL): SQL[] {
  const columns = Object.entries(getTableColumns(table))
  const names = namesOf(columns.map(([, column]) => column.name))
  const values = sql.join(
    columns.map(([member]) => sql.raw(`value->>'${member}'`)),
    sql`, `,
  )
  return jsonChunks(rows).map(
    (chunk) => sql`insert into ${table} (${names}) select ${values} from json_each(${chunk}) where ${when}`,
  )
}

function jsonChunks(rows: readonly Row[]): string[] {
  const chunks: string[] = []
  let chunk: string[] = []
  let characters = 0
  for (const row of rows) {
    const json = JSON.stringify(row, wellFormed)
    if (characters + json.length > parameterCharactersMax && chunk.length > 0) {
      chunks.push(`[${chunk.join(',')}]`)
      chunk = []
      characters = 0
    }
    chunk.push(json)
    characters += json.length + 1
  }
  return chunk.length === 0 ? chunks : [...chunks, `[${chunk.join(',')}]`]
}

/** A lone surrogate in a partner's text is not UTF-8; stored as one it could not be read back. */
function wellFormed(_member: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value
}

function keyNames(table: SQLiteTable): string[] {
  const config = getTableConfig(table)
  const composite = config.primaryKeys[0]?.columns.map((column) => column.name)
  return composite ?? config.columns.filter((column) => column.primary).map((column) => column.name)
}

function memberNames(table: SQLiteTable, names: readonly string[]): string[] {
  const members = new Map(Object.entries(getTableColumns(table)).map(([member, column]) => [column.name, member]))
  return names.map((name) => members.get(name) ?? name)
}

function namesOf(names: readonly string[]): SQL {
  return sql.join(
    names.map((name) => sql.identifier(name)),
    sql`, `,
  )
}
