/**
 * From draft to what is in force: whoever changes a profile must have seen its newest revision, what is activated is
 * exactly the content that somebody else has reviewed, and going back makes a new version of an old content.
 */
import { type ActivatedSourcing, shadowsMax } from '../../config/sourcing.ts'
import { err, ok, type Result, unreachable } from '../../shared/result.ts'
import type { SourcingProfile } from '../profile.ts'
import { type ProfileAction, type ProfileEntry, type ProfileHead, ranInShadow, shadowRunOf } from './profile-head.ts'

export type ProfileCommand = ProfileCommandBody & {
  readonly profileId: string
  /** Null: there must be none yet. */
  readonly expectedRevision: number | null
  /** Null: not known who, as with the local console. */
  readonly author: string | null
  readonly comment: string
}
export type ProfileCommandBody =
  | { readonly type: 'draft'; readonly profile: SourcingProfile; readonly hash: string }
  | { readonly type: 'review' }
  /** Absent: the channels it had. */
  | {
      readonly type: 'activate'
      readonly channels?: readonly string[] | undefined
      readonly isDefault?: boolean | undefined
      /** Its author knows that this content never ran in shadow, and wants it all the same. */
      readonly withoutShadow?: boolean | undefined
    }
  | { readonly type: 'roll_back'; readonly version: number }
  | { readonly type: 'start_shadow'; readonly samplePercent: number }
  | { readonly type: 'stop_shadow' }

export type ProfileRefusal =
  | { readonly reason: 'profile_not_found'; readonly profile: string }
  | { readonly reason: 'revision_conflict'; readonly profile: string; readonly revision: number }
  | { readonly reason: 'no_draft'; readonly profile: string }
  | { readonly reason: 'not_reviewed'; readonly profile: string }
  | { readonly reason: 'not_shadowed'; readonly profile: string }
  | { readonly reason: 'review_by_author'; readonly profile: string; readonly author: string }
  | { readonly reason: 'already_active'; readonly profile: string; readonly version: number }
  | { readonly reason: 'version_not_found'; readonly profile: string; readonly version: number }
  | { readonly reason: 'not_in_shadow'; readonly profile: string }
  | { readonly reason: 'too_many_shadows'; readonly most: number }

export type ProfileFacts = {
  readonly head: ProfileHead | null
  /** The entry that made the version asked for by `roll_back`; null when there is none. */
  readonly former: ProfileEntry | null
  /** Of all profiles: who has a channel by now, and who is in shadow. */
  readonly inForce: Pick<ActivatedSourcing, 'channelProfiles' | 'defaultProfile' | 'shadows'>
  readonly nowMs: number
}
export type ProfileChange = { readonly head: ProfileHead; readonly entry: ProfileEntry }
type Decided = Result<ProfileChange, ProfileRefusal>
type Command<Type extends ProfileCommand['type']> = Extract<ProfileCommand, { readonly type: Type }>

export function decideProfile(command: ProfileCommand, facts: ProfileFacts): Decided {
  const { profileId: profile, expectedRevision } = command
  if (facts.head === null && expectedRevision !== null) return err({ reason: 'profile_not_found', profile })
  const revision = facts.head?.revision ?? 0
  if (revision !== (expectedRevision ?? 0)) return err({ reason: 'revision_conflict', profile, revision })
  const head = facts.head ?? { ...initialHead, profileId: profile }
  switch (command.type) {
    case 'draft':
      return decideDraft(command, head, facts.nowMs)
    case 'review':
      return decideReview(command, head, facts.nowMs)
    case 'activate':
      return decideActivate(command, head, facts)
    case 'roll_back':
      return decideRollBack(command, head, facts)
    case 'start_shadow':
      return decideStartShadow(command, head, facts)
    case 'stop_shadow':
      return decideStopShadow(command, head, facts.nowMs)
    default:
      return unreachable(command)
  }
}

const initialHead = { revision: 0, draft: null, review: null, active: null, versions: 0, shadow: null } as const

function decideDraft(command: Command<'draft'>, head: ProfileHead, nowMs: number): Decided {
  const { profile, hash, author } = command
  const draft = { revision: head.revision + 1, hash, author, profile }
  return changed({ ...head, draft }, 'drafted', { hash, profile, version: null }, command, nowMs)
}

