/** Every figure that the model takes from outside, with its source. All of them can be set from the command line. */
import { inboxShards } from '../../src/domain/inbox/inbox-name.ts'
import { drainDelayMs, projectDelayMs } from '../../src/domain/outbox/drain.ts'
import { reservationShards } from '../../src/domain/stock/reservation-shard.ts'

export type Input = { readonly value: number; readonly unit: string; readonly source: string }

const scenario = 'the scenario'
const design = "Crossdock's own setting"
const objects = 'developers.cloudflare.com/durable-objects/platform/limits'
const queues = 'developers.cloudflare.com/queues/platform/limits'
const d1 = 'developers.cloudflare.com/d1/platform/limits'
const prices = 'developers.cloudflare.com/workers/platform/pricing; check before relying on it'
const measured = 'order of magnitude of deployed calls; replace by your own measurement'

export const inputs = {
  ordersPerMinute: { value: 50_000, unit: 'orders', source: scenario },
  skus: { value: 1_000_000, unit: 'SKUs', source: scenario },
  locations: { value: 40, unit: 'locations', source: scenario },
  channels: { value: 20, unit: 'channels', source: scenario },
  linesMax: { value: 5, unit: 'lines an order, 1 to this, evenly', source: scenario },
  hotSkus: { value: 10, unit: 'SKUs in the flash sale', source: scenario },
  hotPercent: { value: 80, unit: '% of orders that want one of them', source: scenario },
  hotUnits: { value: 10_000, unit: 'units of each, at one location', source: scenario },
  cartPercent: { value: 25, unit: '% of orders that a cart held first', source: scenario },
  listedPercent: { value: 100, unit: '% of channels told of a change of a SKU', source: scenario },
  erpAccounts: { value: 1, unit: 'ERPs', source: scenario },

  shardsPerHotSku: { value: 1, unit: 'escrow shards of a hot position', source: design },
  inboxShards: { value: inboxShards, unit: 'inboxes of a channel', source: design },
  reservationShards: { value: reservationShards, unit: 'reservation actors', source: design },
  publicationLanes: { value: 1, unit: 'feed actors of a channel', source: design },
  projectionBatch: { value: 10, unit: 'actors written to D1 at once', source: design },
  projectEveryMs: { value: projectDelayMs, unit: 'ms between projections of a busy actor', source: design },
  drainDelayMs: { value: drainDelayMs, unit: 'ms from a commit to its outbox leaving', source: design },
  parkedMax: { value: 2_048, unit: 'calls that wait at one object', source: design },
  attemptsMax: { value: 8, unit: 'tries of a refused call', source: design },
  retryDelayMs: { value: 1_000, unit: 'ms before such a try', source: design },

  objectRequestsPerSecond: { value: 1_000, unit: 'requests/s of one object (soft limit)', source: objects },
  commitBusyMs: { value: 1, unit: 'ms an object is busy per commit: 500 single writes/s', source: objects },
  queueMessagesPerSecond: { value: 5_000, unit: 'messages/s of one queue', source: queues },
  d1QueryMs: { value: 1, unit: 'ms of a D1 write: one thread, so 1,000/s', source: d1 },
  d1ActorMs: { value: 0.4, unit: 'ms more per actor in the batch', source: measured },
  d1BytesMax: { value: 10_000_000_000, unit: 'bytes of one D1 database', source: d1 },
  callP50Ms: { value: 5, unit: 'ms of a call to an object, median', source: measured },
  callP95Ms: { value: 20, unit: 'ms, 95th percentile', source: measured },
  commitP50Ms: { value: 8, unit: 'ms until a commit is confirmed, median', source: measured },
  commitP95Ms: { value: 25, unit: 'ms, 95th percentile', source: measured },
  queueP50Ms: { value: 60, unit: 'ms from sending a message to its consumer, median', source: measured },
  queueP95Ms: { value: 250, unit: 'ms, 95th percentile', source: measured },

  workerRequestsPrice: { value: 0.3, unit: '$ a million requests', source: prices },
  objectRequestsPrice: { value: 0.15, unit: '$ a million object requests', source: prices },
  objectDurationPrice: { value: 12.5, unit: '$ a million GB-s', source: prices },
  objectGigabytes: { value: 0.128, unit: 'GB billed while an object is active', source: prices },
  queueOperationsPrice: { value: 0.4, unit: '$ a million operations', source: prices },
  rowsReadPrice: { value: 0.001, unit: '$ a million rows read', source: prices },
  rowsWrittenPrice: { value: 1, unit: '$ a million rows written', source: prices },
  objectStoragePrice: { value: 0.2, unit: '$ a GB-month in objects', source: prices },
  d1StoragePrice: { value: 0.75, unit: '$ a GB-month in D1', source: prices },
} as const satisfies Record<string, Input>

export type InputName = keyof typeof inputs
export type Settings = Readonly<Record<InputName, number>>

export const inputNames = Object.keys(inputs) as InputName[]

export function settingsWith(changes: Partial<Settings> = {}): Settings {
  // Cast justified: built from every name there is.
  const defaults = Object.fromEntries(inputNames.map((name) => [name, inputs[name].value])) as Settings
  return { ...defaults, ...changes }
}
