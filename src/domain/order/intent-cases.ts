/** Cases of calls to partners: turned down, given up, or tried for a long time. */
import type { ExceptionCategory } from '../exceptions/order-exception.ts'
import type { Intent, IntentKind } from '../outbox/intent.ts'
import { isUnderWay } from '../outbox/intent-waiting.ts'
import { type Case, pendingValueMinor } from './order-case.ts'
import type { OrderState } from './order-state.ts'

/** Some twenty minutes of back-off: a partner's restart passes unnoticed, an outage does not. */
const outageAttempts = 8

const categoryOf: Readonly<Record<IntentKind, ExceptionCategory>> = {
  erp_create_order: 'erp_post_failed',
  erp_cancel_order: 'erp_post_failed',
  erp_record_shipment: 'erp_post_failed',
  warehouse_release: 'wms_rejected',
  warehouse_cancel: 'wms_rejected',
  channel_fulfil: 'shipment_unconfirmed',
}

export function intentCases(state: OrderState): readonly Case[] {
  return [
    ...state.intents.filter((intent) => intent.status === 'rejected' && !isAnswer(intent)).map(rejectedCase),
    ...state.intents.filter((intent) => isUnderWay(intent) && intent.attempts >= outageAttempts).map(outageCase),
    ...erpQuantityCases(state),
  ]
  function rejectedCase(intent: Intent): Case {
    return {
      category: categoryOf[intent.kind],
      class: intent.mustProbe ? 'ambiguous_outcome' : 'value',
      subject: intent.intentId,
      cluster: `${intent.account}/${intent.kind}/${withoutNumbers(intent.lastError)}`,
      message: `${intent.account} did not take ${intent.intentId}: ${intent.lastError ?? 'no reason given'}`,
      moneyAtRiskMinor: pendingValueMinor(state),
    }
  }
  function outageCase(intent: Intent): Case {
    return {
      category: 'partner_outage',
      class: 'intermittent',
      subject: intent.intentId,
      cluster: intent.account,
      message: `${intent.account} has not taken ${intent.intentId} in ${intent.attempts} attempts: ${intent.lastError}`,
      moneyAtRiskMinor: pendingValueMinor(state),
    }
  }
}

/** A warehouse that says no is an answer about the goods, and has its own case or another location. */
function isAnswer(intent: Intent): boolean {
  return intent.kind.startsWith('warehouse_') && !intent.mustProbe
}

/** The same complaint about two orders differs only in its numbers. */
const withoutNumbers = (message: string | null) => (message ?? '').replace(/\d+/g, '#')

/** There is no call that changes a posted order, so what was cancelled after posting is corrected by a person. */
function erpQuantityCases(state: OrderState): Case[] {
  const { erpUnits } = state.saga
  if (state.stage !== 'closed' || state.erp === null || erpUnits === null) return []
  const shipped = new Map(state.lines.map((line) => [line.lineId, line.quantities.shipped]))
  const different = erpUnits.filter((units) => shipped.get(units.lineId) !== units.quantity)
  if (different.length === 0) return []
  const lines = different.map((units) => units.lineId).join(', ')
  return [
    {
      category: 'erp_post_failed',
      class: 'value',
      subject: 'quantities',
      cluster: `${state.erp.account}/quantities`,
      message: `ERP order ${state.erp.reference} has other quantities than were shipped on line ${lines}.`,
      moneyAtRiskMinor: 0,
    },
  ]
}
