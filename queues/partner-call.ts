/**
 * One intent's way to its partner, by the ambiguous-outcome protocol: lease → breaker → begin → probe if the last
 * outcome is in doubt → call → record → report. Whatever fails on the way, the lease is reported and the intent is left
 * where its order finds it again: pending, or in doubt once its lease has run out.
 */
import type { LimiterApi, OrderApi } from '../src/actor-apis.ts'
import type { ClientContext, Connector, Effect } from '../src/connectors/ports.ts'
import type { CallHealth, Permission } from '../src/domain/breaker/breaker.ts'
import type { Account } from '../src/domain/config/config.ts'
import { type LeaseResult, leaseKey } from '../src/domain/limiter/limiter-contract.ts'
import type { BeginAttempt } from '../src/domain/order/order-command.ts'
import { type CallReport, laneOf, reportOf } from '../src/domain/outbox/call-report.ts'
import type { CallOutcome, IntentKind } from '../src/domain/outbox/intent.ts'
import { watchPartner } from './watch-partner.ts'

export type PartnerCallPort = {
  readonly order: (orderId: string) => Pick<OrderApi, 'beginAttempt' | 'recordOutcome' | 'deferIntent'>
  readonly limiter: (account: string) => Pick<LimiterApi, 'acquire' | 'report'>
  readonly mayCall: (account: string) => Promise<Permission>
  readonly reportCall: (account: string, health: CallHealth) => Promise<void>
  readonly returnTrial: (account: string) => Promise<void>
  readonly context: (account: Account, deadlineMs: number) => ClientContext
  readonly nowMs: () => number
}

export type WantedCall = {
  readonly orderId: string
  readonly intentId: string
  readonly account: Account
  readonly connector: Connector | null
  readonly orderedByMs: number
  /** Names this try: the same one twice is answered the same attempt. */
  readonly tryId: string
}

/** What became of the try, for tests and logs; the truth is in the order. */
export type CallStep = 'parked' | 'deferred' | 'not_wanted' | CallOutcome['outcome']

type Go = Extract<BeginAttempt, { go: true }>

/** Throws when an actor cannot be asked; the message is then brought again, and finds out where things stand. */
export async function callPartner(wanted: WantedCall, port: PartnerCallPort): Promise<CallStep> {
  const { account, orderId, intentId } = wanted
  const limiter = port.limiter(account.id)
  const lease = await limiter.acquire(account.id, account.limits, {
    key: leaseKey(orderId, intentId),
    orderedByMs: wanted.orderedByMs,
    lane: laneOf(intentId),
    notBeforeMs: 0,
  })
  if (!lease.granted) return 'parked'
  const use: LeaseUse = { result: 'unused', retryAfterMs: null }
  try {
    return await leasedCall(wanted, port, use)
  } finally {
    await limiter.report({ leaseId: lease.leaseId, ...use })
  }
}

/** What the lease was good for so far: reported also when a later step fails. */
type LeaseUse = { result: LeaseResult; retryAfterMs: number | null }

async function leasedCall(wanted: WantedCall, port: PartnerCallPort, use: LeaseUse): Promise<CallStep> {
  const permission = await port.mayCall(wanted.account.id)
  if (!permission.allowed) return defer(wanted, permission.retryAtMs, port, use)
  const order = port.order(wanted.orderId)
  const begun = await order.beginAttempt(wanted.intentId, wanted.tryId)
  // Settled, withdrawn, or another caller is at it: the order's own timer looks again where that is needed.
  const attempted = begun.go ? await attempt(wanted, begun, port) : null
  if (attempted?.report) {
    use.result = attempted.report.result
    use.retryAfterMs = attempted.report.retryAfterMs
  }
  if (begun.go && attempted) await order.recordOutcome(wanted.intentId, begun.attempt, attempted.outcome)
  if (attempted?.report) await port.reportCall(wanted.account.id, attempted.report.health)
  else if (permission.phase === 'half_open') await port.returnTrial(wanted.account.id)
  return attempted?.outcome.outcome ?? 'not_wanted'
}

/** The partner is down: the order learns until when, and the request keeps its place in the limiter's queue. */
async function defer(wanted: WantedCall, retryAtMs: number, port: PartnerCallPort, use: LeaseUse): Promise<CallStep> {
  use.result = 'deferred'
  use.retryAfterMs = Math.max(0, retryAtMs - port.nowMs())
  await port.order(wanted.orderId).deferIntent(wanted.intentId, retryAtMs, `${wanted.account.id} does not answer`)
  return 'deferred'
}

/** `report` is null when nothing was asked of the partner. */
async function attempt(
  wanted: WantedCall,
  begun: Go,
  port: PartnerCallPort,
): Promise<{ readonly outcome: CallOutcome; readonly report: CallReport | null }> {
  const effect = effectFor(wanted.connector, begun.kind)
  if (!effect) return { outcome: unsupported(wanted, begun), report: null }
  const { context, isAlive } = watchPartner(port.context(wanted.account, begun.leaseUntilMs))
  const outcome = await probeThenCall(effect, begun, context).catch(crashed)
  return { outcome, report: reportOf(outcome, isAlive()) }
}

/** A second call is made only when the probe says for certain that the first one did nothing. */
async function probeThenCall(effect: AnyEffect, begun: Go, context: ClientContext): Promise<CallOutcome> {
  if (begun.mustProbe) {
    const found = await effect.probe(begun.request, context)
    if (found.outcome !== 'absent') return found
  }
  return effect.call(begun.request, context)
}

type AnyEffect = {
  readonly call: (request: Go['request'], context: ClientContext) => Promise<CallOutcome>
  readonly probe: (request: Go['request'], context: ClientContext) => ReturnType<Effect<IntentKind>['probe']>
}

/** Cast justified: the order builds `request` for `kind`, which is the one key that the effect is looked up by. */
function effectFor(connector: Connector | null, kind: IntentKind): AnyEffect | null {
  const effect = connector?.outbound[kind]
  return effect === undefined ? null : (effect as unknown as AnyEffect)
}

/** A client that throws has a bug; what it sent before is anybody's guess. */
function crashed(error: unknown): CallOutcome {
  const name = error instanceof Error ? error.name : typeof error
  return { outcome: 'unknown', class: 'ambiguous_outcome', message: `the client failed: ${name}` }
}

/** Not the partner's fault and not to be repeated. In doubt it stays in doubt: nobody here can look. */
function unsupported({ account }: WantedCall, { kind, mustProbe }: Go): CallOutcome {
  const message = `${account.partner} cannot do ${kind}`
  if (mustProbe) return { outcome: 'unknown', class: 'ambiguous_outcome', message }
  return { outcome: 'absent', retryable: false, class: 'value', message }
}
