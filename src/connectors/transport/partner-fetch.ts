/**
 * The one way out to a partner: only to the account's own origin, never after a redirect, bounded in time and size.
 * It never throws: what happened on the wire is a value, and `sent: false` is said only when it is certain.
 */
import type { Account } from '../../domain/config/config.ts'
import type { FailureClass } from '../../domain/outbox/intent.ts'
import type { PartnerFetch, PartnerResponse } from '../ports.ts'

/** Shorter than any lease on an intent, so a call ends before another may begin. */
const timeoutDefaultMs = 10_000
const responseMaxBytes = 5_000_000

type PartnerRequest = Parameters<PartnerFetch>[0]
type Transport = {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly responseMaxBytes: number
}

const failure = (sent: boolean, kind: FailureClass, message: string): PartnerResponse => ({
  kind: 'failure',
  sent,
  class: kind,
  message,
})

/** A redirect comes back as the response it is (3xx, no body): following it would carry the credentials elsewhere. */
export function partnerFetchOf(
  account: Pick<Account, 'id' | 'baseUrl'>,
  transport: Partial<Transport> = {},
): PartnerFetch {
  const send = transport.fetch ?? ((url, init) => fetch(url, init))
  const maxBytes = transport.responseMaxBytes ?? responseMaxBytes
  return async (request) => {
    const refused = refusalOf(request, account)
    if (refused) return failure(false, 'permission', refused)
    return exchange(request, { fetch: send, responseMaxBytes: maxBytes })
  }
}

function refusalOf(request: PartnerRequest, account: Pick<Account, 'id' | 'baseUrl'>): string | null {
  if (account.baseUrl === undefined) return `account ${account.id} has no baseUrl`
  const base = URL.parse(account.baseUrl)
  const url = URL.parse(request.url)
  if (!base || !url) return 'the url is not absolute'
  if (url.username !== '' || url.password !== '') return 'the url carries credentials'
  if (url.origin !== base.origin) return `the url leaves the origin of account ${account.id}`
  return null
}

async function exchange(request: PartnerRequest, transport: Transport): Promise<PartnerResponse> {
  const timeoutMs = request.timeoutMs ?? timeoutDefaultMs
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), timeoutMs)
  try {
    const response = await transport.fetch(request.url, {
      method: request.method,
      headers: { ...request.headers },
      redirect: 'manual',
      signal: controller.signal,
      ...(request.body === undefined ? {} : { body: request.body }),
    })
    return await received(response, transport.responseMaxBytes)
  } catch (error) {
    if (controller.signal.aborted) return failure(true, 'connection', `no answer within ${timeoutMs} ms`)
    return failure(!neverConnected(error), 'connection', connectionMessage(error))
  } finally {
    clearTimeout(timer)
  }
}

async function received(response: Response, maxBytes: number): Promise<PartnerResponse> {
  const headers: Record<string, string> = {}
  response.headers.forEach((value, name) => {
    headers[name.toLowerCase()] = value
  })
  if (response.status >= 300 && response.status < 400) {
    await response.body?.cancel()
    return { kind: 'response', status: response.status, headers, body: '' }
  }
  const body = await boundedText(response, maxBytes)
  if (body === null) return failure(true, 'too_large', `the answer exceeds ${maxBytes} bytes`)
  return { kind: 'response', status: response.status, headers, body }
}

/** Null when the body is larger than allowed; what was not read is cancelled. */
async function boundedText(response: Response, maxBytes: number): Promise<string | null> {
  if (!response.body) return ''
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for (;;) {
    const chunk = await reader.read()
    if (chunk.done) return text + decoder.decode()
    bytes += chunk.value.byteLength
    if (bytes > maxBytes) {
      await reader.cancel()
      return null
    }
    text += decoder.decode(chunk.value, { stream: true })
  }
}

/**
 * What Node says when no byte can have left: name not found, connection refused, TLS not agreed. workerd says the same
 * of a refused connection as of a lost one, so there nothing is certain and a probe decides.
 */
const neverConnectedCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
])
const certificateRefused = /^(CERT_|ERR_TLS_|UNABLE_TO_)/

function neverConnected(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = codeOf(error.cause) ?? codeOf(error)
  return code !== null && (neverConnectedCodes.has(code) || certificateRefused.test(code))
}

function codeOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('code' in value)) return null
  return typeof value.code === 'string' ? value.code : null
}

/** workerd's own words, which quote nothing. */
const runtimeText = /^(Network connection lost\.|internal error;)/

/** A code or the runtime's short text; never a text that may quote the url, whose query may hold a secret. */
function connectionMessage(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection failed'
  const said = codeOf(error.cause) ?? codeOf(error) ?? runtimeText.exec(error.message)?.[0] ?? error.name
  return `the connection failed: ${said}`
}
