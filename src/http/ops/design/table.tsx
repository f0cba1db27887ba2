/** A table in a card: its columns by name, a way to scroll where the room is narrow, and a word when it has no rows. */
import type { Child } from 'hono/jsx'

/** Its name, and with it how its head looks, such as `num` for figures. */
export type Column = string | readonly [name: string, look: string]

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
  const [name, look] = typeof column === 'string' ? [column] : column
  return (
    <th scope="col" class={look}>
      {name}
    </th>
  )
}

/** The column of a figure. */
export const num = (name: string): Column => [name, 'num']
