/** The worker's bindings for Miniflare, read from `wrangler.toml`: the deployed worker and the local one cannot differ. */
import { unstable_readConfig } from 'wrangler'

type Consumer = {
  readonly queue: string
  readonly max_batch_size?: number
  readonly max_batch_timeout?: number
  readonly max_retries?: number
  readonly dead_letter_queue?: string
}

/** The part of wrangler's configuration that the worker uses; wrangler's own types need a package of its internals. */
type WranglerConfig = {
  readonly compatibility_date: string
  readonly compatibility_flags: string[]
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] }
  readonly kv_namespaces: readonly { readonly binding: string; readonly id?: string }[]
  readonly d1_databases: readonly { readonly binding: string; readonly database_id?: string }[]
  readonly r2_buckets: readonly { readonly binding: string; readonly bucket_name: string }[]
  readonly queues: {
    readonly producers: readonly { readonly binding: string; readonly queue: string }[]
    readonly consumers: readonly Consumer[]
  }
  readonly assets: { readonly directory: string; readonly binding: string }
}

const assetsWorkerName = 'crossdock-assets'
const runtimeDefaults = { batchSize: 10, batchTimeoutSeconds: 1, retries: 3 }

export function workerOptions(bundlePath: string, keepsActorsAwake: boolean) {
  const config: WranglerConfig = unstable_readConfig({ config: 'wrangler.toml' })
  const main = {
    modules: true as const,
    scriptPath: bundlePath,
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    durableObjects: Object.fromEntries(
      config.durable_objects.bindings.map((object) => [
        object.name,
        { className: object.class_name, useSQLite: true, unsafePreventEviction: keepsActorsAwake },
      ]),
    ),
    kvNamespaces: Object.fromEntries(config.kv_namespaces.map((entry) => [entry.binding, entry.id ?? entry.binding])),
    d1Databases: Object.fromEntries(
      config.d1_databases.map((entry) => [entry.binding, entry.database_id ?? entry.binding]),
    ),
    r2Buckets: Object.fromEntries(config.r2_buckets.map((entry) => [entry.binding, entry.bucket_name])),
    queueProducers: Object.fromEntries(
      config.queues.producers.map((producer) => [producer.binding, { queueName: producer.queue }]),
    ),
    queueConsumers: Object.fromEntries(config.queues.consumers.map(consumerOptions)),
    serviceBindings: { [config.assets.binding]: assetsWorkerName },
  }
  return { main, assets: assetsWorker(config) }
}

/**
 * A worker with assets of its own is put behind a proxy, and its direct socket with it. Static files therefore come
 * from a second worker, bound under the same name: the request path of the main worker stays one hop.
 */
function assetsWorker(config: WranglerConfig) {
  return {
    name: assetsWorkerName,
    modules: true as const,
    script: 'export default { fetch: () => new Response(null, { status: 404 }) }',
    compatibilityDate: config.compatibility_date,
    assets: { directory: config.assets.directory },
  }
}

function consumerOptions(consumer: Consumer): [string, Record<string, number | string>] {
  return [
    consumer.queue,
    {
      maxBatchSize: consumer.max_batch_size ?? runtimeDefaults.batchSize,
      maxBatchTimeout: consumer.max_batch_timeout ?? runtimeDefaults.batchTimeoutSeconds,
      maxRetries: consumer.max_retries ?? runtimeDefaults.retries,
      ...(consumer.dead_letter_queue === undefined ? {} : { deadLetterQueue: consumer.dead_letter_queue }),
    },
  ]
}
