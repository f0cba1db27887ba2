/** Where a profile stands between its draft and what is in force. Every change is a revision; none is ever edited. */
import { type ActivatedSourcing, shadowsMax } from '../../config/sourcing.ts'
import type { SourcingProfile } from '../profile.ts'

export type ProfileHead = {
  readonly profileId: string
  /** Of the newest change: what an editor must have seen. */
  readonly revision: number
  readonly draft: {
    readonly revision: number
    readonly hash: string
    /** Null: not known who. */
    readonly author: string | null
    readonly profile: SourcingProfile
  } | null
  /** Of exactly this content. */
  readonly review: { readonly hash: string; readonly by: string | null; readonly atMs: number } | null
  readonly active: {
    readonly version: number
    readonly hash: string
    readonly atMs: number
    readonly profile: SourcingProfile
    /** Channels that were given this profile when it was activated; the newest activation of a channel holds. */
    readonly channels: readonly string[]
    readonly isDefault: boolean
  } | null
  /** Versions there have been. */
  readonly versions: number
  readonly shadow: {
    readonly revision: number
    readonly samplePercent: number
    readonly startedAtMs: number
    readonly profile: SourcingProfile
  } | null
  /** The newest run in shadow, also when it is over. Absent: written before runs were remembered. */
  readonly shadowed?: ShadowRun | null
}
export type ShadowRun = {
  /** Of the draft that was run. */
  readonly revision: number
  readonly hash: string | null
  readonly startedAtMs: number
  /** Null: it is under way. */
  readonly endedAtMs: number | null
}

/** What its report is of; null when it never was in shadow. */
export function shadowRunOf({ shadow, shadowed = null }: ProfileHead): ShadowRun | null {
  if (shadowed !== null || shadow === null) return shadowed
  const { revision, startedAtMs } = shadow
  return { revision, hash: null, startedAtMs, endedAtMs: null }
}

/** Exactly this draft has run in shadow, however long. */
export function ranInShadow(head: ProfileHead): boolean {
  const run = shadowRunOf(head)
  if (run === null || head.draft === null) return false
  return run.revision === head.draft.revision || run.hash === head.draft.hash
}

export type ProfileAction = 'drafted' | 'reviewed' | 'activated' | 'rolled_back' | 'shadow_started' | 'shadow_stopped'

/** One line of a profile's history. */
export type ProfileEntry = {
  readonly profileId: string
  readonly revision: number
  readonly action: ProfileAction
  readonly version: number | null
  readonly hash: string
  readonly profile: SourcingProfile
  readonly author: string | null
  readonly comment: string
  readonly atMs: number
}

/** What is in force changes with these: they are published. */
export const publishes = (action: ProfileAction): boolean => action !== 'drafted' && action !== 'reviewed'

/** Everything that is in force, put together from where each profile stands. */
export function activatedSourcing(heads: readonly ProfileHead[], sequence: number): Omit<ActivatedSourcing, 'version'> {
  const active = heads
    .flatMap(({ active }) => (active === null ? [] : [active]))
    .sort((left, right) => left.atMs - right.atMs || (left.profile.id < right.profile.id ? -1 : 1))
  return {
    sequence,
    profiles: active.map(({ version, profile }) => ({ version, profile })),
    channelProfiles: Object.fromEntries(
      active.flatMap(({ channels, profile }) => channels.map((channel) => [channel, profile.id] as const)),
    ),
    defaultProfile: active.findLast(({ isDefault }) => isDefault)?.profile.id ?? null,
    // Two that began at the same moment may be one too many: the newest wait until there is room.
    shadows: heads
      .flatMap(({ shadow }) => (shadow === null ? [] : [shadow]))
      .sort((left, right) => left.startedAtMs - right.startedAtMs)
      .slice(0, shadowsMax),
  }
}
