/**
 * The backstop for lost webhooks: asks each polled account what changed since its watermark, and lets the answer in
 * by the same door as a webhook. The inbox recognises what it has seen.
 */
import { actor, type InboxApi, type LimiterApi } from '../src/actor-apis.ts'
import type { Poll } from '../src/connectors/ports.ts'
import { connectorOf } from '../src/connectors/registry.ts'
import type { Account, Config } from '../src/domain/config/config.ts'
import { inboxName, pollInboxName } from '../src/domain/inbox/inbox-name.ts'
import { reportOf } from '../src/domain/outbox/call-report.ts'
import { accountId, correlationId } from '../src/domain/shared/ids.ts'
import type { Env } from '../src/env.ts'
import { mayCall, reportCall } from './partner-breaker.ts'
import { partnerContext } from './partner-context.ts'
import { reportFault } from './report-fault.ts'
import { runBounded } from './run-bounded.ts'

const minuteMs = 60_000
/** Asked again each time: a partner may show a change a little after the time it gives it. */
const overlapMs = 2 * minuteMs
/** How far back the first poll of an account looks: history is imported on purpose or not at all. */
const firstLookBackMs = 60 * minuteMs

/** `tickMs` is the scheduled time of this minute. */
export async function pollAccounts(config: Config, env: Env, tickMs: number): Promise<void> {
  const due = config.accounts.filter((account) => isDue(account, tickMs))
  await runBounded(due, async (account) => {
    try {
      await pollAccount(account, env)
    } catch (error) {
      reportFault('poll_failed', { account: account.id }, error)
    }
  })
}

/** Every `pollSeconds`, rounded up to whole minutes, at minutes that all isolates agree on. */
export function isDue(account: Pick<Account, 'pollSeconds'>, tickMs: number): boolean {
  if (account.pollSeconds === 0) return false
  const everyMinutes = Math.ceil((account.pollSeconds * 1_000) / minuteMs)
  return Math.floor(tickMs / minuteMs) % everyMinutes === 0
}

async function pollAccount(account: Account, env: Env): Promise<void> {
  const poll = connectorOf(account.partner)?.poll
  if (!poll || !(await isOpen(account, env))) return
  const keeper = actor<InboxApi>(env.INBOX, pollInboxName(account.id))
  const watermarkMs = (await keeper.pollWatermark()) ?? Date.now() - firstLookBackMs
  const answer = await poll(partnerContext(env, account, null), watermarkMs - overlapMs)
  await reportCall(
    env,
    account.id,
    answer.ok ? 'ok' : reportOf({ outcome: 'absent', retryable: true, ...answer.error }).health,
  )
  if (!answer.ok) return reportFault('poll_refused', { account: account.id, class: answer.error.class })
  await runBounded(answer.value.deliveries, (delivery) => receive(delivery, account, env))
  // Only now: what was not received is asked for again.
  await keeper.setPollWatermark(Math.max(watermarkMs, answer.value.nextWatermarkMs))
}

async function isOpen(account: Account, env: Env): Promise<boolean> {
  const { pausedUntilMs } = await actor<LimiterApi>(env.LIMITER, account.id).status()
  return pausedUntilMs <= Date.now() && (await mayCall(env, account.id)).allowed
}

type Polled = Extract<Awaited<ReturnType<Poll>>, { ok: true }>['value']['deliveries'][number]

async function receive({ shardKey, ...polled }: Polled, account: Account, env: Env): Promise<void> {
  const inbox = inboxName(account.id, shardKey)
  await actor<InboxApi>(env.INBOX, inbox).receive(inbox, {
    ...polled,
    account: accountId(account.id),
    receivedAtMs: Date.now(),
    correlationId: correlationId(crypto.randomUUID()),
  })
}
