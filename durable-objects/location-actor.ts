/**
 * LocationActor, `<location>`: the one place where a location's days are promised. Its capacity is reserved like stock:
 * calls parked in one turn share one commit, and no day is ever promised beyond its limit, which is the one configured
 * at that moment.
 */

import { DurableObject } from 'cloudflare:workers'
import type { AuditVerdict, LocationApi, ProjectionPage } from '../src/actor-apis.ts'
import { activeConfig } from '../src/config/active-config.ts'
import { capacityDay, type LocationSite } from '../src/domain/location/day-limit.ts'
import { decide, decideForget } from '../src/domain/location/decide.ts'
import type { LocationCommand, LocationVerdict, LocationView } from '../src/domain/location/location-command.ts'
import type { LocationEvent } from '../src/domain/location/location-event.ts'
import { drainDelayMs } from '../src/domain/outbox/drain.ts'
import { timerCause } from '../src/domain/shared/cause.ts'
import { correlationId } from '../src/domain/shared/ids.ts'
import { err, ok, type Result } from '../src/domain/shared/result.ts'
import type { Env } from '../src/env.ts'
import { AlarmClock } from './alarm-clock.ts'
import { AtomicWrites } from './atomic-writes.ts'
import { CommandMemory, commandMemoryTable } from './command-memory.ts'
import { drainOutbox } from './drain-outbox.ts'
import { EventLog, eventLogTable } from './event-log.ts'
import { GroupCommit } from './group-commit.ts'
import { type LocationEffect, sendLocationEffects, tellOrdersRow, tellReturnedRow } from './location-effects.ts'
import { LocationLedger } from './location-ledger.ts'
import { LocationTables, locationTables } from './location-tables.ts'
import { Migrations } from './migrations.ts'
import { Outbox, outboxIndex, outboxTable } from './outbox.ts'
import { ProjectionDebt } from './projection-debt.ts'

const steps = [{ id: 1, statements: [...locationTables, eventLogTable, commandMemoryTable, outboxTable, outboxIndex] }]
const overloaded: LocationVerdict = { ok: false, error: { reason: 'overloaded' } }

type Asked = { readonly location: string; readonly site: LocationSite; readonly command: LocationCommand }
type Applied = Result<LocationVerdict, unknown>

