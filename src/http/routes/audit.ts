/** Proof that nobody rewrote an actor's history: its own chain, and the head that was published to D1. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { actor, type Projectable } from '../../actor-apis.ts'
import { findSku } from '../../config/catalog.ts'
import { openDb } from '../../db/database.ts'
import { auditOf } from '../../db/queries/audit-of.ts'
import { accountOfInbox, inboxShards } from '../../domain/inbox/inbox-name.ts'
import { parsePositionId } from '../../domain/shared/ids.ts'
import type { ActorKind } from '../../queue-messages.ts'
import type { AppContext, AppEnv } from '../context.ts'
import { answers, noQuery, reads, reasonsOf, refusals } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { transferIdSchema } from '../wire/transfer.ts'

export const audit = new OpenAPIHono<AppEnv>()

const auditSchema = z
  .object({
    actor: z.string(),
    entries: z.int(),
    headHash: z.string(),
    valid: z.boolean().openapi({ description: 'Every hash follows from the entry and the hash before it' }),
    brokenAtSeq: z.int().nullable(),
    published: z.enum(['agrees', 'differs', 'not_yet']).openapi({
      description: 'Whether the newest hash equals the one that was copied to the projection when it was written',
    }),
  })
  .openapi('AuditVerdict')

const verifyRoute = createRoute({
  method: 'get',
  path: '/v1/audit/{actor}/verify',
  ...reads('GET /v1/audit/{actor}/verify'),
  operationId: 'verifyAudit',
  tags: ['operations'],
  summary: "Verify the hash chain of one actor's log",
  request: {
    query: noQuery,
    params: z.object({
      actor: z
        .string()
        .max(300)
        .openapi({
          param: { name: 'actor', in: 'path' },
          description:
            '`order:<orderId>`, `stock:<sku>@<location>`, `inbox:<account>/<shard>`, `location:<location>`, ' +
            '`feed:<account>` or `transfer:<transferId>`, url-encoded',
          example: 'order:b2b:PO-7781',
        }),
    }),
  },
  responses: {
    200: answers(auditSchema, 'What the chain says'),
    ...refusals(...reasonsOf.read, 'actor_not_found'),
  },
})

audit.openapi(verifyRoute, async (c) => {
  const { actor: path } = c.req.valid('param')
  const named = parseActor(path)
  if (named === null || !(await mayExist(c, named))) return refuse(c, { reason: 'actor_not_found', actor: path })
  const { kind, name } = named
  const verdict = await actor<Projectable<unknown>>(namespaceOf(c, kind), name).verifyAudit()
  const { entries, headHash, valid, brokenAtSeq } = verdict
  if (entries === 0) return refuse(c, { reason: 'actor_not_found', actor: path })
  const published = await publishedHash(c, named, entries)
  return c.json({ actor: path, entries, headHash, valid, brokenAtSeq, published: agreement(published, headHash) }, 200)
})

function agreement(published: string | null, headHash: string): 'agrees' | 'differs' | 'not_yet' {
  if (published === null) return 'not_yet'
  return published === headHash ? 'agrees' : 'differs'
}

type Named = { readonly kind: ActorKind; readonly name: string }

function parseActor(path: string): Named | null {
  const [, kind, name] = /^(order|stock|inbox|location|feed|transfer):(.+)$/.exec(path) ?? []
  if (name === undefined) return null
  // The pattern lets only these six through.
  return { kind: kind as ActorKind, name }
}

/** Only what the configuration and the catalogue make possible: asking for anything else would create an actor. */
async function mayExist(c: AppContext, { kind, name }: Named): Promise<boolean> {
  const { accounts, locations } = c.var.config
  const isAccount = (id: string) => accounts.some((account) => account.id === id)
  if (kind === 'order') return isAccount(name.slice(0, Math.max(0, name.indexOf(':'))))
  if (kind === 'transfer') return transferIdSchema.safeParse(name).success
  if (kind === 'location') return locations.some(({ id }) => id === name)
  if (kind === 'feed') return isAccount(name)
  if (kind === 'inbox') return isAccount(accountOfInbox(name)) && isInboxShard(name)
  const { sku, location } = parsePositionId(name as Parameters<typeof parsePositionId>[0])
  return locations.some(({ id }) => id === location) && (await findSku(c.env, sku, c.var.receivedAtMs)) !== null
}

function isInboxShard(name: string): boolean {
  const shard = /\/(\d)$/.exec(name)?.[1]
  return shard !== undefined && Number(shard) < inboxShards
}

function namespaceOf(c: AppContext, kind: ActorKind): DurableObjectNamespace {
  const { ORDER, STOCK, INBOX, LOCATION, FEED, TRANSFER } = c.env
  return { order: ORDER, stock: STOCK, inbox: INBOX, location: LOCATION, feed: FEED, transfer: TRANSFER }[kind]
}

async function publishedHash(c: AppContext, { kind, name }: Named, seq: number): Promise<string | null> {
  const ask = { actorKind: kind, actorName: name, afterSeq: seq - 1, limit: 1 }
  const { rows } = await auditOf(openDb(c.env.DB), ask)
  return rows[0]?.seq === seq ? rows[0].hash : null
}
