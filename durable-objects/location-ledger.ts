/** A location in memory over its rows: what it was asked is recorded here, and everything is read again after a roll-back. */
import type { LocationCommand } from '../src/domain/location/location-command.ts'
import type { LocationEvent } from '../src/domain/location/location-event.ts'
import { type Claim, evolve, type LocationState } from '../src/domain/location/location-state.ts'
import type { Cause } from '../src/domain/shared/cause.ts'
import type { DayKey } from '../src/domain/sourcing/calendar/local-day.ts'
import type { EventLog } from './event-log.ts'
import type { LocationTables } from './location-tables.ts'

type Asked = { readonly location: string; readonly command: LocationCommand }

export class LocationLedger {
  readonly #tables: LocationTables
  readonly #log: EventLog<LocationEvent>
  #state: LocationState | null = null
  #name: string | null = null
  /** The batch's claims, read in one query and kept up to date while it lasts. */
  readonly #claims = new Map<string, Claim>()
  readonly #changedDays = new Set<DayKey>()

  constructor(tables: LocationTables, log: EventLog<LocationEvent>) {
    this.#tables = tables
    this.#log = log
  }

  get state(): LocationState {
    this.#state ??= this.#tables.state()
    return this.#state
  }

  /** Null until the first command has named it. */
  get name(): string | null {
    this.#name ??= this.#tables.name()
    return this.#name
  }

  /** Begins a batch. An actor serves one location for life: another name is a caller's bug. */
  open(asked: readonly Asked[]): void {
    for (const { location } of asked) {
      if (this.name !== null && this.name !== location) throw new Error(`this actor is ${this.name}, not ${location}`)
      this.#name = location
    }
    this.#claims.clear()
    this.#changedDays.clear()
    const ids = asked.flatMap(({ command }) => ('claimId' in command ? [command.claimId] : []))
    for (const claim of this.#tables.claims(ids)) this.#claims.set(claim.claimId, claim)
  }

  claimOf(command: LocationCommand): Claim | null {
    return 'claimId' in command ? (this.#claims.get(command.claimId) ?? null) : null
  }

  /** A broken invariant throws before anything was written. */
  record(events: readonly LocationEvent[], cause: Cause, nowMs: number): void {
    const state = events.reduce((before, event) => evolve(before, event, nowMs), this.state)
    this.#log.append(events, cause, nowMs)
    this.#state = state
    for (const event of events) this.#save(event)
  }

  /** Ends a batch: the days it changed, once each. */
  save(): void {
    if (this.#name === null) throw new Error('a location is saved before it is named')
    this.#tables.saveState(this.#name, this.state, this.#changedDays)
  }

  forget(): void {
    this.#state = null
    this.#name = null
    this.#claims.clear()
    this.#changedDays.clear()
  }

  #save(event: LocationEvent): void {
    if ('day' in event) this.#changedDays.add(event.day)
    if (event.type === 'days_forgotten') this.#tables.forgetBefore(event.before)
    if (event.type === 'capacity_reserved') this.#saveClaim({ ...event, status: 'reserved' })
    const claim = event.type === 'capacity_released' ? this.#claims.get(event.claimId) : undefined
    if (claim) this.#saveClaim({ ...claim, status: 'released' })
  }

  #saveClaim(claim: Claim): void {
    this.#tables.saveClaim(claim)
    this.#claims.set(claim.claimId, claim)
  }
}
