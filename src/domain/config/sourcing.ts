/**
 * By which profile a channel's orders are sourced. The file names profiles to begin with; what was activated later is
 * kept beside it (docs/decisions) and goes before it, so that a file that is activated again takes nothing back.
 */
import { z } from 'zod'
import { fewestSplits, profileSchema, type SourcingProfile } from '../sourcing/profile.ts'
import { betterPlanDefault, betterPlanSchema } from './better-plan.ts'
import { slugSchema } from './slug.ts'

const profilesMax = 200
const channelProfiles = z.record(slugSchema, slugSchema)

function haveIdsOfTheirOwn(profiles: readonly SourcingProfile[]): boolean {
  return new Set(profiles.map(({ id }) => id)).size === profiles.length
}

/** In the file. A profile that is neither here nor activated is the built-in one, `fewest-splits`. */
export const sourcingSchema = z.strictObject({
  profiles: z
    .array(profileSchema)
    .max(profilesMax)
    .refine(haveIdsOfTheirOwn, 'two profiles have the same id')
    .default([]),
  /** Channel account → profile id. */
  channelProfiles: channelProfiles.default({}),
  /** Of channels that name none. */
  defaultProfile: slugSchema.default(fewestSplits.id),
  betterPlan: betterPlanSchema.default(betterPlanDefault),
})
export const sourcingDefault = sourcingSchema.parse({})

/** A profile that is scored beside the active one on live orders, without effect. */
export const shadowSchema = z.strictObject({
  profile: profileSchema,
  /** Of the profile's history: the content that is in shadow. */
  revision: z.int().min(1),
  /** Of the orders, by their id, so that an order is always either in or out. */
  samplePercent: z.int().min(1).max(100),
  startedAtMs: z.int().min(0),
})
export type Shadow = z.infer<typeof shadowSchema>

/** Profiles in shadow at one time: each is scored for every order that is sampled. */
export const shadowsMax = 20

/** The immutable value in KV, `sourcing/<version>`; `sourcing/active` points at one. */
export const activatedSourcingSchema = z.strictObject({
  version: z.string().min(1).max(32),
  /** Grows with everything that is published: an older state never replaces a newer one. */
  sequence: z.int().min(0),
  profiles: z.array(z.strictObject({ version: z.int().min(1), profile: profileSchema })).max(profilesMax),
  channelProfiles,
  /** Null: the file's. */
  defaultProfile: slugSchema.nullable(),
  shadows: z.array(shadowSchema).max(shadowsMax),
})
export type ActivatedSourcing = z.infer<typeof activatedSourcingSchema>

type SourcingConfig = {
  readonly sourcing: z.infer<typeof sourcingSchema>
  /** Null: nothing was ever activated. */
  readonly activatedSourcing: ActivatedSourcing | null
}
/** `version` null: of the file, or built in. */
export type VersionedProfile = { readonly profile: SourcingProfile; readonly version: number | null }

export function profileFor({ sourcing, activatedSourcing }: SourcingConfig, channel: string): VersionedProfile {
  const id =
    activatedSourcing?.channelProfiles[channel] ??
    sourcing.channelProfiles[channel] ??
    activatedSourcing?.defaultProfile ??
    sourcing.defaultProfile
  return profileCalled({ sourcing, activatedSourcing }, id) ?? { profile: fewestSplits, version: null }
}

/** As it is in force; null when there is none of that name. */
export function profileCalled({ sourcing, activatedSourcing }: SourcingConfig, id: string): VersionedProfile | null {
  const activated = activatedSourcing?.profiles.find(({ profile }) => profile.id === id)
  if (activated) return activated
  const profile = sourcing.profiles.find((each) => each.id === id) ?? (id === fewestSplits.id ? fewestSplits : null)
  return profile === null ? null : { profile, version: null }
}
