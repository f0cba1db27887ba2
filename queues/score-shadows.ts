/**
 * Scores profiles in shadow beside what was just decided of orders, from the request each decision was made from, long
 * after the order had its answer. A row more for every decision of a sampled order, nothing else.
 */
import { activeConfig } from '../src/config/active-config.ts'
import { openDb } from '../src/db/database.ts'
import { recordShadow, type ShadowRecord } from '../src/db/sourcing/record-shadow.ts'
import type { Shadow } from '../src/domain/config/sourcing.ts'
import type { LogEntry } from '../src/domain/order/order-command.ts'
import type { EventOf } from '../src/domain/order/order-event.ts'
import { canonicalJson } from '../src/domain/shared/canonical-json.ts'
import { compareShadow, isSampled } from '../src/domain/sourcing/compare-shadow.ts'
import type { SourcingRequest } from '../src/domain/sourcing/request.ts'
import type { Env } from '../src/env.ts'
import { reportFault } from './report-fault.ts'

/** An order is planned a few times; one that goes round and round is not measured for ever. The first one counts. */
const decisionsPerPageMax = 5
/** Also where nothing could be planned: another profile may have had a way. */
const decidedTypes: ReadonlySet<string> = new Set(['planned', 'units_backordered'])

/** Safe to repeat. A measurement that fails is lost with a line in the log; it never holds up what is projected. */
export async function scoreShadows(env: Env, orderId: string, entries: readonly LogEntry[]): Promise<void> {
  const decided = entries.filter(({ type }) => decidedTypes.has(type))
  if (decided.length === 0) return
  try {
    await score(env, orderId, decided)
  } catch (error) {
    reportFault('shadow_unscored', { orderId }, error)
  }
}

async function score(env: Env, orderId: string, entries: readonly LogEntry[]): Promise<void> {
  const { activatedSourcing } = await activeConfig(env, Date.now())
  const shadows = (activatedSourcing?.shadows ?? []).filter(({ samplePercent }) => isSampled(orderId, samplePercent))
  if (shadows.length === 0) return
  const decided = entries.flatMap(decidedIn).slice(0, decisionsPerPageMax)
  const records = decided.flatMap((each) => shadows.flatMap((shadow) => recordOf(orderId, each, shadow)))
  if (records.length > 0) await recordShadow(openDb(env.DB), records)
}

type Decided = Pick<LogEntry, 'seq' | 'atMs'> & { readonly request: SourcingRequest }

/** None of what had nothing to decide, and where the request was too large to keep. */
function decidedIn({ seq, atMs, event }: LogEntry): readonly Decided[] {
  // Written by the order's own log, whose chain is verified elsewhere.
  const { decision } = JSON.parse(event) as Pick<EventOf<'planned'>, 'decision'>
  const request = decision?.request ?? null
  return request === null ? [] : [{ seq, atMs, request }]
}

/** None for what was decided before the shadow began, or by the very content that is in shadow. */
function recordOf(orderId: string, { seq, atMs, request }: Decided, shadow: Shadow): readonly ShadowRecord[] {
  const { profile } = shadow
  if (atMs < shadow.startedAtMs || canonicalJson(request.profile) === canonicalJson(profile)) return []
  const decided = { activeProfile: request.profile.id, activeVersion: request.profileVersion }
  const comparison = compareShadow(request, profile)
  return [{ profileId: profile.id, revision: shadow.revision, orderId, seq, atMs, ...decided, comparison }]
}