function decideReview(command: Command<'review'>, head: ProfileHead, nowMs: number): Decided {
  const { draft, profileId: profile } = head
  if (draft === null) return err({ reason: 'no_draft', profile })
  const { hash, author } = draft
  if (author !== null && author === command.author) return err({ reason: 'review_by_author', profile, author })
  const review = { hash, by: command.author, atMs: nowMs }
  return changed({ ...head, review }, 'reviewed', { ...draft, version: null }, command, nowMs)
}

function decideActivate(command: Command<'activate'>, head: ProfileHead, facts: ProfileFacts): Decided {
  const { draft, review, active, profileId: profile } = head
  if (draft === null) return err({ reason: 'no_draft', profile })
  if (review?.hash !== draft.hash) return err({ reason: 'not_reviewed', profile })
  const kept = keptOf(head, facts)
  const given = { channels: command.channels ?? kept.channels, isDefault: command.isDefault ?? kept.isDefault }
  const isSame = active?.hash === draft.hash && command.channels === undefined && command.isDefault === undefined
  if (isSame) return err({ reason: 'already_active', profile, version: active.version })
  const isNew = active?.hash !== draft.hash
  if (isNew && !ranInShadow(head) && command.withoutShadow !== true) return err({ reason: 'not_shadowed', profile })
  return inForce(command, head, 'activated', draft, given, facts.nowMs)
}

/** What it was given and no other profile was given since: whoever goes back takes nothing from anybody. */
function keptOf({ active, profileId }: ProfileHead, { inForce: { channelProfiles, defaultProfile } }: ProfileFacts) {
  const channels = (active?.channels ?? []).filter((channel) => channelProfiles[channel] === profileId)
  return { channels, isDefault: active?.isDefault === true && defaultProfile === profileId }
}

/** Reviewed once, as it was activated once: going back must not wait for anybody. */
function decideRollBack(command: Command<'roll_back'>, head: ProfileHead, facts: ProfileFacts): Decided {
  const { active, profileId: profile } = head
  const { version } = command
  if (facts.former === null) return err({ reason: 'version_not_found', profile, version })
  if (active?.version === version) return err({ reason: 'already_active', profile, version })
  return inForce(command, head, 'rolled_back', facts.former, keptOf(head, facts), facts.nowMs)
}

type Content = { readonly hash: string; readonly profile: SourcingProfile }

function inForce(
  command: ProfileCommand,
  head: ProfileHead,
  action: ProfileAction,
  { hash, profile }: Content,
  given: { readonly channels: readonly string[]; readonly isDefault: boolean },
  nowMs: number,
): Decided {
  const version = head.versions + 1
  const active = { version, hash, atMs: nowMs, profile, ...given }
  return changed({ ...head, active, versions: version }, action, { hash, profile, version }, command, nowMs)
}

function decideStartShadow(command: Command<'start_shadow'>, head: ProfileHead, facts: ProfileFacts): Decided {
  const { draft, profileId: profile } = head
  const { inForce, nowMs } = facts
  if (draft === null) return err({ reason: 'no_draft', profile })
  const others = inForce.shadows.filter((shadow) => shadow.profile.id !== profile)
  if (others.length >= shadowsMax) return err({ reason: 'too_many_shadows', most: shadowsMax })
  const { samplePercent } = command
  const shadow = { revision: draft.revision, samplePercent, startedAtMs: nowMs, profile: draft.profile }
  const shadowed = { revision: draft.revision, hash: draft.hash, startedAtMs: nowMs, endedAtMs: null }
  return changed({ ...head, shadow, shadowed }, 'shadow_started', { ...draft, version: null }, command, nowMs)
}

function decideStopShadow(command: Command<'stop_shadow'>, head: ProfileHead, nowMs: number): Decided {
  const { shadow, draft } = head
  const run = shadowRunOf(head)
  if (shadow === null || draft === null || run === null) {
    return err({ reason: 'not_in_shadow', profile: head.profileId })
  }
  const stopped = { hash: run.hash ?? draft.hash, profile: shadow.profile, version: null }
  const shadowed = { ...run, endedAtMs: nowMs }
  return changed({ ...head, shadow: null, shadowed }, 'shadow_stopped', stopped, command, nowMs)
}

function changed(
  head: ProfileHead,
  action: ProfileAction,
  { hash, profile, version }: Content & { readonly version: number | null },
  { author, comment }: ProfileCommand,
  atMs: number,
): Decided {
  const { profileId } = head
  const revision = head.revision + 1
  const entry = { profileId, revision, action, version, hash, profile, author, comment, atMs }
  return ok({ head: { ...head, revision }, entry })
}
