/** The backstop for lost messages: the warehouse lists what it sent, and each enters by the usual door under its own id. */
import { z } from 'zod'
import { err, ok, type Result } from '../../domain/shared/result.ts'
import type { ClientContext, Poll, RawRequest } from '../ports.ts'
import { parseJson } from '../transport/json.ts'
import { identify } from './identify.ts'
import { sendSigned } from './signed-request.ts'

/** A poll that would take longer goes on from its watermark next time. */
const pagesMax = 20

const pageSchema = z.object({
  /** The warehouse's clock: everything it sent before this moment has been listed once the last page is read. */
  asOf: z.iso.datetime({ offset: true }),
  messages: z.array(
    z.object({ id: z.string().min(1).max(200), sentAt: z.iso.datetime({ offset: true }), body: z.string() }),
  ),
  nextCursor: z.string().min(1).max(200).nullable(),
})
type Page = z.infer<typeof pageSchema>
type Failure = Extract<Awaited<ReturnType<Poll>>, { ok: false }>['error']
type Polled = Extract<Awaited<ReturnType<Poll>>, { ok: true }>['value']['deliveries'][number]

export const pollMessages: Poll = async (context, watermarkMs) => {
  const since = new Date(Math.max(0, watermarkMs)).toISOString()
  const deliveries: Polled[] = []
  let cursor: string | null = null
  let readToMs = watermarkMs
  for (let pages = 0; pages < pagesMax; pages++) {
    const page: Result<Page, Failure> = await readPage(since, cursor, context)
    if (!page.ok) return page
    for (const message of page.value.messages) {
      const delivery = await deliveryOf(message, context)
      if (delivery) deliveries.push(delivery)
      readToMs = Math.max(readToMs, Date.parse(message.sentAt))
    }
    cursor = page.value.nextCursor
    if (cursor === null) return ok({ deliveries, nextWatermarkMs: Date.parse(page.value.asOf) })
  }
  return ok({ deliveries, nextWatermarkMs: readToMs })
}

async function readPage(since: string, cursor: string | null, context: ClientContext): Promise<Result<Page, Failure>> {
  const query = new URLSearchParams({ since, ...(cursor === null ? {} : { cursor }) })
  const path = `/v1/messages?${query}`
  const response = await sendSigned(
    { method: 'GET', path, messageId: `poll/${since}/${cursor ?? ''}`, body: null },
    context,
  )
  if (response.kind === 'failure') return err({ class: response.class, message: response.message })
  if (response.status !== 200) return err(refusedPage(response.status))
  const body = parseJson(response.body)
  const page = body.ok ? pageSchema.safeParse(body.value) : null
  return page?.success
    ? ok(page.data)
    : err({ class: 'parse', message: 'the list of messages is not in the agreed form' })
}

function refusedPage(status: number): Failure {
  const message = `the warehouse answered ${status}`
  if (status === 429) return { class: 'rate_limit', message }
  return { class: status >= 500 ? 'intermittent' : 'permission', message }
}

/** What the warehouse would have posted: identified by the same rules, so that what did arrive is recognised. */
async function deliveryOf(message: Page['messages'][number], context: ClientContext): Promise<Polled | null> {
  const request: RawRequest = {
    method: 'POST',
    url: new URL(context.account.baseUrl ?? 'http://warehouse.invalid'),
    headers: { 'webhook-id': message.id },
    body: new TextEncoder().encode(message.body),
  }
  const identified = await identify(request)
  if (!identified.ok || identified.value.kind !== 'delivery') return null
  const { kind: _kind, ...delivery } = identified.value
  return { ...delivery, body: message.body }
}
