/** `GET /ops/orders/:id/routing`: the order's decisions, each decided again on what was kept of it. */
import type { OrderApi } from '../../../actor-apis.ts'
import type { LogEntry } from '../../../domain/order/order-command.ts'
import type { EventOf } from '../../../domain/order/order-event.ts'
import type { OrderState } from '../../../domain/order/order-state.ts'
import { rerun } from '../../../domain/sourcing/kept-decision.ts'
import type { OpsContext } from '../ops-context.ts'
import { findOrder } from '../order/find-order.ts'
import { notFound } from '../refusals.tsx'
import { renderPage } from '../render-page.tsx'
import { readSorting } from '../sorting.ts'
import { type RoutingDecision, RoutingPage } from './routing-page.tsx'

const pageRows = 200
/** Pages of the log read; an order's log rarely fills one. Of a longer one than all of them, the first and the newest. */
const pagesRead = 5
const decisionsShown = 10

export async function routingRoute(c: OpsContext): Promise<Response> {
  const found = findOrder(c)
  const read = found === null ? null : await readDecisions(found.order)
  if (read === null) return notFound(c, 'orders', 'There is no such order')
  const { order } = read.state
  const view = { ...read, config: c.var.config, sorting: readSorting(c.req.url, ['plans']), nowMs: Date.now() }
  const title = `Routing of ${order.externalNumber ?? order.externalOrderId}`
  return renderPage(c, { title, room: 'orders', body: <RoutingPage view={view} /> })
}

type Read = { readonly state: OrderState; readonly decisions: readonly RoutingDecision[] }

async function readDecisions(order: OrderApi): Promise<Read | null> {
  const entries: LogEntry[] = []
  let state: OrderState | null = null
  let afterSeq = 0
  for (let page = 0; page < pagesRead; page += 1) {
    const snapshot = await order.snapshot(afterSeq, pageRows)
    if (snapshot === null) return null
    state = snapshot.state
    entries.push(...snapshot.entries)
    afterSeq = Math.max(snapshot.entries.at(-1)?.seq ?? afterSeq, state.version - (pagesRead - 1) * pageRows)
    if (!snapshot.more) break
  }
  if (state === null) return null
  const decisions = entries.flatMap(decisionOf).reverse().slice(0, decisionsShown)
  // Deciding again is dear: what is not shown is not decided again.
  return { state, decisions: decisions.map((made) => ({ ...made, rerun: rerun(made.decision) })) }
}

/** Written by the order itself, hash-chained and never edited: parsed, not validated again. */
function decisionOf({ seq, atMs, event }: LogEntry): Omit<RoutingDecision, 'rerun'>[] {
  const { decision, reason } = JSON.parse(event) as Pick<EventOf<'planned'>, 'decision' | 'reason'>
  return decision === undefined ? [] : [{ seq, atMs, decision, isMove: reason === 'better_plan' }]
}
