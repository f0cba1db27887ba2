/**
 * Scores profiles in shadow beside the plans that orders were just given, from the request each was made from, long
 * after the order had its answer. A row more for every sampled plan, nothing else.
 */
import { activeConfig } from '../src/config/active-config.ts'
import { openDb } from '../src/db/database.ts'
import { recordShadow, type ShadowRecord } from '../src/db/sourcing/record-shadow.ts'
import type { Shadow } from '../src/domain/config/sourcing.ts'
import type { LogEntry } from '../src/domain/order/order-command.ts'
import type { OrderEvent } from '../src/domain/order/order-event.ts'
import { compareShadow, isSampled } from '../src/domain/sourcing/compare-shadow.ts'
import type { Env } from '../src/env.ts'
import { reportFault } from './report-fault.ts'

/** An order is planned a few times; one that goes round and round is not measured for ever. */
const plansPerPageMax = 5

/** Safe to repeat. A measurement that fails is lost with a line in the log; it never holds up what is projected. */
export async function scoreShadows(env: Env, orderId: string, entries: readonly LogEntry[]): Promise<void> {
  const planned = entries.filter(({ type }) => type === 'planned').slice(-plansPerPageMax)
  if (planned.length === 0) return
  try {
    await score(env, orderId, planned)
  } catch (error) {
    reportFault('shadow_unscored', { orderId }, error)
  }
}

async function score(env: Env, orderId: string, planned: readonly LogEntry[]): Promise<void> {
  const { activatedSourcing } = await activeConfig(env, Date.now())
  const shadows = (activatedSourcing?.shadows ?? []).filter(({ samplePercent }) => isSampled(orderId, samplePercent))
  const records = planned.flatMap((entry) => shadows.flatMap((shadow) => recordOf(orderId, entry, shadow)))
  if (records.length > 0) await recordShadow(openDb(env.DB), records)
}

/** None for a plan from before the shadow began, and for one whose request was too large to keep. */
function recordOf(orderId: string, { seq, atMs, event }: LogEntry, shadow: Shadow): readonly ShadowRecord[] {
  // Written by the order's own log, whose chain is verified elsewhere.
  const planned = JSON.parse(event) as Extract<OrderEvent, { readonly type: 'planned' }>
  const request = planned.decision?.request ?? null
  if (request === null || atMs < shadow.startedAtMs) return []
  const { id: profileId } = shadow.profile
  const decided = { activeProfile: request.profile.id, activeVersion: request.profileVersion }
  const comparison = compareShadow(request, shadow.profile)
  return [{ profileId, revision: shadow.revision, orderId, seq, atMs, ...decided, comparison }]
}
