/** What lists have in common: the filter bar, the chips of what is filtered, the pager. */
import type { Child } from 'hono/jsx'
import { type ListQuery, listHref } from '../list-query.ts'
import { Icon } from './icon.tsx'

type Option = { readonly value: string; readonly name: string }

export const Filters = ({ action, children, query }: { action: string; children: Child; query: ListQuery }) => (
  <form class="filters" action={action} data-autosubmit="" aria-label="Filters">
    {children}
    <button type="submit" data-apply="">
      Apply
    </button>
    {Object.keys(query).length > 0 && (
      <a class="button quiet" href={action}>
        <Icon name="x" />
        Clear
      </a>
    )}
  </form>
)

type SelectProps = {
  readonly name: string
  readonly label: string
  readonly any: string
  readonly options: readonly Option[]
  readonly query: ListQuery
}

export const FilterSelect = ({ name, label, any, options, query }: SelectProps) => (
  <label class="field">
    <span>{label}</span>
    <select name={name}>
      <option value="">{any}</option>
      {options.map((option) => (
        <option value={option.value} selected={query[name] === option.value}>
          {option.name}
        </option>
      ))}
    </select>
  </label>
)

export const FilterText = ({
  name,
  label,
  hint,
  query,
}: {
  name: string
  label: string
  hint: string
  query: ListQuery
}) => (
  <label class="field">
    <span>{label}</span>
    <input type="search" name={name} value={query[name] ?? ''} placeholder={hint} maxlength={200} spellcheck={false} />
  </label>
)

type PagerProps = {
  readonly path: string
  readonly query: ListQuery
  readonly first: boolean
  readonly nextCursor: string | null
}

/** Cursors only lead forward; the browser's back button is the way back, and the first page is always one link away. */
export const Pager = ({ path, query, first, nextCursor }: PagerProps) =>
  first && nextCursor === null ? null : (
    <nav class="pager" aria-label="Pages">
      <span class="right">
        {!first && (
          <a class="button small" href={listHref(path, query)} data-page="first">
            First page
          </a>
        )}
        {nextCursor !== null && (
          <a class="button small" href={listHref(path, query, { cursor: nextCursor })} data-page="next" rel="next">
            Next page
          </a>
        )}
      </span>
    </nav>
  )
