/** What is measured: the production bundle or one of its peers, each started anew with fresh state on disk. */
import { randomUUID } from 'node:crypto'
import { cp, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { startCrossdock } from '../serve/start-crossdock.ts'
import { benchConfig } from './bench-config.ts'
import { gramsOf, type Network, type Planning } from './network.ts'
import { startPostgres } from './postgres/start-postgres.ts'
import { startMinimal } from './start-minimal.ts'

export const peerNames = ['minimal', 'postgres'] as const
export type PeerName = (typeof peerNames)[number]
export type TargetName = 'product' | PeerName
export type Target = { readonly url: string; readonly stop: () => Promise<void> }
/** The catalogue and where it may lie. */
export type Company = { readonly skus: readonly string[]; readonly network: Network }

/** Real disk, inside the project: a temporary folder may lie in memory, where a commit costs nothing. */
export const stateRootDefault = '.crossdock/bench'
/** Short: the path of a Unix socket may have about a hundred characters. */
const runFolder = /^run-[0-9a-f]{8}$/

const starters: Readonly<Record<TargetName, (stateDir: string, company: Company) => Promise<Target>>> = {
  product: startProduct,
  minimal: (stateDir, company) => startMinimal(stateDir, planningOf(company)),
  postgres: (stateDir, company) => startPostgres(stateDir, planningOf(company)),
}

export async function startTarget(name: TargetName, company: Company, stateRoot: string): Promise<Target> {
  const stateDir = freshState(stateRoot)
  const remove = () => rm(stateDir, { recursive: true, force: true })
  try {
    const started = await starters[name](stateDir, company)
    return { url: started.url, stop: () => started.stop().finally(remove) }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Company → the folder in which its catalogue was published and nothing else has happened. */
const published = new Map<string, string>()

/** Starts from a copy: publishing a catalogue takes longer than a window, and every round would do it again. */
async function startProduct(stateDir: string, { skus, network }: Company): Promise<Target> {
  const options = { compiled: benchConfig(skus, network), port: 0, keepsActorsAwake: true }
  const company = `${dirname(stateDir)} ${skus.length} ${network.places.length}`
  const template = published.get(company) ?? freshState(dirname(stateDir))
  if (!published.has(company)) await (await startCrossdock({ ...options, stateDir: template })).stop()
  published.set(company, template)
  await cp(template, stateDir, { recursive: true })
  return startCrossdock({ ...options, stateDir })
}

/** A folder that nobody has yet. */
export const freshState = (stateRoot: string): string => join(stateRoot, `run-${randomUUID().slice(0, 8)}`)

/** What an earlier run left behind when it was killed; nothing else that lies there. */
export async function removeState(stateRoot: string): Promise<void> {
  const entries = await readdir(stateRoot).catch(() => [])
  const left = entries.filter((entry) => runFolder.test(entry))
  await Promise.all(left.map((entry) => rm(join(stateRoot, entry), { recursive: true, force: true })))
}

function planningOf({ skus, network }: Company): Planning {
  return { network, grams: Object.fromEntries(skus.map((sku, index) => [sku, gramsOf(index)])) }
}
