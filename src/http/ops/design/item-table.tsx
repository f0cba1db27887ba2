/**
 * A table of things: each column says how it shows one of them, and by what they may be sorted. On a telephone a row
 * folds into a few lines, the name of its column beside each figure, so that nothing has to be scrolled to sideways.
 */
import type { Child } from 'hono/jsx'
import { type Column, Table } from './table.tsx'

export type ItemColumn<Item> = {
  readonly name: string
  /**
   * Of its head and its cells: `num` for figures. On a telephone `lead` stands beside the first one; `plain` needs no
   * name there, and `whole` takes a line to itself.
   */
  readonly look?: string
  readonly cell: (item: Item) => Child
  /** Only where every row is on the page: a page of a longer list would be sorted in itself, which says nothing. */
  readonly sortBy?: (item: Item) => number | string | null
}

/** What a table is sorted by is said in the address, in a parameter of its own; `-` before the column turns it round. */
export type Sorting = {
  readonly by: string | undefined
  /** The address of the page sorted otherwise, everything else as it is. */
  readonly hrefOf: (by: string | null) => string
}

type ItemTableProps<Item> = {
  readonly items: readonly Item[]
  readonly columns: readonly ItemColumn<Item>[]
  readonly look?: string
  readonly sorting?: Sorting
  /** The first column's link opens the row, by pointer and by keyboard. */
  readonly opens?: boolean
  readonly rowLook?: (item: Item) => string | undefined
  readonly empty?: Child
}

export function ItemTable<Item>({ items, columns, look = 'list', sorting, ...rest }: ItemTableProps<Item>) {
  const { opens, rowLook, empty } = rest
  return (
    <Table
      look={`${look} folds`}
      columns={columns.map((column) => headOf(column, sorting))}
      rows={sorted(items, columns, sorting?.by).map((item) => (
        <tr data-row={opens ? '' : undefined} class={rowLook?.(item)}>
          {columns.map(({ name, look: own, cell }, at) =>
            at === 0 ? (
              <th scope="row" class={own}>
                {cell(item)}
              </th>
            ) : (
              <td class={own} data-name={isNamed(own) ? name : undefined}>
                {cell(item)}
              </td>
            ),
          )}
        </tr>
      ))}
      {...(empty === undefined ? {} : { empty })}
    />
  )
}

const isNamed = (look = '') => !/\b(?:lead|plain)\b/.test(look)

/** As it is named in the address: `On hand` is `on-hand`. */
const slugOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

function headOf<Item>({ name, look = '', sortBy }: ItemColumn<Item>, sorting: Sorting | undefined): Column {
  if (sorting === undefined || sortBy === undefined) return [name, look]
  const slug = slugOf(name)
  const [first, second] = look.includes('num') ? [`-${slug}`, slug] : [slug, `-${slug}`]
  const next = sorting.by === first ? second : sorting.by === second ? null : first
  const order = sorting.by === slug ? 'ascending' : sorting.by === `-${slug}` ? 'descending' : undefined
  const head = (
    <a class="sort" href={sorting.hrefOf(next)} data-order={order}>
      {name}
    </a>
  )
  return { name: head, look, order }
}

/** What has no figure comes last, whichever way round; equal ones stay as they were. */
function sorted<Item>(items: readonly Item[], columns: readonly ItemColumn<Item>[], by: string | undefined) {
  const turned = by?.startsWith('-') ? -1 : 1
  const sortBy = columns.find(({ name }) => by?.replace(/^-/, '') === slugOf(name))?.sortBy
  if (sortBy === undefined) return items
  return items.toSorted((left, right) => {
    const [a, b] = [sortBy(left), sortBy(right)]
    if (a === null || b === null) return Number(a === null) - Number(b === null)
    return turned * (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b)))
  })
}
