/** What is measured: the production bundle or one of its peers, each started anew with fresh state on disk. */
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startCrossdock } from '../serve/start-crossdock.ts'
import { benchConfig } from './bench-config.ts'
import { startPostgres } from './postgres/start-postgres.ts'
import { startMinimal } from './start-minimal.ts'

export const peerNames = ['minimal', 'postgres'] as const
export type PeerName = (typeof peerNames)[number]
export type TargetName = 'product' | PeerName
export type Target = { readonly url: string; readonly stop: () => Promise<void> }

/** Real disk, inside the project: a temporary folder may lie in memory, where a commit costs nothing. */
export const stateRoot = '.crossdock/bench'

const starters: Readonly<Record<TargetName, (stateDir: string, skus: readonly string[]) => Promise<Target>>> = {
  product: (stateDir, skus) =>
    startCrossdock({ compiled: benchConfig(skus), stateDir, port: 0, keepsActorsAwake: true }),
  minimal: startMinimal,
  postgres: startPostgres,
}

export async function startTarget(name: TargetName, skus: readonly string[]): Promise<Target> {
  // Short: the path of a Unix socket may have about a hundred characters.
  const stateDir = join(stateRoot, randomUUID().slice(0, 8))
  const started = await starters[name](stateDir, skus)
  const stop = async () => {
    await started.stop()
    await rm(stateDir, { recursive: true, force: true })
  }
  return { url: started.url, stop }
}

/** Also what an earlier run left behind when it was killed. */
export function removeState(): Promise<void> {
  return rm(stateRoot, { recursive: true, force: true })
}
