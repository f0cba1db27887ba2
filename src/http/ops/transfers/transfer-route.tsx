/** `GET /ops/transfers/:id`: read from the transfer's own actor; what happened to it, from the published log. */
import { actor } from '../../../actor-apis.ts'
import { openDb } from '../../../db/database.ts'
import { auditOf } from '../../../db/queries/audit-of.ts'
import type { TransferApi } from '../../../domain/transfer/transfer-command.ts'
import { transferIdSchema } from '../../wire/transfer.ts'
import type { OpsContext } from '../ops-context.ts'
import { notFound } from '../refusals.tsx'
import { renderPage } from '../render-page.tsx'
import { readSorting } from '../sorting.ts'
import { TransferPage } from './transfer-page.tsx'

export async function transferRoute(c: OpsContext): Promise<Response> {
  const id = transferIdSchema.safeParse(c.req.param('id')).data
  const transfer = id === undefined ? null : await actor<TransferApi>(c.env.TRANSFER, id).read()
  if (transfer === null) return notFound(c, 'stock', 'There is no such transfer')
  const { transferId } = transfer
  const { rows } = await auditOf(openDb(c.env.DB), { actorKind: 'transfer', actorName: transferId })
  const sorting = readSorting(c.req.url, ['lines'])
  const view = { transfer, history: rows, config: c.var.config, sorting, nowMs: Date.now() }
  return renderPage(c, { title: transferId, room: 'stock', body: <TransferPage view={view} /> })
}
