/** From a room's body to the answer: the shell around it, with what waits in the other rooms. */
import type { Child } from 'hono/jsx'
import { openDb } from '../../db/database.ts'
import { waitingCounts } from '../../db/queries/waiting-counts.ts'
import { Document, type RoomId, Shell } from './design/shell.tsx'
import type { OpsContext } from './ops-context.ts'

type PageOptions = {
  readonly title: string
  readonly room: RoomId
  readonly body: Child
  readonly search?: string
  readonly status?: 200 | 404 | 503
}

export async function renderPage(c: OpsContext, options: PageOptions): Promise<Response> {
  const { pathname, search } = new URL(c.req.url)
  const waiting = await waitingCounts(openDb(c.env.DB))
  const page = (
    <Shell
      title={options.title}
      room={options.room}
      theme={c.var.theme}
      formToken={c.var.formToken}
      operator={c.var.operator.subject}
      company={c.var.config.company}
      path={`${pathname}${search}`}
      search={options.search ?? ''}
      badges={{ exceptions: waiting.exceptions, deliveries: waiting.deliveries }}
    >
      {options.body}
    </Shell>
  )
  return c.html(`<!doctype html>${await page.toString()}`, options.status ?? 200)
}

/** A page without the rail: sign-in and what goes wrong before anybody is known. */
export async function renderSolo(
  c: OpsContext,
  title: string,
  body: Child,
  status: 200 | 401 | 403 | 500 | 503 = 200,
): Promise<Response> {
  const page = (
    <Document title={title} theme={c.var.theme} solo>
      {body}
    </Document>
  )
  return c.html(`<!doctype html>${await page.toString()}`, status)
}
