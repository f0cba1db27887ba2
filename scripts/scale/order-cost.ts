/** What an order costs at published prices: what the model counted, times what each operation writes and reads. */
import type { Settings } from './inputs.ts'
import type { ScaleRun } from './model.ts'
import { operationCounts } from './operation-counts.ts'

export type CostLine = { readonly what: string; readonly perOrder: number; readonly dollarsPerMillion: number }
export type OrderCost = {
  readonly lines: readonly CostLine[]
  readonly objectBytes: number
  readonly d1Bytes: number
  /** Until one D1 database is as large as it may be, at this rate. */
  readonly minutesToFullD1: number
}

/** Rows with their index entries, which are billed like rows, as the tables in docs/storage.md have them. */
const rowsWritten = { delivery: 8, order: 12, holdAtPosition: 5, commitAtPosition: 4, drain: 3 } as const
const rowsRead = { delivery: 4, order: 12, atPosition: 4 } as const
const d1RowsPerProjection = 6
const bytes = { delivery: 6_000, order: 9_000, atPosition: 900, d1PerProjection: 1_500 } as const
/** Write, read and delete. */
const operationsPerMessage = 3
const partnerCalls = 2
/** An object bills while it is active; what is asked of it alone keeps it for about this long. */
const activeSeconds = { order: 0.2, position: 0.03 } as const

export function orderCost(run: ScaleRun, settings: Settings): OrderCost {
  const per = (count: number) => count / run.orders
  const positions = per(run.lines)
  const projections = per(run.counts.projections)
  const publications = per(run.counts.publications) * settings.channels
  const calls = positions * (operationCounts.holdCallsPerPosition + operationCounts.commitCallsPerPosition)
  const objectRequests = 4 + calls + projections * 2 + publications + partnerCalls * 2
  const messages = 1 + partnerCalls + projections
  const written =
    rowsWritten.delivery +
    rowsWritten.order +
    positions * (rowsWritten.holdAtPosition + rowsWritten.commitAtPosition) +
    (projections + publications) * rowsWritten.drain
  const read = rowsRead.delivery + rowsRead.order + calls * rowsRead.atPosition
  const d1Rows = projections * d1RowsPerProjection
  const activeGbSeconds = (activeSeconds.order + calls * activeSeconds.position) * settings.objectGigabytes
  const objectBytes = bytes.delivery + bytes.order + positions * bytes.atPosition
  const d1Bytes = projections * bytes.d1PerProjection
  const lines = [
    costLine('requests of the Worker, consumers included', 1 + messages / 10, settings.workerRequestsPrice),
    costLine('requests of objects', objectRequests, settings.objectRequestsPrice),
    costLine('GB-s of objects', activeGbSeconds, settings.objectDurationPrice),
    costLine('operations of queues', messages * operationsPerMessage, settings.queueOperationsPrice),
    costLine('rows written in objects', written, settings.rowsWrittenPrice),
    costLine('rows read in objects', read, settings.rowsReadPrice),
    costLine('rows written in D1', d1Rows, settings.rowsWrittenPrice),
    costLine('GB-months in objects', objectBytes / 1e9, settings.objectStoragePrice * 1e6),
    costLine('GB-months in D1', d1Bytes / 1e9, settings.d1StoragePrice * 1e6),
  ]
  return { lines, objectBytes, d1Bytes, minutesToFullD1: settings.d1BytesMax / (d1Bytes * settings.ordersPerMinute) }
}

/** Price is for a million of the unit, so the figure is the dollars of a million orders. */
function costLine(what: string, perOrder: number, price: number): CostLine {
  return { what, perOrder, dollarsPerMillion: perOrder * price }
}
