/**
 * Orders that wait here for units. They are woken by priority, then by age, as far as the available units reach; being
 * woken promises nothing, the order plans again and holds like everybody else.
 */
import { atfOf } from '../atp/atp-of.ts'
import { applied, type Command, type Decided, type StockFacts, unchanged, type Waiter } from './decision.ts'
import { setAside } from './escrow.ts'
import { figuresOf } from './figures-of.ts'
import type { Position } from './position.ts'
import { availableAt } from './states.ts'

/** How long a woken order has to take what it was woken for before the units are offered to the next in line. */
export const wakeGraceMs = 60_000
/** Waiters looked at in one round: the next arrival or the grace timer takes the line further. */
export const wakeRoundMax = 100

/** An order that was woken and did not take what it was offered lets all others go before it for this long. */
export const passedOverMs = 10 * 60_000
export const waiterPriorityDefault = 100

/**
 * Priority, then age, then who asked first. Among those that were passed over the one that was woken longest ago comes
 * first, whatever its priority, so that an order that can never use what it is offered keeps nobody from it.
 */
export function inTurn(line: readonly Waiter[], nowMs: number): readonly Waiter[] {
  const wasPassedOver = ({ wokenAtMs }: Waiter) => wokenAtMs !== null && wokenAtMs > nowMs - passedOverMs
  return line.toSorted((left, right) => {
    const passed = Number(wasPassedOver(left)) - Number(wasPassedOver(right))
    if (passed !== 0 || wasPassedOver(left)) return passed || left.place - right.place
    return left.priority - right.priority || left.sinceMs - right.sinceMs || left.place - right.place
  })
}

export function decideAwaitStock(command: Command<'await_stock'>, facts: StockFacts): Decided {
  const { orderId, quantity, priority, sinceMs, group } = command
  if (facts.waiter?.quantity === quantity && facts.waiter.group === group) return unchanged()
  const asOf = group === undefined ? {} : { group }
  const turn = {
    ...(priority === undefined ? {} : { priority }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...asOf,
  }
  return applied([{ type: 'waiter_registered', orderId, quantity, ...turn }])
}

export function decideForgetWaiter(command: Command<'forget_waiter'>, facts: StockFacts): Decided {
  if (facts.waiter === null) return unchanged()
  return applied([{ type: 'waiter_forgotten', orderId: command.orderId }])
}

/** What those in line may be offered: anybody's units, and by channel group what it may take besides. */
export type OfferedUnits = { readonly anybodys: number; readonly byGroup: ReadonlyMap<string, number> }

/** Shards may promise what is with them. */
export function unitsToOffer(position: Position): OfferedUnits {
  const aside = setAside(position)
  const anybodys = availableAt(aside)
  if (aside.protections.length === 0) return { anybodys, byGroup: noGroups }
  const nowMs = aside.updatedAtMs
  const figures = figuresOf(aside, nowMs)
  const groups = new Set(figures.protections.flatMap(({ group, lendsTo }) => [group, ...lendsTo.map(groupOf)]))
  const besides = [...groups].map((group) => {
    return [group, atfOf(figures, { nowMs, group, goodUntilMs: null, keepBack: 0 }) - anybodys] as const
  })
  return { anybodys, byGroup: new Map(besides.filter(([, units]) => units > 0)) }
}

const noGroups: ReadonlyMap<string, number> = new Map()
const groupOf = ({ group }: { readonly group: string }) => group

/** `spoken`: what was offered within `wakeGraceMs`, to those of a group or of none, and may still be taken. */
export function stillToOffer(units: OfferedUnits, spoken: readonly Pick<Waiter, 'group' | 'offered'>[]): OfferedUnits {
  const left = { anybodys: units.anybodys, byGroup: new Map(units.byGroup) }
  for (const { group, offered } of spoken) takeOffer(left, group, offered)
  return left
}

/** A group's own first: the others can do nothing with that. */
function takeOffer(left: { anybodys: number; byGroup: Map<string, number> }, group: string | undefined, units: number) {
  const own = group === undefined ? 0 : (left.byGroup.get(group) ?? 0)
  const taken = Math.min(own, units)
  if (group !== undefined && taken > 0) left.byGroup.set(group, own - taken)
  left.anybodys -= units - taken
}

/**
 * Whom to wake now, each with its new offer. `line` holds, in order, those who were not offered all they wait for;
 * `units` are what nobody was offered a moment ago (`stillToOffer`). Whoever is woken goes
 * to the back of the line, so an order that cannot use what it is offered does not keep the others from it; when more
 * arrives it is woken again for that, grace or not.
 */
export function chooseWaiters(line: readonly Waiter[], units: OfferedUnits): readonly Waiter[] {
  const left = { anybodys: units.anybodys, byGroup: new Map(units.byGroup) }
  const chosen: Waiter[] = []
  for (const waiter of line) {
    if (left.anybodys <= 0 && left.byGroup.size === 0) break
    const { group } = waiter
    const own = group === undefined ? 0 : (left.byGroup.get(group) ?? 0)
    const more = Math.min(own + Math.max(0, left.anybodys), waiter.quantity - waiter.offered)
    if (more <= 0) continue
    chosen.push({ ...waiter, offered: waiter.offered + more })
    takeOffer(left, group, more)
  }
  return chosen
}
