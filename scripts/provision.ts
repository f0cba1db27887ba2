/**
 * `npm run provision`: creates what `wrangler deploy` does not create by itself: the queues and their dead-letter
 * queues. KV, D1 and R2 are made by the first deploy from their bindings. Safe to run again.
 */
import { unstable_readConfig } from 'wrangler'
import { runWrangler } from './deploy/run-wrangler.ts'

type Queues = { readonly queues: { readonly consumers: readonly { readonly queue: string }[] } }

async function createQueue(name: string): Promise<'created' | 'exists'> {
  const result = await runWrangler(['queues', 'create', name])
  if (result.code === 0) return 'created'
  if (/already (exists|taken)/i.test(result.output)) return 'exists'
  throw new Error(`could not create the queue ${name}:\n${result.output}`)
}

const config: Queues = unstable_readConfig({ config: 'wrangler.toml' })
for (const { queue } of config.queues.consumers) {
  process.stdout.write(`queue ${queue}: ${await createQueue(queue)}\n`)
}
process.stdout.write('Next: npm run deploy, then npm run configure -- --config FILE --remote\n')
