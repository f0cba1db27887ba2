/**
 * A closed loop over keep-alive connections: each sends its next request once the last one was answered, or in its
 * turn where a rate is set. When the window ends nothing new is sent and what is under way is waited for, so that every
 * effect is counted.
 */
import { Agent, request } from 'node:http'

export type BenchRequest = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}
export type Driven = {
  readonly seconds: number
  /** Answers that arrived inside the window. */
  readonly answered: number
  /** All answers by status, those that arrived after the window's end included. */
  readonly statuses: Readonly<Record<string, number>>
  readonly p50Ms: number
  readonly p90Ms: number
}
type Tally = { answered: number; readonly statuses: Record<string, number>; readonly latenciesMs: number[] }

const requestTimeoutMs = 30_000

export type Drive = {
  readonly url: string
  readonly connections: number
  readonly seconds: number
  readonly next: () => BenchRequest
  /** Requests a second over all connections; null: as many as are answered. */
  readonly perSecond: number | null
}

export async function drive({ url, connections, seconds, next, perSecond }: Drive): Promise<Driven> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const tally: Tally = { answered: 0, statuses: {}, latenciesMs: [] }
  const startMs = performance.now()
  const line = { url, agent, next, tally, endMs: startMs + seconds * 1_000, turn: turns(startMs, perSecond) }
  try {
    await Promise.all(Array.from({ length: connections }, () => sendUntilEnd(line)))
  } finally {
    agent.destroy()
  }
  const latenciesMs = tally.latenciesMs.sort((left, right) => left - right)
  return {
    seconds,
    answered: tally.answered,
    statuses: tally.statuses,
    p50Ms: percentile(latenciesMs, 0.5),
    p90Ms: percentile(latenciesMs, 0.9),
  }
}

type Line = {
  readonly url: string
  readonly agent: Agent
  readonly next: () => BenchRequest
  readonly tally: Tally
  readonly endMs: number
  readonly turn: () => Promise<void>
}

async function sendUntilEnd({ url, agent, next, tally, endMs, turn }: Line): Promise<void> {
  for (;;) {
    await turn()
    const sentMs = performance.now()
    if (sentMs >= endMs) return
    const status = await send(url, agent, next())
    const answeredMs = performance.now()
    tally.statuses[status] = (tally.statuses[status] ?? 0) + 1
    if (answeredMs > endMs) continue
    tally.answered += 1
    tally.latenciesMs.push(answeredMs - sentMs)
  }
}

/** Resolves when it is the caller's turn: at once without a rate, else at even distances shared by all callers. */
function turns(startMs: number, perSecond: number | null): () => Promise<void> {
  let taken = 0
  return async () => {
    if (perSecond === null) return
    const waitMs = startMs + (taken * 1_000) / perSecond - performance.now()
    taken += 1
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}

/** The answer's status; its body is read and thrown away. */
function send(url: string, agent: Agent, { method, path, headers, body }: BenchRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const options = { method, agent, headers: { ...headers, ...length }, timeout: requestTimeoutMs }
    const sent = request(`${url}${path}`, options, (answer) => {
      answer.resume()
      answer.once('end', () => resolve(answer.statusCode ?? 0))
      answer.once('error', reject)
    })
    sent.once('timeout', () => sent.destroy(new Error(`${path} was not answered in ${requestTimeoutMs} ms`)))
    sent.once('error', reject)
    sent.end(body)
  })
}

/** `sorted` ascending; zero when nothing was measured. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
