/** What one content of a profile has and another has not, member by member. */
import { canonicalJson } from '../../shared/canonical-json.ts'
import type { SourcingProfile } from '../profile.ts'

/** `path` is dotted, with strategies by their id: `strategies.fast.weights.sla`. Null: not there. */
export type Difference = { readonly path: string; readonly before: unknown; readonly after: unknown }

export function profileDiff(before: SourcingProfile, after: SourcingProfile): readonly Difference[] {
  const order = differences('strategies', idsOf(before), idsOf(after))
  return [...order, ...differences('', byId(before), byId(after))]
}

/** In the order in which they are tried, which is part of what a profile says. */
const idsOf = ({ strategies }: SourcingProfile) => strategies.map(({ id }) => id)

const byId = ({ strategies, ...profile }: SourcingProfile) => ({
  ...profile,
  strategies: Object.fromEntries(strategies.map(({ id, ...strategy }) => [id, strategy])),
})

function differences(path: string, before: unknown, after: unknown): readonly Difference[] {
  if (isRecord(before) && isRecord(after)) {
    const members = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return members.flatMap((member) =>
      differences(path === '' ? member : `${path}.${member}`, before[member], after[member]),
    )
  }
  const [left, right] = [before ?? null, after ?? null]
  return canonicalJson(left) === canonicalJson(right) ? [] : [{ path, before: left, after: right }]
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
