/**
 * The configuration that was in force at an instant, by the history of activations. KV can only list from the newest
 * on, so it is paged: a page holds a thousand activations, which is years of them.
 */
import { type Activation, type ActivationKind, activationOf, activationsPrefix } from '../domain/config/activation.ts'
import type { Config } from '../domain/config/config.ts'
import type { Env } from '../env.ts'
import { configAt } from './active-config.ts'

/** Activations that are looked through for one answer, in pages of what one call lists. */
const pagesMax = 10

export type PastConfig = {
  readonly config: Config
  /** Of the file; null: of what was activated before activations were recorded nobody knows when. */
  readonly activatedAtMs: number | null
  /** False: the instant lies before the first activation that is recorded, and the earliest known answers. */
  readonly inForceThen: boolean
}

/** `current` answers where no activation was ever recorded. */
export async function configInForceAt(env: Env, atMs: number, current: Config): Promise<PastConfig> {
  const [file, sourcing] = await Promise.all([inForceAt(env, 'config', atMs), inForceAt(env, 'sourcing', atMs)])
  const recorded = file.inForce ?? file.earliest
  if (recorded === null) return { config: current, activatedAtMs: null, inForceThen: false }
  const version = sourcing.inForce === null ? recorded.version : `${recorded.version}+${sourcing.inForce.version}`
  return { config: await configAt(env, version), activatedAtMs: recorded.atMs, inForceThen: file.inForce !== null }
}

type Found = { readonly inForce: Activation | null; readonly earliest: Activation | null }

async function inForceAt(env: Env, kind: ActivationKind, atMs: number): Promise<Found> {
  let earliest: Activation | null = null
  let cursor: string | null = null
  for (let pages = 0; pages < pagesMax; pages += 1) {
    const page: KVNamespaceListResult<unknown> = await env.CONFIG.list({ prefix: activationsPrefix(kind), cursor })
    for (const { name } of page.keys) {
      earliest = activationOf(kind, name)
      if (earliest.atMs <= atMs) return { inForce: earliest, earliest }
    }
    if (page.list_complete) break
    cursor = page.cursor
  }
  return { inForce: null, earliest }
}
