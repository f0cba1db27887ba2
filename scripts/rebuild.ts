/**
 * `npm run rebuild -- --url URL --key KEY`: drops the projected rows of D1 and builds them again from the actors, of a
 * running deployment, local or remote. The worker does the work; this asks for it and waits.
 */
import { Command } from 'commander'
import { type ApiClient, apiClient } from './client/api-client.ts'

type RebuildStatus = { readonly actors: number; readonly finished: boolean }
export type RebuildOutcome =
  | { readonly ok: true; readonly actors: number }
  | { readonly ok: false; readonly reason: string }

const pollMs = 500
/** The worker's minute tick resumes a rebuild whose message was lost after five quiet minutes: wait longer than that. */
const patienceMs = 15 * 60_000

/** Resolves when every actor known to the directories is projected, or nothing moved for fifteen minutes. */
export async function rebuild(api: ApiClient, onProgress: (actors: number) => void): Promise<RebuildOutcome> {
  const begun = await api.post<{ readonly rebuildId: string }>('/v1/operations/rebuild', undefined)
  if (begun.status !== 202) return { ok: false, reason: `the deployment answered ${begun.status}` }
  const path = `/v1/operations/rebuilds/${begun.body.rebuildId}`
  let moved = { actors: -1, atMs: performance.now() }
  while (performance.now() - moved.atMs < patienceMs) {
    const status = await api.get<RebuildStatus>(path)
    // Until the first step is made, the rebuild is not known yet.
    if (status.status === 200) {
      if (status.body.finished) return { ok: true, actors: status.body.actors }
      if (status.body.actors !== moved.actors) {
        moved = { actors: status.body.actors, atMs: performance.now() }
        onProgress(moved.actors)
      }
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
  return { ok: false, reason: 'nothing moved for fifteen minutes' }
}

async function run(options: { readonly url: string; readonly key: string }): Promise<number> {
  const outcome = await rebuild(apiClient(options.url, options.key), (actors) => {
    process.stdout.write(`${actors} actors projected\n`)
  })
  process.stdout.write(outcome.ok ? `done: ${outcome.actors} actors projected\n` : `not rebuilt: ${outcome.reason}\n`)
  return outcome.ok ? 0 : 1
}

if (import.meta.main) {
  await new Command('rebuild')
    .description('Build D1 anew from the actors')
    .requiredOption('--url <url>', 'where Crossdock answers')
    .requiredOption('--key <key>', 'an API key with the scope operations:write')
    .action(async (options: { readonly url: string; readonly key: string }) => {
      process.exitCode = await run(options)
    })
    .parseAsync()
}