export class LocationActor extends DurableObject<Env> implements LocationApi {
  readonly #migrations = new Migrations(this.ctx.storage, steps)
  readonly #log = new EventLog<LocationEvent>(this.ctx.storage, this.#migrations)
  readonly #commands = new CommandMemory<LocationVerdict>(this.ctx.storage, this.#migrations)
  readonly #outbox = new Outbox<LocationEffect>(this.ctx.storage, this.#migrations)
  readonly #projection = new ProjectionDebt(this.#log, this.#outbox)
  readonly #tables = new LocationTables(this.ctx.storage.sql, this.#migrations)
  readonly #ledger = new LocationLedger(this.#tables, this.#log)
  readonly #clock = new AlarmClock(this.ctx.storage, [this.#outbox])
  readonly #writes = new AtomicWrites(this.ctx, this.#migrations, this.#clock, [
    ...[this.#log, this.#outbox, this.#ledger],
  ])
  /** Readable from within the object only; its counters say how many commands share a commit. */
  readonly execution = new GroupCommit<Asked, LocationVerdict>((asked) => this.#executeAll(asked))

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    if (this.#migrations.applied) void ctx.blockConcurrencyWhile(() => this.#clock.resume(Date.now()))
  }

  async execute(location: string, command: LocationCommand): Promise<LocationVerdict> {
    const site = await this.#siteOf(location)
    if (site === null) return { ok: false, error: { reason: 'unknown_location', location } }
    return this.execution.join({ location, site, command }) ?? overloaded
  }

  async view(location: string, days: readonly string[]): Promise<LocationView | null> {
    const site = await this.#siteOf(location)
    if (site === null) return null
    const { state } = this.#ledger
    const { status, reason, sinceMs } = state
    return { location, status, reason, sinceMs, days: days.map((day) => capacityDay(site, state, day)) }
  }

  /** A location has no rows in D1 but its audit trail. */
  async projectionPage(afterSeq: number, limit: number): Promise<ProjectionPage<null>> {
    return { document: null, ...this.#log.page(afterSeq, limit) }
  }

  async projected(throughSeq: number): Promise<void> {
    this.#projection.confirmed(throughSeq)
  }

  async reproject(): Promise<void> {
    if (this.#log.headSeq > 0) this.#writes.commit((nowMs) => this.#projection.owe(nowMs))
  }

  async verifyAudit(): Promise<AuditVerdict> {
    return this.#log.verify()
  }

  override alarm(): Promise<void> {
    return this.#writes.alarmRound('location_alarm_failed', async () => {
      const { name } = this.#ledger
      if (name === null) return
      await drainOutbox(this.ctx.storage, this.#outbox, Date.now, (rows) =>
        sendLocationEffects(this.env, name, this.#tables, rows),
      )
    })
  }

  /** The newest configuration that this isolate knows: a limit that was changed holds from then on. */
  async #siteOf(location: string): Promise<LocationSite | null> {
    const { locations } = await activeConfig(this.env, Date.now())
    return locations.find(({ id }) => id === location) ?? null
  }

  #executeAll(asked: readonly Asked[]): readonly Applied[] {
    const verdicts = new Map(this.#commands.verdictsOf(asked.map(({ command }) => command.commandId)))
    if (asked.every(({ command }) => verdicts.has(command.commandId))) {
      return asked.map((item) => this.#executeOne(item, verdicts, 0))
    }
    return this.#writes.commit((nowMs) => {
      const headSeq = this.#log.headSeq
      this.#ledger.open(asked)
      this.#forgetDays(asked, nowMs)
      const answers = asked.map((item) => this.#executeOne(item, verdicts, nowMs))
      if (this.#log.headSeq > headSeq) {
        this.#ledger.save()
        this.#projection.owe(nowMs)
      }
      return answers
    })
  }

  #executeOne({ command, site }: Asked, verdicts: Map<string, LocationVerdict>, nowMs: number): Applied {
    const remembered = verdicts.get(command.commandId)
    if (remembered) return ok(remembered)
    const planned = this.#plan(command, site, nowMs)
    if (!planned.ok) return planned
    const { events, verdict } = planned.value
    this.#ledger.record(events, command.cause, nowMs)
    this.#commands.remember(command.commandId, verdict, nowMs)
    verdicts.set(command.commandId, verdict)
    for (const event of events) this.#owe(event, nowMs)
    return ok(verdict)
  }

  /** A bug in one command must not take its neighbours in the batch down with it: nothing has been written yet. */
  #plan(command: LocationCommand, site: LocationSite, nowMs: number): Result<Planned, unknown> {
    try {
      const decided = decide(command, { state: this.#ledger.state, site, nowMs, claim: this.#ledger.claimOf(command) })
      if (!decided.ok) return ok({ events: [], verdict: decided })
      const effect = decided.value.length === 0 ? 'unchanged' : 'applied'
      return ok({ events: decided.value, verdict: { ok: true, effect } })
    } catch (error) {
      return err(error)
    }
  }

  #forgetDays(asked: readonly Asked[], nowMs: number): void {
    const site = asked[0]?.site
    const event = site && decideForget({ state: this.#ledger.state, site, nowMs })
    if (event) this.#ledger.record([event], forgetCause, nowMs)
  }

  #owe(event: LocationEvent, nowMs: number): void {
    if (event.type !== 'availability_changed') return
    // Only the newest word counts: whoever was not told of the one before need not hear of it.
    if (event.status === 'down') {
      this.#outbox.settle(tellReturnedRow)
      this.#outbox.add(tellOrdersRow, { kind: 'tell_orders' }, nowMs + drainDelayMs, nowMs)
    } else {
      this.#outbox.settle(tellOrdersRow)
      this.#outbox.add(tellReturnedRow, { kind: 'tell_returned' }, nowMs + drainDelayMs, nowMs)
    }
  }
}

type Planned = { readonly events: readonly LocationEvent[]; readonly verdict: LocationVerdict }

const forgetCause = timerCause(correlationId('location-days'), 'forget_days')
