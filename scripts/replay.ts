/**
 * `npm run replay -- --url URL --key KEY (--status S [--account A] [--topic T] | ID…)`: puts deliveries back to be
 * taken in again. Taking one in twice has no second effect; `--dry-run` only lists them.
 */
import { Command, Option } from 'commander'
import { apiClient } from './client/api-client.ts'

type Options = {
  readonly url: string
  readonly key: string
  readonly status?: string
  readonly account?: string
  readonly topic?: string
  readonly limit: string
  readonly dryRun: boolean
}
type Replayed = {
  readonly replayed: number
  readonly results: readonly { readonly deliveryId: string; readonly ok: boolean; readonly replayed?: boolean }[]
}
type Listed = { readonly deliveries: readonly { readonly deliveryId: string; readonly topic: string }[] }

async function replay(ids: readonly string[], options: Options): Promise<number> {
  const api = apiClient(options.url, options.key)
  const { status, account, topic, limit } = options
  if (ids.length === 0 && status === undefined) {
    process.stderr.write('name delivery ids, or a --status\n')
    return 2
  }
  if (options.dryRun) {
    const filter = new URLSearchParams(Object.entries({ status, account, topic, limit }).flatMap(given))
    const listed = ids.length > 0 ? null : await api.get<Listed>(`/v1/deliveries?${filter}`)
    for (const id of ids) process.stdout.write(`${id}\n`)
    for (const { deliveryId, topic: about } of listed?.body.deliveries ?? [])
      process.stdout.write(`${deliveryId}  ${about}\n`)
    return 0
  }
  const filter = { status, account, topic, limit: Number(limit) }
  const answer = await api.post<Replayed>('/v1/replays', ids.length > 0 ? { deliveryIds: ids } : { filter })
  if (answer.status !== 200) {
    process.stderr.write(`${answer.status} ${JSON.stringify(answer.body)}\n`)
    return 1
  }
  for (const result of answer.body.results) {
    const became = result.ok ? (result.replayed ? 'replayed' : 'waiting already') : 'refused'
    process.stdout.write(`${result.deliveryId}  ${became}\n`)
  }
  process.stdout.write(`${answer.body.replayed} of ${answer.body.results.length} replayed\n`)
  return answer.body.results.every((result) => result.ok) ? 0 : 1
}

const given = ([name, value]: [string, string | undefined]): [string, string][] =>
  value === undefined ? [] : [[name, value]]

await new Command('replay')
  .argument('[ids...]', 'delivery ids')
  .requiredOption('--url <url>', 'where Crossdock answers')
  .requiredOption('--key <key>', 'an API key with operations:write')
  .addOption(new Option('--status <status>', 'all that ended so').choices(['rejected', 'dead_lettered', 'applied']))
  .option('--account <account>', 'of this account only')
  .option('--topic <topic>', 'of this topic only')
  .option('--limit <n>', 'the newest ones, at most', '100')
  .option('--dry-run', 'list them only', false)
  .action(async (ids: string[], options: Options) => {
    process.exitCode = await replay(ids, options)
  })
  .parseAsync()
