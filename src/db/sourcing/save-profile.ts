/** Records a decided change of a profile: its history and where it stands, both or neither. */
import { type ProfileEntry, type ProfileHead, publishes } from '../../domain/sourcing/lifecycle/profile-head.ts'
import type { Db } from '../database.ts'
import { sourcingHistory, sourcingProfiles } from '../schema/sourcing.ts'

/** False: somebody else has made this revision meanwhile, and nothing was written. */
export async function saveProfile(
  db: Db,
  { head, entry }: { readonly head: ProfileHead; readonly entry: ProfileEntry },
  shadowReport: string | null,
): Promise<boolean> {
  const { profileId, revision, action, version, hash, profile, author, comment, atMs } = entry
  const line = {
    ...{ profileId, revision, action, version, author, comment, atMs, shadowReport },
    contentHash: hash,
    content: JSON.stringify(profile),
    isPublished: publishes(action),
  }
  const row = { profileId, revision, head: JSON.stringify(head), updatedAtMs: atMs }
  try {
    await db.batch([
      db.insert(sourcingHistory).values(line),
      db.insert(sourcingProfiles).values(row).onConflictDoUpdate({ target: sourcingProfiles.profileId, set: row }),
    ])
    return true
  } catch (error) {
    if (isTaken(error)) return false
    throw error
  }
}

/** Drizzle wraps what D1 says; the constraint is named in one of the messages. */
function isTaken(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each.message.includes('UNIQUE constraint failed: sourcing_history')) return true
  }
  return false
}
