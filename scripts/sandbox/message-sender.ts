/**
 * Sends a sandbox partner's messages to Crossdock until they are acknowledged, and misbehaves on request: late, twice,
 * or not at all. Every message is kept, so a partner can list what it sent.
 */
import { seededChance } from './control.ts'

export type Habits = {
  /** Chance that a message is never sent by itself; only the list of messages has it then. */
  readonly loseRate: number
  /** Chance that a message is sent twice. */
  readonly duplicateRate: number
  /** Each message waits a random time up to this, so that they overtake each other. */
  readonly delayMaxMs: number
}
export type SentMessage = {
  readonly id: string
  readonly body: string
  readonly sentAtMs: number
  attempts: number
  acknowledged: boolean
  lost: boolean
}
export type MessageSender = {
  readonly send: (body: string) => SentMessage
  readonly messages: readonly SentMessage[]
  readonly behave: (change: Partial<Habits>) => void
  /** Messages that are still on their way. */
  readonly pending: () => number
  readonly stop: () => void
}

const calmHabits: Habits = { loseRate: 0, duplicateRate: 0, delayMaxMs: 0 }

const retryDelaysMs = [100, 200, 400, 800, 1_600, 3_200]
/** Crossdock may be killed again and again for minutes; a partner that gives up sooner would test nothing. Half an hour. */
const attemptsMax = 600
const answerTimeoutMs = 5_000

export function messageSender(options: {
  readonly url: string | null
  readonly idPrefix: string
  readonly sign: (id: string, body: string) => Readonly<Record<string, string>>
  readonly seed: number
  readonly habits?: Partial<Habits>
}): MessageSender {
  const chance = seededChance(options.seed)
  const messages: SentMessage[] = []
  const timers = new Set<NodeJS.Timeout>()
  const stopped = new AbortController()
  let habits: Habits = { ...calmHabits, ...options.habits }
  let pending = 0

  const wait = (delayMs: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer)
        resolve()
      }, delayMs)
      timers.add(timer)
    })

  async function deliver(message: SentMessage, url: string, delayMs: number): Promise<void> {
    pending++
    await wait(delayMs)
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      message.attempts++
      if (await post(url, { ...message, headers: options.sign(message.id, message.body) }, stopped.signal)) {
        message.acknowledged = true
        break
      }
      await wait(retryDelaysMs[Math.min(attempt, retryDelaysMs.length - 1)] ?? 0)
    }
    pending--
  }

  function send(body: string): SentMessage {
    const id = `${options.idPrefix}_${String(messages.length + 1).padStart(6, '0')}`
    const lost = chance() < habits.loseRate
    const message: SentMessage = { id, body, sentAtMs: Date.now(), attempts: 0, acknowledged: false, lost }
    messages.push(message)
    const copies = chance() < habits.duplicateRate ? 2 : 1
    for (let copy = 0; copy < copies && !lost && options.url !== null; copy++) {
      void deliver(message, options.url, chance() * habits.delayMaxMs)
    }
    return message
  }

  return {
    send,
    messages,
    behave: (change) => {
      habits = { ...habits, ...change }
    },
    pending: () => pending,
    // Timers that never fire leave their promises waiting for ever, which ends the deliveries without a word.
    stop: () => {
      stopped.abort()
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

async function post(
  url: string,
  message: { readonly body: string; readonly headers: Readonly<Record<string, string>> },
  stopped: AbortSignal,
): Promise<boolean> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(answerTimeoutMs)])
  const headers = { 'content-type': 'application/json', ...message.headers }
  try {
    const response = await fetch(url, { method: 'POST', headers, body: message.body, signal })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}
