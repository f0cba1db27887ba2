/** Webhooks as Shopify sends them: signed over the raw bytes, all headers, the original payload on every retry. */
import { createHmac } from 'node:crypto'
import type { Random } from './seeded-random.ts'

export type WebhookEvent = {
  readonly topic: string
  readonly body: string
  /** The same across retries, subscriptions and deliberate duplicates of one event. */
  readonly eventId: string
  readonly triggeredAtMs: number
  /** Signs with another secret, as a forger would. */
  readonly forged?: boolean
}
export type DeliveryReport = {
  readonly event: WebhookEvent
  readonly attempts: number
  /** The last HTTP status; 0 when nothing answered. */
  readonly status: number
  readonly acknowledged: boolean
}

export type WebhookSender = {
  readonly send: (event: WebhookEvent) => Promise<DeliveryReport>
  /** Ends the waiting between retries; what is under way reports itself as not acknowledged. */
  readonly stop: () => void
}

/** Shopify retries 8 times over 4 hours; the sandbox has less patience by default. */
const fastRetryDelaysMs = [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000] as const
const answerTimeoutMs = 5_000

export function webhookSender(options: {
  readonly url: string
  readonly secret: string
  readonly shopDomain: string
  readonly random: Random
  readonly retryDelaysMs?: readonly number[]
}): WebhookSender {
  const delays = options.retryDelaysMs ?? fastRetryDelaysMs
  const stopped = new AbortController()
  const send = async (event: WebhookEvent): Promise<DeliveryReport> => {
    const headers = headersOf(event, options)
    let status = 0
    for (let attempt = 1; ; attempt++) {
      status = await post(options.url, headers, event.body)
      const acknowledged = status >= 200 && status < 300
      const delay = delays[attempt - 1]
      // A forger takes no for an answer, but not a silence.
      const refused = event.forged && status !== 0
      if (acknowledged || delay === undefined || stopped.signal.aborted || refused) {
        return { event, attempts: attempt, status, acknowledged }
      }
      await wait(delay, stopped.signal)
    }
  }
  return { send, stop: () => stopped.abort() }
}

function headersOf(
  event: WebhookEvent,
  options: { readonly secret: string; readonly shopDomain: string; readonly random: Random },
): Readonly<Record<string, string>> {
  const secret = event.forged ? `${options.secret}-guessed` : options.secret
  return {
    'content-type': 'application/json',
    'x-shopify-topic': event.topic,
    'x-shopify-hmac-sha256': createHmac('sha256', secret).update(event.body, 'utf8').digest('base64'),
    'x-shopify-shop-domain': options.shopDomain,
    'x-shopify-api-version': '2026-10',
    'x-shopify-webhook-id': options.random.uuid(),
    'x-shopify-event-id': event.eventId,
    'x-shopify-triggered-at': new Date(event.triggeredAtMs).toISOString(),
  }
}

/** 0 for everything that is not an answer. */
async function post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<number> {
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(answerTimeoutMs) })
    await response.arrayBuffer()
    return response.status
  } catch {
    return 0
  }
}

function wait(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
