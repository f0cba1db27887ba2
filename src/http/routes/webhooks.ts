/**
 * The door of partners: verify over the raw bytes, keep, answer. Nothing here understands an order, and nothing but the
 * inbox is awaited: no D1, no queue.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { actor, type InboxApi } from '../../actor-apis.ts'
import { activeConfig } from '../../config/active-config.ts'
import type { Identified, Inbound, RawRequest } from '../../connectors/ports.ts'
import { connectorOf } from '../../connectors/registry.ts'
import { verifyHmac } from '../../connectors/transport/hmac.ts'
import type { Account } from '../../domain/config/config.ts'
import { inboxName } from '../../domain/inbox/inbox-name.ts'
import { accountId } from '../../domain/shared/ids.ts'
import { varsOf } from '../../env.ts'
import type { AppContext, AppEnv } from '../context.ts'
import { refusals } from '../describe-route.ts'
import { refuse } from '../problem.ts'
import { decodeUtf8, readBody } from '../read-body.ts'

export const webhookMaxBytes = 1_048_576

export const webhooks = new OpenAPIHono<AppEnv>()

const receiptSchema = z.object({ deliveryId: z.string(), duplicate: z.boolean() }).openapi('Receipt')
const pathSchema = z.object({ account: z.string().openapi({ example: 'shopify-us' }) })

const described = {
  operationId: 'receiveWebhook',
  tags: ['webhooks'],
  summary: 'A partner delivers a message',
  description:
    'The body is kept exactly as sent and acknowledged once it is durable. It is verified by the scheme of the ' +
    "account's partner; an unknown account and a signature that does not verify are the same answer.",
  request: {
    params: pathSchema,
    body: {
      required: true,
      content: { 'application/json': { schema: { type: 'object' as const, additionalProperties: true } } },
    },
  },
  responses: {
    202: { description: 'Kept', content: { 'application/json': { schema: receiptSchema } } },
    ...refusals(
      'malformed_path',
      'malformed_text',
      'webhook_unverified',
      'body_too_large',
      'delivery_refused',
      'overloaded',
      'not_configured',
    ),
  },
}

webhooks.openAPIRegistry.registerPath({ method: 'post', path: '/v1/webhooks/{account}', ...described })
webhooks.openAPIRegistry.registerPath({
  method: 'get',
  path: '/v1/webhooks/{account}',
  operationId: 'answerChallenge',
  tags: ['webhooks'],
  summary: 'A partner checks that the address is ours',
  request: { params: pathSchema },
  responses: {
    200: { description: "What the partner's handshake asks for", content: { 'text/plain': { schema: z.string() } } },
    ...refusals('malformed_path', 'webhook_unverified', 'delivery_refused'),
  },
})

webhooks.on(['POST', 'GET'], '/v1/webhooks/:account', async (c) => {
  const body = await readBody(c.req.raw, webhookMaxBytes)
  if (!body.ok) return refuse(c, body.error)
  const request = rawRequest(c, body.value)
  const config = await activeConfig(c.env, c.var.receivedAtMs)
  const account = config.accounts.find((candidate) => candidate.id === c.req.param('account'))
  const inbound = account ? connectorOf(account.partner)?.inbound : null
  if (!account || !inbound || !(await isVerified(inbound, request, account, c))) {
    if (!account || !inbound) await verifyDecoy(request)
    return refuse(c, { reason: 'webhook_unverified' })
  }
  const identified = await inbound.identify(request, account)
  if (!identified.ok) {
    const { reason: why, field, detail } = identified.error
    return refuse(c, { reason: 'delivery_refused', why, field, detail })
  }
  return identified.value.kind === 'answer'
    ? answer(identified.value)
    : await receive(c, account, identified.value, body.value)
})

function rawRequest(c: AppContext, body: Uint8Array): RawRequest {
  return { method: c.req.method, url: new URL(c.req.url), headers: c.req.header(), body }
}

/** Fails closed: a connector that throws has not verified anything. */
async function isVerified(inbound: Inbound, request: RawRequest, account: Account, c: AppContext): Promise<boolean> {
  try {
    return await inbound.verify(request, account, varsOf(c.env).secrets, c.var.receivedAtMs)
  } catch {
    return false
  }
}

/** A stranger costs the same hash of the same body as a forger, so the answer's time names no account. */
async function verifyDecoy({ headers, body }: RawRequest): Promise<void> {
  const name = Object.keys(headers).find((header) => /hmac|signature/.test(header))
  const signature = name === undefined ? undefined : headers[name]
  await verifyHmac({ secret: 'decoy', signature, body, encoding: 'base64' })
}

function answer(identified: Extract<Identified, { kind: 'answer' }>): Response {
  const { status, contentType, body } = identified
  return new Response(body, { status, headers: { 'content-type': contentType } })
}

async function receive(
  c: AppContext,
  account: Account,
  identified: Extract<Identified, { kind: 'delivery' }>,
  bytes: Uint8Array,
): Promise<Response> {
  const body = decodeUtf8(bytes)
  if (body === null) return refuse(c, { reason: 'malformed_text' })
  const { domain, topic, shardKey, dedupeKeys, headers } = identified
  const inbox = inboxName(account.id, shardKey)
  const receipt = await actor<InboxApi>(c.env.INBOX, inbox).receive(inbox, {
    account: accountId(account.id),
    domain,
    topic,
    dedupeKeys,
    headers,
    body,
    receivedAtMs: c.var.receivedAtMs,
    correlationId: c.var.correlationId,
  })
  return c.json({ deliveryId: receipt.deliveryId, duplicate: receipt.duplicate }, 202)
}
