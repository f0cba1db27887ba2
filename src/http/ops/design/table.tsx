/** A table in a card: its columns by name, a way to scroll where the room is narrow, and a word when it has no rows. */
import type { Child } from 'hono/jsx'

/** Its name, and with it how its head looks, such as `num` for figures. */
export type Column = string | readonly [name: string, look: string] | SortedColumn

type SortedColumn = {
  readonly name: Child
  readonly look: string
  /** Undefined while the rows are in another column's order. */
  readonly order: 'ascending' | 'descending' | undefined
}

type TableProps = {
  /** `list`: rows react to the pointer and the keyboard; `fixed`: columns keep their widths. */
  readonly look?: string
  readonly columns: readonly Column[]
  readonly rows: readonly Child[]
  /** Said instead of a table without rows. */
  readonly empty?: Child
}

export const Table = ({ look, columns, rows, empty }: TableProps) => (
  <>
    {rows.length === 0 && empty !== undefined ? (
      empty
    ) : (
      <div class="scroll">
        <table class={look}>
          <thead>
            <tr>{columns.map(headOf)}</tr>
          </thead>
          <tbody>{rows}</tbody>
        </table>
      </div>
    )}
  </>
)

const headOf = (column: Column) => {
  const { name, look, order } = headPartsOf(column)
  return (
    <th scope="col" class={look || undefined} aria-sort={order}>
      {name}
    </th>
  )
}

function headPartsOf(column: Column): SortedColumn {
  if (typeof column === 'string') return { name: column, look: '', order: undefined }
  if ('name' in column) return column
  return { name: column[0], look: column[1], order: undefined }
}

/** The column of a figure. */
export const num = (name: string): Column => [name, 'num']
