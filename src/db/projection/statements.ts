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
  return insertions(table, rows, when).map((insert) => sql`${insert} ${phrasesOf(table).update}`)
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
  const { keyMembers, notAmong } = phrasesOf(table)
  const keys = kept.map((row) => keyMembers.map((member) => row[member]))
  const keptKeys = JSON.stringify(keys, wellFormed)
  return sql`delete from ${table} where ${owner} and ${when} and ${notAmong} json_each(${keptKeys}))`
}

function insertions(table: SQLiteTable, rows: readonly Row[], when: SQL): SQL[] {
  const { insert, select } = phrasesOf(table)
  return jsonChunks(rows).map((chunk) => sql`${insert} ${select} json_each(${chunk}) where ${when}`)
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

/** The parts of a table's statements that never change, as text: putting them together anew cost more than D1 did. */
type Phrases = {
  /** The row members of the primary key. */
  readonly keyMembers: readonly string[]
  readonly insert: SQL
  readonly select: SQL
  readonly update: SQL
  /** Without its closing parenthesis. */
  readonly notAmong: SQL
}
const phrases = new WeakMap<SQLiteTable, Phrases>()

function phrasesOf(table: SQLiteTable): Phrases {
  const known = phrases.get(table)
  if (known) return known
  const made = makePhrases(table)
  phrases.set(table, made)
  return made
}

function makePhrases(table: SQLiteTable): Phrases {
  const { name } = getTableConfig(table)
  const columns = Object.entries(getTableColumns(table)).map(([member, column]) => ({ member, column: column.name }))
  const keyNames = keyNamesOf(table)
  const keys = keyNames.flatMap((key) => columns.filter(({ column }) => column === key))
  const rest = columns.filter(({ column }) => !keyNames.includes(column)).map(({ column }) => column)
  const set = rest.map((column) => `"${column}" = excluded."${column}"`).join(', ')
  const held = rest.map((column) => `"${name}"."${column}"`).join(', ')
  const given = rest.map((column) => `excluded."${column}"`).join(', ')
  const keptKeys = keys.map((_, index) => `value->>${index}`).join(', ')
  return {
    keyMembers: keys.map(({ member }) => member),
    insert: sql.raw(`insert into "${name}" (${quoted(columns)})`),
    select: sql.raw(`select ${columns.map(({ member }) => `value->>'${member}'`).join(', ')} from`),
    update: sql.raw(`on conflict (${quoted(keys)}) do update set ${set} where (${held}) is not (${given})`),
    notAmong: sql.raw(`(${quoted(keys)}) not in (select ${keptKeys} from`),
  }
}

const quoted = (columns: readonly { readonly column: string }[]) =>
  columns.map(({ column }) => `"${column}"`).join(', ')

function keyNamesOf(table: SQLiteTable): readonly string[] {
  const config = getTableConfig(table)
  const composite = config.primaryKeys[0]?.columns.map((column) => column.name)
  return composite ?? config.columns.filter((column) => column.primary).map((column) => column.name)
}
