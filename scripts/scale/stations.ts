/** The stations of a deployment by kind and name, made when they are first asked. */
import type { Agenda } from './agenda.ts'
import type { Settings } from './inputs.ts'
import { type Pace, Station } from './station.ts'

export const stationKinds = {
  inbox: 'Inbox of a channel (one shard)',
  reservation: 'Reservation actor (one shard)',
  hotPosition: 'Hot position (one escrow shard)',
  position: 'Any other position',
  inboundQueue: 'Queue of orders coming in',
  outboundQueue: 'Queue of calls to partners',
  limiter: 'Limiter of the ERP',
  feed: 'Feed of a channel (one lane)',
  projectionQueue: 'Queue of projections',
  database: 'D1',
} as const
export type StationKind = keyof typeof stationKinds

export type StationReport = {
  readonly kind: StationKind
  /** How many there are that were asked at all. */
  readonly stations: number
  /** Of the busiest one: share of the time in which orders came. Beyond 1 it was still at work long after. */
  readonly busyShare: number
  readonly waitingPeak: number
  readonly served: number
  readonly batches: number
  readonly refused: number
}

export class Stations {
  readonly #agenda: Agenda
  readonly #paces: Readonly<Record<StationKind, Pace>>
  readonly #known = new Map<StationKind, Map<string, Station>>()

  constructor(agenda: Agenda, settings: Settings) {
    this.#agenda = agenda
    this.#paces = pacesOf(settings)
  }

  of(kind: StationKind, name: string | number): Station {
    let named = this.#known.get(kind)
    if (named === undefined) {
      named = new Map()
      this.#known.set(kind, named)
    }
    const known = named.get(`${name}`)
    if (known) return known
    const station = new Station(this.#agenda, this.#paces[kind])
    named.set(`${name}`, station)
    return station
  }

  reports(seconds: number): readonly StationReport[] {
    return [...this.#known].map(([kind, named]) => {
      const loads = [...named.values()].map(({ load }) => load)
      const sum = (of: (load: (typeof loads)[number]) => number) => loads.reduce((all, load) => all + of(load), 0)
      const most = (of: (load: (typeof loads)[number]) => number) =>
        loads.reduce((top, load) => Math.max(top, of(load)), 0)
      return {
        kind,
        stations: loads.length,
        busyShare: most(({ busyMs }) => busyMs) / (seconds * 1_000),
        waitingPeak: most(({ waitingPeak }) => waitingPeak),
        served: sum(({ served }) => served),
        batches: sum(({ batches }) => batches),
        refused: sum(({ refused }) => refused),
      }
    })
  }
}

function pacesOf(settings: Settings): Readonly<Record<StationKind, Pace>> {
  const itemMs = 1_000 / settings.objectRequestsPerSecond
  const waitingMax = settings.parkedMax
  const committing = { batchMs: settings.commitBusyMs, itemMs, batchMax: waitingMax, waitingMax }
  const unbounded = Number.POSITIVE_INFINITY
  const queue = { batchMs: 0, itemMs: 1_000 / settings.queueMessagesPerSecond, batchMax: 1, waitingMax: unbounded }
  return {
    inbox: committing,
    reservation: committing,
    hotPosition: committing,
    position: committing,
    feed: { ...committing, waitingMax: unbounded },
    limiter: { ...committing, waitingMax: unbounded },
    inboundQueue: queue,
    outboundQueue: queue,
    projectionQueue: queue,
    database: {
      batchMs: settings.d1QueryMs,
      itemMs: settings.d1ActorMs,
      batchMax: settings.projectionBatch,
      waitingMax: unbounded,
    },
  }
}
