/** What units that no position has set aside wait for: a location's next departure, or supply and the one after it. */
import { type Asker, type Part, partAvailability } from './part-availability.ts'
import type { Expected } from './predict-breach.ts'
import { type PromiseAsk, promiseOf } from './promise-date.ts'

export function expectedOf(part: Part, asker: Asker, units: number, deliver: PromiseAsk['deliver']): Expected {
  const available = partAvailability({ ...part, units: 1 }, asker)
  const { nowMs } = asker
  const promise = promiseOf(available.curve, [available], { nowMs, quantity: units, byMs: null, deliver })
  if (promise === null) return { waitsFor: 'supply', atMs: null }
  const isThere = promise.plan.every(({ fromMs }) => fromMs <= nowMs)
  return { waitsFor: isThere ? 'dispatch' : 'supply', atMs: promise.dateMs }
}
