/**
 * What every sandbox partner shares: a loopback HTTP server that logs each request and can be told to fail, by
 * seeded chance or by script, in process or over `POST /_control` from another process. A seed and a request order
 * give the same faults.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/**
 * `before`: the partner did nothing. `after`: it did the work, and then the answer went wrong.
 * `silence`: it did the work and keeps the connection open without a word.
 */
const faults = ['error_before', 'error_after', 'drop_before', 'drop_after', 'rate_limit', 'slow', 'silence'] as const
export type Fault = (typeof faults)[number]

export type FaultSettings = {
  /** Chance of each fault per request, 0 to 1. */
  readonly rates: Readonly<Partial<Record<Fault, number>>>
  readonly slowMs: number
  readonly retryAfterSeconds: number
  /** Every connection is cut before the request is read. */
  readonly down: boolean
}

/** Happens to the next request whose operation contains `match`; used up once. */
export type ScriptedFault = { readonly fault: Fault; readonly match?: string }

export type SandboxRequest = {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}
export type SandboxAnswer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}
export type LoggedRequest = {
  readonly operation: string
  /** What was answered; 0 when the connection was cut. */
  readonly status: number
  readonly fault: Fault | null
}

export type SandboxPartner = {
  /** What a fault may be scripted for and what the log shows, such as `model.sale.sale.create`. */
  readonly operationOf: (request: SandboxRequest) => string
  readonly handle: (request: SandboxRequest) => SandboxAnswer | Promise<SandboxAnswer>
  /** What `GET /_control` shows of the partner's state. */
  readonly report: () => unknown
  /** A partner's own settings, changed over `POST /_control` under `partner`. */
  readonly configure?: (change: Readonly<Record<string, unknown>>) => void
}

export type SandboxServer = {
  readonly url: string
  readonly requests: readonly LoggedRequest[]
  readonly set: (change: Partial<FaultSettings>) => void
  readonly script: (scripted: readonly ScriptedFault[]) => void
  readonly stop: () => Promise<void>
}

export type SandboxOptions = {
  readonly port?: number
  readonly seed?: number
  readonly faults?: Partial<FaultSettings>
}

const bodyMaxBytes = 5_000_000
const requestsKept = 50_000
const calm: FaultSettings = { rates: {}, slowMs: 1_500, retryAfterSeconds: 1, down: false }

export async function startSandbox(partner: SandboxPartner, options: SandboxOptions = {}): Promise<SandboxServer> {
  const chance = seededChance(options.seed ?? 1)
  const requests: LoggedRequest[] = []
  const scripted: ScriptedFault[] = []
  let settings: FaultSettings = { ...calm, ...options.faults }
  const set = (change: Partial<FaultSettings>) => {
    settings = { ...settings, ...change }
  }
  const script = (more: readonly ScriptedFault[]) => void scripted.push(...more)

  async function serve(request: SandboxRequest, response: ServerResponse): Promise<void> {
    const operation = partner.operationOf(request)
    const fault = nextFault(operation, scripted, settings.rates, chance)
    const answer = await answerWith(fault, () => partner.handle(request), settings)
    if (requests.length >= requestsKept) requests.shift()
    requests.push({ operation, status: answer === 'cut' || answer === 'silent' ? 0 : answer.status, fault })
    if (answer === 'cut') response.destroy()
    else if (answer !== 'silent') send(response, answer)
  }

  const server = createServer((incoming, response) => {
    if (settings.down && !incoming.url?.startsWith('/_control')) return void incoming.destroy()
    received(incoming)
      .then((request) =>
        request.url.pathname === '/_control'
          ? send(response, controlled(request, { partner, requests, set, script, settings }))
          : serve(request, response),
      )
      // A sandbox that fails by itself must be seen as such, not as a partner's error.
      .catch((error: unknown) => send(response, { status: 599, body: String(error) }))
  })
  // An idle connection that is closed just when it is used again would look like one more lost answer.
  server.keepAliveTimeout = 0
  const url = await listen(server, options.port ?? 0)
  return { url, requests, set, script, stop: () => close(server) }
}

function nextFault(
  operation: string,
  scripted: ScriptedFault[],
  rates: FaultSettings['rates'],
  chance: () => number,
): Fault | null {
  const at = scripted.findIndex((entry) => operation.includes(entry.match ?? ''))
  const [found] = at < 0 ? [] : scripted.splice(at, 1)
  if (found) return found.fault
  let drawn = chance()
  for (const fault of faults) {
    drawn -= rates[fault] ?? 0
    if (drawn < 0) return fault
  }
  return null
}

async function answerWith(
  fault: Fault | null,
  work: () => SandboxAnswer | Promise<SandboxAnswer>,
  settings: FaultSettings,
): Promise<SandboxAnswer | 'cut' | 'silent'> {
  if (fault === 'error_before') return { status: 500, body: 'sandbox: failed before the work' }
  if (fault === 'drop_before') return 'cut'
  if (fault === 'rate_limit') return { status: 429, headers: { 'retry-after': String(settings.retryAfterSeconds) } }
  if (fault === 'slow') await new Promise((resolve) => setTimeout(resolve, settings.slowMs))
  const answer = await work()
  if (fault === 'error_after') return { status: 500, body: 'sandbox: failed after the work' }
  if (fault === 'drop_after') return 'cut'
  return fault === 'silence' ? 'silent' : answer
}

type Controls = {
  readonly partner: SandboxPartner
  readonly requests: readonly LoggedRequest[]
  readonly set: (change: Partial<FaultSettings>) => void
  readonly script: (scripted: readonly ScriptedFault[]) => void
  readonly settings: FaultSettings
}

/** `POST {faults?, script?, partner?}` changes, `GET` reports. Loopback only and without a password: it is a sandbox. */
function controlled(request: SandboxRequest, controls: Controls): SandboxAnswer {
  if (request.method === 'POST') {
    const change = JSON.parse(request.body.toString('utf8'))
    controls.set(change.faults ?? {})
    controls.script(change.script ?? [])
    controls.partner.configure?.(change.partner ?? {})
    return { status: 204 }
  }
  return json(200, { faults: controls.settings, requests: controls.requests.length, state: controls.partner.report() })
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): SandboxAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) }
}

/** Mulberry32: small, seeded, good enough to decide who fails. Answers 0 ≤ x < 1. */
export function seededChance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

async function received(incoming: IncomingMessage): Promise<SandboxRequest> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of incoming) {
    bytes += chunk.length
    if (bytes > bodyMaxBytes) throw new Error('the request is too large')
    chunks.push(chunk)
  }
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
  const url = new URL(incoming.url ?? '/', 'http://sandbox')
  return { method: incoming.method ?? 'GET', url, headers, body: Buffer.concat(chunks) }
}

function send(response: ServerResponse, answer: SandboxAnswer): void {
  response.writeHead(answer.status, answer.headers ?? {})
  response.end(answer.body ?? '')
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the sandbox does not listen on a port')
  return `http://127.0.0.1:${address.port}`
}

/** Stopping twice is stopping once. */
async function close(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}
