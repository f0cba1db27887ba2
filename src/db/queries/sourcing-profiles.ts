/** Where does each sourcing profile stand, and how did it come there? */
import { and, count, desc, eq, lt } from 'drizzle-orm'
import type { ActivatedSourcing } from '../../domain/config/sourcing.ts'
import {
  activatedSourcing,
  type ProfileAction,
  type ProfileEntry,
  type ProfileHead,
} from '../../domain/sourcing/lifecycle/profile-head.ts'
import type { SourcingProfile } from '../../domain/sourcing/profile.ts'
import type { Db } from '../database.ts'
import { sourcingHistory, sourcingProfiles } from '../schema/sourcing.ts'

/** Profiles a company may have. */
export const profilesMax = 200

type HistoryRow = typeof sourcingHistory.$inferSelect
export type HistoryEntry = ProfileEntry & { readonly shadowReport: string | null }

/** Written by `saveProfile` from a decided head: parsed, not validated again. */
const headOf = (row: { readonly head: string }): ProfileHead => JSON.parse(row.head) as ProfileHead

export async function profileHeads(db: Db): Promise<readonly ProfileHead[]> {
  const rows = await db.select().from(sourcingProfiles).orderBy(sourcingProfiles.profileId).limit(profilesMax)
  return rows.map(headOf)
}

export async function profileHead(db: Db, profileId: string): Promise<ProfileHead | null> {
  const [row] = await db.select().from(sourcingProfiles).where(eq(sourcingProfiles.profileId, profileId))
  return row === undefined ? null : headOf(row)
}

/** Newest first, from the entry before `beforeRevision`. */
export async function profileHistory(
  db: Db,
  profileId: string,
  limit: number,
  beforeRevision = Number.MAX_SAFE_INTEGER,
): Promise<readonly HistoryEntry[]> {
  const rows = await db
    .select()
    .from(sourcingHistory)
    .where(and(eq(sourcingHistory.profileId, profileId), lt(sourcingHistory.revision, beforeRevision)))
    .orderBy(desc(sourcingHistory.revision))
    .limit(limit)
  return rows.map(entryOf)
}

export async function profileRevision(db: Db, profileId: string, revision: number): Promise<HistoryEntry | null> {
  const own = and(eq(sourcingHistory.profileId, profileId), eq(sourcingHistory.revision, revision))
  return (await db.select().from(sourcingHistory).where(own)).map(entryOf)[0] ?? null
}

/** The entry by which the version came into force. */
export async function profileVersion(db: Db, profileId: string, version: number): Promise<HistoryEntry | null> {
  const own = and(eq(sourcingHistory.profileId, profileId), eq(sourcingHistory.version, version))
  return (await db.select().from(sourcingHistory).where(own)).map(entryOf)[0] ?? null
}

/** What ought to be published now. The sequence is read first: what comes in between makes the next one. */
export async function sourcingInForce(db: Db): Promise<Omit<ActivatedSourcing, 'version'>> {
  const published = await db
    .select({ count: count() })
    .from(sourcingHistory)
    .where(eq(sourcingHistory.isPublished, true))
  return activatedSourcing(await profileHeads(db), published[0]?.count ?? 0)
}

function entryOf(row: HistoryRow): HistoryEntry {
  const { profileId, revision, version, author, comment, atMs, shadowReport } = row
  return {
    profileId,
    revision,
    action: row.action as ProfileAction,
    version,
    hash: row.contentHash,
    profile: JSON.parse(row.content) as SourcingProfile,
    author,
    comment,
    atMs,
    shadowReport,
  }
}
