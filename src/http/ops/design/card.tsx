/** The panel that every section sits in, and what it says while it has nothing to show. */
import type { Child } from 'hono/jsx'

type CardProps = {
  readonly id: string
  readonly title: string
  /** A short count or remark beside the title. */
  readonly note?: Child
  readonly right?: Child
  /** The page refreshes this card's content in place while it is visible. */
  readonly live?: boolean
  readonly children: Child
}

export const Card = ({ id, title, note, right, live, children }: CardProps) => (
  <section class="card" id={id} aria-labelledby={`${id}-title`} data-live={live ? '' : undefined}>
    <header>
      <h2 id={`${id}-title`}>{title}</h2>
      {note !== undefined && <span class="faint">{note}</span>}
      {right !== undefined && <div class="right">{right}</div>}
    </header>
    {children}
  </section>
)

export const Empty = ({ title, children }: { title: string; children?: Child }) => (
  <div class="empty">
    <strong>{title}</strong>
    {children !== undefined && <p>{children}</p>}
  </div>
)

export const Notice = ({ tone, children }: { tone: 'info' | 'good' | 'warn' | 'bad'; children: Child }) => (
  <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
    {children}
  </div>
)
