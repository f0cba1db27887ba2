/** One change of a sourcing profile, decided against where it stands, recorded, and published where it is in force. */
import { createHash } from 'node:crypto'
import { publishSourcing } from '../config/publish-sourcing.ts'
import { type Db, openDb } from '../db/database.ts'
import { newestShadowResults } from '../db/queries/shadow-results.ts'
import {
  profileHead,
  profileHeads,
  profilesMax,
  profileVersion,
  sourcingInForce,
} from '../db/queries/sourcing-profiles.ts'
import { saveProfile } from '../db/sourcing/save-profile.ts'
import { canonicalJson } from '../domain/shared/canonical-json.ts'
import { err, ok, type Result } from '../domain/shared/result.ts'
import { decideProfile, type ProfileCommand, type ProfileRefusal } from '../domain/sourcing/lifecycle/decide-profile.ts'
import {
  activatedSourcing,
  type ProfileHead,
  publishes,
  ranInShadow,
  shadowRunOf,
} from '../domain/sourcing/lifecycle/profile-head.ts'
import type { SourcingProfile } from '../domain/sourcing/profile.ts'
import { type ShadowReport, shadowReport } from '../domain/sourcing/shadow-report.ts'
import type { Env } from '../env.ts'

/** `report`: what its content came to in shadow, of an activation; null when it never ran. */
export type ChangedProfile = { readonly head: ProfileHead; readonly report: ShadowReport | null }
export type ProfileChangeRefusal = ProfileRefusal | { readonly reason: 'too_many_profiles'; readonly most: number }

export const contentHash = (profile: SourcingProfile): string =>
  createHash('sha256').update(canonicalJson(profile)).digest('hex').slice(0, 16)

export async function changeProfile(
  env: Env,
  command: ProfileCommand,
  nowMs: number,
): Promise<Result<ChangedProfile, ProfileChangeRefusal>> {
  const db = openDb(env.DB)
  const { profileId } = command
  const [head, heads] = await Promise.all([profileHead(db, profileId), profileHeads(db)])
  if (head === null && heads.length >= profilesMax) {
    return err({ reason: 'too_many_profiles', most: profilesMax })
  }
  const former = command.type === 'roll_back' ? await profileVersion(db, profileId, command.version) : null
  const decided = decideProfile(command, { head, former, inForce: activatedSourcing(heads, 0), nowMs })
  if (!decided.ok) return decided
  const { entry } = decided.value
  const report = entry.action === 'activated' ? await reportOf(db, head) : null
  if (!(await saveProfile(db, decided.value, report === null ? null : JSON.stringify(report)))) {
    const newest = await profileHead(db, profileId)
    return err({ reason: 'revision_conflict', profile: profileId, revision: newest?.revision ?? 0 })
  }
  // Should this fail, the change is recorded all the same, and the minute tick publishes it.
  if (publishes(entry.action)) await publishSourcing(env, () => sourcingInForce(db))
  return ok({ head: decided.value.head, report })
}

/** What was known of exactly the content that is activated; null when nothing was. */
async function reportOf(db: Db, head: ProfileHead | null): Promise<ShadowReport | null> {
  const run = head === null || !ranInShadow(head) ? null : shadowRunOf(head)
  if (head === null || run === null) return null
  const results = await newestShadowResults(db, { profileId: head.profileId, revision: run.revision })
  return shadowReport(results)
}
