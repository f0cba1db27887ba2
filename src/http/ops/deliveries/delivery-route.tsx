/** `GET /ops/deliveries/:id`, its whole body as plain text, and the replay. */
import { actor, type InboxApi } from '../../../actor-apis.ts'
import { openDb } from '../../../db/database.ts'
import { type DeliveryWithSubjects, deliveryRow } from '../../../db/queries/delivery-row.ts'
import type { Delivery } from '../../../domain/inbox/delivery.ts'
import { correlationId } from '../../../domain/shared/ids.ts'
import type { Env } from '../../../env.ts'
import { readForm } from '../form-token.ts'
import { type OpsContext, operatorCause } from '../ops-context.ts'
import { deliveryPath } from '../order/order-view.ts'
import { foreignForm, notFound } from '../refusals.tsx'
import { renderPage } from '../render-page.tsx'
import { DeliveryPage } from './delivery-page.tsx'

export async function deliveryRoute(c: OpsContext): Promise<Response> {
  const row = await rowOf(c)
  if (row === null) return notFound(c, 'deliveries', 'There is no such delivery')
  const view = {
    row,
    delivery: await readDelivery(c.env, row),
    notice: c.req.query('notice'),
    personalShown: c.req.query('personal') === 'shown',
    config: c.var.config,
    formToken: c.var.formToken,
    nowMs: Date.now(),
  }
  return renderPage(c, { title: `Delivery ${row.deliveryId}`, room: 'deliveries', body: <DeliveryPage view={view} /> })
}

/** Unmasked: a person who opens the whole text asked for it. Sandboxed and never sniffed, so it cannot be a page. */
export async function deliveryBodyRoute(c: OpsContext): Promise<Response> {
  const row = await rowOf(c)
  const delivery = row === null ? null : await readDelivery(c.env, row)
  if (delivery === null) return notFound(c, 'deliveries', 'There is no such delivery, or its body is no longer kept')
  return c.text(delivery.body, 200, { 'content-security-policy': "default-src 'none'; sandbox" })
}

export async function replayRoute(c: OpsContext): Promise<Response> {
  if ((await readForm(c)) === null) return foreignForm(c)
  const row = await rowOf(c)
  if (row === null) return notFound(c, 'deliveries', 'There is no such delivery')
  const cause = operatorCause(c, correlationId(row.correlationId))
  const replayed = await actor<InboxApi>(c.env.INBOX, row.inbox).replay(row.deliveryId, cause)
  const notice = replayed ? 'replay_requested' : 'not_replayable'
  return c.redirect(`${deliveryPath(row.deliveryId)}?notice=${notice}`, 303)
}

const rowOf = (c: OpsContext): Promise<DeliveryWithSubjects | null> =>
  deliveryRow(openDb(c.env.DB), c.req.param('id') ?? '')

export async function readDelivery(
  env: Env,
  row: { readonly inbox: string; readonly deliveryId: string },
): Promise<Delivery | null> {
  const [delivery] = await actor<InboxApi>(env.INBOX, row.inbox).read([row.deliveryId])
  return delivery ?? null
}
