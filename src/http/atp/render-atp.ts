/** Renders an answered SKU: its figures, when asked for every term of them, and the promise that was given. */

import type { SkuAvailability } from '../../actor-apis.ts'
import { dayMs, type PartAvailability } from '../../domain/atp/part-availability.ts'
import { claimOf, claimValidMs } from '../../domain/atp/promise-claim.ts'
import type { QuotedPromise } from '../../domain/atp/promise-date.ts'
import { excludedAmong } from '../../domain/atp/promise-rules.ts'
import type { Env } from '../../env.ts'
import type { AvailabilityDocument, PromiseDocument } from '../wire/atp-answer.ts'
import { rfc3339, rfc3339OrNull } from '../wire/instant.ts'
import type { AnsweredSku, AtpQuestion } from './answer-atp.ts'
import type { AskedSku } from './asked-sku.ts'
import { signPromise } from './promise-id.ts'

/** Steps of the curve that are shown. */
const changesMax = 50

export async function renderSku(env: Env, question: AtpQuestion, answered: AnsweredSku): Promise<AvailabilityDocument> {
  const { asked, answer } = answered
  const excluded = isExcludedFor(question, asked)
  if (answer === null) return nothingOf(asked, excluded)
  const { query } = question
  const [now, ...changes] = answer.curve
  const sources = answer.parts.flatMap((part) => sourcesOf(part, question, answered))
  return {
    sku: asked.sku,
    known: true,
    stocked: true,
    excluded,
    available: answer.available,
    ats: answer.ats,
    enough: (now?.units ?? 0) >= (query.quantity ?? 1),
    promisable: {
      now: now?.units ?? 0,
      changes: changes.slice(0, changesMax).map(({ fromMs, units }) => ({ from: rfc3339(fromMs), units })),
    },
    promise: answer.promise === null ? null : await renderPromise(env, question, answered, answer.promise),
    oldestAgeMs: sources.reduce((oldest, { ageMs }) => Math.max(oldest, ageMs), 0),
    sources,
    ...(query.explain ? { rules: answer.parts.map((part) => rulesOf(part, answered)) } : {}),
  }
}

/** Without what changes by the clock alone: equal parts of two answers mean that they say the same. */
export function stableParts(skus: readonly AvailabilityDocument[]): unknown {
  return skus.map(({ oldestAgeMs: _, sources, ...stable }) => ({
    ...stable,
    sources: sources.map(({ asOf: _asOf, ageMs: _ageMs, ...source }) => source),
  }))
}

function isExcludedFor({ config, account }: AtpQuestion, { entry, parts }: AskedSku): boolean {
  const named = entry === null ? [] : [entry, ...parts.map((part) => part.entry)]
  return excludedAmong(config.promising, account?.id ?? null, named) !== null
}

/** What is not stocked can always be had by whoever sells it, and is not counted. */
function nothingOf({ sku, entry, stocked }: AskedSku, excluded: boolean): AvailabilityDocument {
  const known = entry !== null
  const figures = { available: 0, ats: 0, promisable: { now: 0, changes: [] }, oldestAgeMs: 0, sources: [] }
  return { sku, known, stocked, excluded, ...figures, enough: known && !stocked && !excluded, promise: null }
}

function summariesOf(sku: string, { reads }: AnsweredSku): SkuAvailability['summaries'] {
  return reads.get(sku)?.availability.summaries ?? []
}

function sourcesOf(
  { part, ats }: PartAvailability,
  { nowMs, query }: AtpQuestion,
  answered: AnsweredSku,
): AvailabilityDocument['sources'] {
  return summariesOf(part.sku, answered).flatMap((summary, index) => {
    const terms = ats.locations[index]?.terms
    if (terms === undefined) return []
    const { byMs: _, ...shown } = terms
    const { location, version, asOfMs, confirmedAtMs, states } = summary
    const age = { asOf: rfc3339(confirmedAtMs), ageMs: Math.max(0, nowMs - confirmedAtMs) }
    const source = { sku: part.sku, location, available: shown.units, version, changedAt: rfc3339(asOfMs), ...age }
    return [query.explain ? { ...source, states: { ...states }, terms: shown } : source]
  })
}

function rulesOf(
  { part, ats, keepMs }: PartAvailability,
  { reads }: AnsweredSku,
): NonNullable<AvailabilityDocument['rules']>[number] {
  const { network, excluded, threshold, unrouted, cap, buffer } = ats
  return {
    sku: part.sku,
    unitsEach: part.units,
    ...{ network, excluded, threshold, unrouted, cap, buffer, ats: ats.ats },
    keepsForDays: (keepMs ?? 0) / dayMs,
    notCounted: (reads.get(part.sku)?.refused ?? []).map((refused) => ({ ...refused })),
  }
}

async function renderPromise(
  env: Env,
  { config, account, query, nowMs }: AtpQuestion,
  answered: AnsweredSku,
  promise: QuotedPromise,
): Promise<PromiseDocument> {
  const quantity = query.quantity ?? 1
  const versionOf = (sku: string, location: string) =>
    summariesOf(sku, answered).find((summary) => summary.location === location)?.version ?? 0
  const { asked, dateOf } = answered
  const given = { sku: asked.sku, channel: account?.id ?? null, quantity, config: config.version, dateOf }
  const wantedByMs = query.by ?? null
  const claim = claimOf({ ...given, issuedAtMs: nowMs, wantedByMs, versionOf }, promise)
  return {
    promiseId: await signPromise(env, claim),
    validUntil: rfc3339(nowMs + claimValidMs),
    quantity,
    date: rfc3339(promise.dateMs),
    dateOf,
    likelyDate: rfc3339(promise.likelyDateMs),
    by: rfc3339OrNull(wantedByMs),
    inTime: wantedByMs === null || promise.dateMs <= wantedByMs,
    confidencePercent: promise.confidencePercent,
    plan: promise.plan.map(({ fromMs, departsAtMs, likelyDateMs, dateMs, ...units }) => ({
      ...units,
      from: rfc3339(fromMs),
      departs: rfc3339(departsAtMs),
      likelyDate: rfc3339(likelyDateMs),
      date: rfc3339(dateMs),
    })),
  }
}
