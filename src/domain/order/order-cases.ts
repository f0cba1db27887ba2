/**
 * The cases an order has, derived from what is true of it: a case opens when its cause appears and resolves itself when
 * the cause is gone. Nothing opens or closes a case by hand here.
 */
import { exceptionCatalogue } from '../exceptions/exception-catalogue.ts'
import type { OrderException } from '../exceptions/order-exception.ts'
import { coverCases } from './cover-lost.ts'
import { fulfilmentCases } from './fulfilment-cases.ts'
import { intakeCases } from './intake-cases.ts'
import { intentCases } from './intent-cases.ts'
import type { Case } from './order-case.ts'
import type { OrderEvent } from './order-event.ts'
import type { OrderState } from './order-state.ts'
import { promiseCases } from './promise-cases.ts'
import { stuckCases } from './stuck.ts'

export function reviewCases(state: OrderState, nowMs: number): readonly OrderEvent[] {
  const present = [
    ...intakeCases(state),
    ...fulfilmentCases(state),
    ...coverCases(state),
    ...intentCases(state),
    ...promiseCases(state),
    ...stuckCases(state),
  ]
  const ids = new Set(present.map(idOf))
  const open = state.exceptions.filter((exception) => exception.resolvedAtMs === null)
  const known = new Set(open.map((exception) => exception.exceptionId))
  return [
    ...present.filter((found) => !known.has(idOf(found))).map((found) => opened(found, nowMs)),
    ...open.filter(({ exceptionId }) => !ids.has(exceptionId)).map(resolved),
  ]
}

const idOf = (found: Case) => `${found.category}/${found.subject}`

function opened(found: Case, nowMs: number): OrderEvent {
  const { category, moneyAtRiskMinor, message } = found
  return {
    type: 'exception_opened',
    exception: {
      exceptionId: idOf(found),
      category,
      class: found.class,
      message: message.slice(0, 500),
      remediation: exceptionCatalogue[category].remediation,
      fingerprint: `${category}|${found.class}|${found.cluster}`.slice(0, 300),
      moneyAtRiskMinor,
      openedAtMs: nowMs,
      resolvedAtMs: null,
    },
  }
}

const resolved = ({ exceptionId }: OrderException): OrderEvent => ({ type: 'exception_resolved', exceptionId })
