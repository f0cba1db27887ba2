/** What a decision is made from and what it comes to. The caller loads the few facts concerned: deciding is O(1). */

import type { CorrelationId, OrderId } from '../shared/ids.ts'
import { ok, type Result } from '../shared/result.ts'
import type { PoolUnits, Position } from './position.ts'
import type { Reservation } from './reservation.ts'
import type { StockCommand } from './stock-command.ts'
import type { LotChange, MovementAfter, StockEvent } from './stock-event.ts'
import type { StockRefusal } from './stock-refusal.ts'
import type { Supply } from './supply.ts'

export type Command<Type extends StockCommand['type']> = Extract<StockCommand, { readonly type: Type }>

/** A movement, shipment or absolute figure that was reported before, by its id: the content tells repeat from conflict. */
type RecordedReport = { readonly content: string }

/** An order in the line for units of this position; `inTurn` orders the line. */
export type Waiter = {
  readonly orderId: OrderId
  readonly quantity: number
  readonly place: number
  readonly priority: number
  readonly sinceMs: number
  readonly wokenAtMs: number | null
  /** Of `quantity`, what it was woken for and may still take; 0 once the grace is over or it has asked anew. */
  readonly offered: number
  /** The thread of the order that asked: being woken belongs to it. */
  readonly correlationId: CorrelationId
  /** The channel group whose protected units it may take. Absent: none. */
  readonly group?: string
}

export type StockFacts = {
  /** With everything that the clock had done by `nowMs` recorded: expired holds, lots, dates that came. */
  readonly position: Position
  readonly nowMs: number
  /** The one reservation the command names; null when it names none or there is none. */
  readonly reservation: Reservation | null
  /** The claim that the command takes units over from; null when it takes none or there is none. */
  readonly source: Reservation | null
  readonly waiter: Waiter | null
  /** The one supply the command names; null when it names none or nothing is known of it. */
  readonly supply: Supply | null
  /** What was recorded under the report's id, for `move`, `snapshot`, `ship` and `receive_supply`. */
  readonly recorded: RecordedReport | null
  /** Net units of all movements that occurred after this instant, per pool. Asked for absolute figures only. */
  readonly movedAfter: (asOfMs: number) => PoolUnits
  /** The same by lot, as far as lots were named or picked. */
  readonly lotsMovedAfter: (asOfMs: number) => readonly LotChange[]
  /** The movements behind it, newest first, at most `driftMovementsMax`. Asked for a difference only. */
  readonly movementsAfter: (asOfMs: number) => readonly MovementAfter[]
}

/** What is kept of a report under its id. `moved` is what it says was moved, before any fencing. */
export type Report = {
  readonly id: string
  readonly content: string
  readonly occurredAtMs: number
  readonly moved: PoolUnits
  readonly lots?: readonly LotChange[]
}

/** Movements that a difference names: enough to look at, and a bound on the event. */
export const driftMovementsMax = 20

export type Decision = {
  readonly effect: 'applied' | 'unchanged' | 'stale'
  /** Units granted, committed, released or shipped; zero for everything else. */
  readonly granted: number
  readonly events: readonly StockEvent[]
  readonly report: Report | null
}

export type Decided = Result<Decision, StockRefusal>

export const unchanged = (granted = 0): Decided => ok({ effect: 'unchanged', granted, events: [], report: null })

export const applied = (events: readonly StockEvent[], granted = 0): Decided =>
  ok({ effect: 'applied', granted, events, report: null })
