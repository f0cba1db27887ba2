/** Pages for what cannot be shown: nothing there, a form that is not ours, a fault of our own. */
import { Empty } from './design/card.tsx'
import { type RoomId, RoomLink } from './design/shell.tsx'
import type { OpsContext } from './ops-context.ts'
import { renderPage, renderSolo } from './render-page.tsx'

export function notFound(c: OpsContext, room: RoomId, title: string): Promise<Response> {
  const body = (
    <>
      <div class="page-head">
        <h1>{title}</h1>
      </div>
      <section class="card" aria-label="What now">
        <Empty title="Nothing is there by that name">
          Search for any of its numbers above (press <kbd>/</kbd>), or look through <RoomLink id={room} />. What arrived
          seconds ago may not be listed yet.
        </Empty>
      </section>
    </>
  )
  return renderPage(c, { title: 'Not found', room, body, status: 404 })
}

export function foreignForm(c: OpsContext): Promise<Response> {
  return renderSolo(
    c,
    'Form not accepted',
    <main class="card">
      <Empty title="This form has expired">
        Nothing was changed. <a href="/ops">Go back to the console</a> and try again.
      </Empty>
    </main>,
    403,
  )
}

export function broken(c: OpsContext, correlationId: string): Promise<Response> {
  return renderSolo(
    c,
    'Something failed',
    <main class="card">
      <Empty title="This page could not be made">
        Nothing was changed by it. <a href={c.req.path}>Try again</a>; if it stays like this, the logs know it as{' '}
        <code>{correlationId}</code>.
      </Empty>
    </main>,
    500,
  )
}

export function notConfigured(c: OpsContext): Promise<Response> {
  return renderSolo(
    c,
    'Not configured',
    <main class="card">
      <Empty title="This deployment has no configuration yet">
        Publish one with <code>node scripts/configure.ts</code>, then <a href={c.req.path}>look again</a>.
      </Empty>
    </main>,
    503,
  )
}
