/**
 * Brings the profiles in force from where they are recorded to where every isolate reads them. KV cannot compare and
 * set, so whoever has published looks again: if more was recorded meanwhile, or an older state came last, it is
 * published anew. What is published is never replaced by less.
 */
import { createHash } from 'node:crypto'
import { activationKey } from '../domain/config/activation.ts'
import type { ActivatedSourcing } from '../domain/config/sourcing.ts'
import type { Env } from '../env.ts'
import { forgetConfig, publishedSourcing, sourcingKey, sourcingPointerKey } from './active-config.ts'

/** KV may show an old pointer for a minute; the minute tick looks again. */
const roundsMax = 3

export async function publishSourcing(
  env: Env,
  inForce: () => Promise<Omit<ActivatedSourcing, 'version'>>,
): Promise<void> {
  for (let round = 0; round < roundsMax; round += 1) {
    const state = await inForce()
    const published = await publishedSourcing(env)
    if ((published?.sequence ?? 0) >= state.sequence) return
    const digest = createHash('sha256').update(JSON.stringify(state)).digest('hex').slice(0, 12)
    const version = `${state.sequence}-${digest}`
    await env.CONFIG.put(sourcingKey(version), JSON.stringify({ version, ...state }))
    await env.CONFIG.put(activationKey('sourcing', { version, atMs: Date.now() }), version)
    await env.CONFIG.put(sourcingPointerKey, version)
    forgetConfig()
  }
}
