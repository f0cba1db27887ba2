/** The whole chain of any number that anybody may hold: ours, the channel's, the ERP's, a warehouse's, a carrier's. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { openDb } from '../../db/database.ts'
import { lineageOf } from '../../db/queries/lineage-of.ts'
import { transferLineageOf } from '../../db/queries/transfer-lineage-of.ts'
import { buildLineage, buildTransferLineage } from '../../domain/lineage/build-lineage.ts'
import type { LineageChain, LineageNode, TransferChain } from '../../domain/lineage/lineage.ts'
import { mayActFor } from '../auth.ts'
import type { AppContext, AppEnv, Principal } from '../context.ts'
import { answers, noQuery, reads, reasonsOf, refusals } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { instantOutSchema, rfc3339OrNull } from '../wire/instant.ts'

export const lineage = new OpenAPIHono<AppEnv>()

type Node = {
  kind: string
  id: string
  at: string | null
  account: string | null
  status: string | null
  reference: string | null
  href: string | null
  children: Node[]
}
const nodeSchema: z.ZodType<Node> = z
  .object({
    kind: z.string().openapi({ example: 'shipment' }),
    id: z.string(),
    at: instantOutSchema.nullable(),
    account: z.string().nullable(),
    status: z.string().nullable(),
    reference: z.string().nullable(),
    href: z.string().nullable(),
    children: z.lazy(() => nodeSchema.array()),
  })
  .openapi('LineageNode')

const lineageRoute = createRoute({
  method: 'get',
  path: '/v1/lineage/{anyId}',
  ...reads('GET /v1/lineage/{anyId}'),
  operationId: 'getLineage',
  tags: ['operations'],
  summary: 'The chain of one number: delivery, order and what came of it, or transfer, shipments and receipts',
  description:
    'From the projection, which may lag a moment. A number that several orders or transfers share answers with each ' +
    'chain. Of an order: reservations, ERP order, fulfilment orders, shipments, refunds and returns.',
  request: {
    query: noQuery,
    params: z.object({
      anyId: z
        .string()
        .min(1)
        .max(300)
        .openapi({ param: { name: 'anyId', in: 'path' }, example: '1Z999AA10123456784' }),
    }),
  },
  responses: {
    200: answers(
      z.object({ id: z.string(), chains: z.array(nodeSchema) }),
      'Orders before transfers, the newest first',
    ),
    ...refusals(...reasonsOf.read, 'lineage_not_found'),
  },
})

lineage.openapi(lineageRoute, async (c) => {
  const { anyId } = c.req.valid('param')
  const db = openDb(c.env.DB)
  const [orders, transfers] = await Promise.all([lineageOf(db, anyId), transferLineageOf(db, anyId)])
  const trees = [
    ...orders.filter((chain) => maySee(c.var.principal, chain)).map(buildLineage),
    ...transfers.filter((chain) => maySeeTransfer(c, chain)).map(buildTransferLineage),
  ].filter((node) => node !== null)
  if (trees.length === 0) return refuse(c, { reason: 'lineage_not_found', id: anyId })
  return c.json({ id: anyId, chains: trees.map(nodeDocument) }, 200)
})

/** A restricted key sees its own channel's orders, or those that its warehouse was given. */
function maySee({ account }: Principal, chain: LineageChain): boolean {
  if (account === null || chain.order?.account === account) return true
  if (chain.order === null) return chain.deliveries.some((delivery) => delivery.account === account)
  return chain.fulfilmentOrders.some((release) => release.account === account)
}

/** As `GET /v1/transfers/{id}`: a warehouse's restricted key sees those of which it is an end. */
function maySeeTransfer({ var: { config, principal } }: AppContext, { transfer }: TransferChain): boolean {
  if (principal.account === null) return true
  const ends = config.locations.filter(({ id }) => id === transfer.fromLocation || id === transfer.toLocation)
  return ends.some(({ account }) => mayActFor(principal, account ?? ''))
}

function nodeDocument({ at, children, ...node }: LineageNode): Node {
  return { ...node, at: rfc3339OrNull(at), children: children.map(nodeDocument) }
}
