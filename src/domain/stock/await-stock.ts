/**
 * Orders that wait here for units. They are woken by priority, then by age, as far as the available units reach; being
 * woken promises nothing, the order plans again and holds like everybody else.
 */
import { applied, type Command, type Decided, type StockFacts, unchanged, type Waiter } from './decision.ts'

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
  const { orderId, quantity, priority, sinceMs } = command
  if (facts.waiter?.quantity === quantity) return unchanged()
  const turn = { ...(priority === undefined ? {} : { priority }), ...(sinceMs === undefined ? {} : { sinceMs }) }
  return applied([{ type: 'waiter_registered', orderId, quantity, ...turn }])
}

export function decideForgetWaiter(command: Command<'forget_waiter'>, facts: StockFacts): Decided {
  if (facts.waiter === null) return unchanged()
  return applied([{ type: 'waiter_forgotten', orderId: command.orderId }])
}

/**
 * Whom to wake now, each with its new offer. `line` holds, in order, those who were not offered all they wait for;
 * `offered` is what was offered within `wakeGraceMs`, to them and to others, and is spoken for. Whoever is woken goes
 * to the back of the line, so an order that cannot use what it is offered does not keep the others from it; when more
 * arrives it is woken again for that, grace or not.
 */
export function chooseWaiters(line: readonly Waiter[], available: number, offered: number): readonly Waiter[] {
  let left = available - offered
  const chosen: Waiter[] = []
  for (const waiter of line) {
    if (left <= 0) break
    const more = Math.min(left, waiter.quantity - waiter.offered)
    chosen.push({ ...waiter, offered: waiter.offered + more })
    left -= more
  }
  return chosen
}
