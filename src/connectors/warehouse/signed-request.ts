/**
 * One signed request to a warehouse, and what its answer means. A request without a body signs its method and path
 * instead, so that a signature taken from one message opens no other.
 */
import { z } from 'zod'
import type { CallOutcome, FailureClass } from '../../domain/outbox/intent.ts'
import type { ClientContext, PartnerResponse } from '../ports.ts'
import { accountSecret } from '../transport/account-secret.ts'
import { parseJson } from '../transport/json.ts'
import { retryAfterMs } from '../transport/retry-after.ts'
import { signStandardWebhook } from '../transport/standard-webhooks.ts'

const messageLengthMax = 300

export type WarehouseRequest = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Repeats of one request carry one id: the warehouse may answer the second from memory. */
  readonly messageId: string
  readonly body: object | null
}

export type WarehouseAnswer =
  | { readonly kind: 'document'; readonly status: number; readonly document: WarehouseDocument }
  | { readonly kind: 'refusal'; readonly status: number; readonly reason: string; readonly message: string }
  | { readonly kind: 'failure'; readonly outcome: Exclude<CallOutcome, { outcome: 'committed' }> }

const documentSchema = z.object({
  fulfilmentOrderId: z.string(),
  /** The warehouse's own number; its absence means that our id is used there too. */
  reference: z.string().min(1).max(100).nullish(),
  status: z.enum(['accepted', 'in_progress', 'shipped', 'rejected', 'cancelling', 'cancelled']),
})
export type WarehouseDocument = z.infer<typeof documentSchema>
const refusalSchema = z.object({ reason: z.string().regex(/^[a-z][a-z0-9_]{0,60}$/), message: z.string().optional() })

export const fulfilmentOrderPath = (id: string) => `/v1/fulfilment-orders/${encodeURIComponent(id)}`

export async function askWarehouse(request: WarehouseRequest, context: ClientContext): Promise<WarehouseAnswer> {
  const response = await sendSigned(request, context)
  if (response.kind === 'response') return answerOf(response, context.nowMs())
  if (response.sent) return inDoubt(response.class, response.message)
  return certainly(response.class, response.class !== 'permission', response.message)
}

/** A missing secret is an answer like any other: nothing was sent. */
export async function sendSigned(request: WarehouseRequest, context: ClientContext): Promise<PartnerResponse> {
  const secret = accountSecret(context.account, context.secrets, 'api')
  if (secret === undefined) {
    const message = `account ${context.account.id} has no 'api' secret`
    return { kind: 'failure', sent: false, class: 'permission', message }
  }
  const { method, path, messageId } = request
  const body = request.body === null ? undefined : JSON.stringify(request.body)
  return context.fetch({
    method,
    url: `${(context.account.baseUrl ?? '').replace(/\/+$/, '')}${path}`,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...signStandardWebhook(secret, messageId, context.nowMs(), body ?? `${method} ${path}`),
    },
    ...(body === undefined ? {} : { body }),
  })
}

type HttpResponse = Extract<PartnerResponse, { kind: 'response' }>

/** Only an answer in the protocol's own form is believed: a proxy's 404 page does not say that nothing is there. */
function answerOf(response: HttpResponse, nowMs: number): WarehouseAnswer {
  const { status } = response
  if (status === 429) {
    const delay = retryAfterMs(response.headers, nowMs)
    const outcome = { outcome: 'absent', retryable: true, class: 'rate_limit', message: 'too many requests' } as const
    return { kind: 'failure', outcome: delay === undefined ? outcome : { ...outcome, retryAfterMs: delay } }
  }
  if (status === 401 || status === 403) return certainly('permission', false, `the warehouse answered ${status}`)
  if (status >= 500) return inDoubt('intermittent', `the warehouse answered ${status}`)
  const body = parseJson(response.body)
  const value = body.ok ? body.value : null
  if (status >= 200 && status < 300) {
    const document = documentSchema.safeParse(value)
    if (document.success) return { kind: 'document', status, document: document.data }
    return inDoubt('parse', `the warehouse answered ${status} in a form that is not agreed`)
  }
  const refusal = refusalSchema.safeParse(value)
  if (!refusal.success) return inDoubt('parse', `the warehouse answered ${status} in a form that is not agreed`)
  const message = (refusal.data.message ?? refusal.data.reason).slice(0, messageLengthMax)
  return { kind: 'refusal', status, reason: refusal.data.reason, message }
}

function certainly(failureClass: FailureClass, retryable: boolean, message: string): WarehouseAnswer {
  return { kind: 'failure', outcome: { outcome: 'absent', retryable, class: failureClass, message } }
}

function inDoubt(failureClass: FailureClass, message: string): WarehouseAnswer {
  return { kind: 'failure', outcome: { outcome: 'unknown', class: failureClass, message } }
}
