/** Money given back and units taken off or returned, as one refund of one order. */
import { z } from 'zod'
import type { Account } from '../../domain/config/config.ts'
import type { Refund } from '../../domain/order/order-state.ts'
import { lineId } from '../../domain/shared/ids.ts'
import { err, ok, type Result } from '../../domain/shared/result.ts'
import type { CanonicalEvent, TranslateRefusal } from '../ports.ts'
import { minorUnitsOf } from '../transport/money.ts'
import { parsePayload } from '../transport/parse-payload.ts'
import { decimalText, instant, looseFlag, looseText, moneySet, numericId, quantityField } from './payload-fields.ts'

const refundPayload = z.object({
  id: numericId,
  order_id: numericId,
  created_at: instant,
  processed_at: instant.nullish(),
  restock: looseFlag,
  refund_line_items: z
    .array(
      z.object({
        line_item_id: numericId,
        quantity: quantityField,
        restock_type: looseText,
        subtotal_set: moneySet,
        line_item: z.object({ fulfillment_status: looseText }).nullish().catch(null),
      }),
    )
    .max(500)
    .nullish(),
  transactions: z
    .array(z.object({ kind: looseText, status: looseText, amount: decimalText, currency: looseText }))
    .max(100)
    .nullish(),
})
type RefundPayload = z.output<typeof refundPayload>
type RefundLine = NonNullable<RefundPayload['refund_line_items']>[number]

export function translateRefund(
  payload: unknown,
  account: Account,
): Result<readonly CanonicalEvent[], TranslateRefusal> {
  const parsed = parsePayload(refundPayload, payload)
  if (!parsed.ok) return parsed
  const refund = parsed.value
  const paid = paidBack(refund, account)
  if (!paid.ok) return paid
  const recorded: Refund = {
    externalRefundId: refund.id,
    atMs: refund.processed_at ?? refund.created_at,
    ...paid.value,
    lines: (refund.refund_line_items ?? []).map((line) => ({
      lineId: lineId(line.line_item_id),
      quantity: line.quantity,
      restock: restockOf(line, refund.restock === true),
    })),
  }
  return ok([{ type: 'refund_recorded', externalOrderId: refund.order_id, refund: recorded }])
}

/** What really went back: successful refund transactions, which are all in one currency. */
function paidBack(
  refund: RefundPayload,
  account: Account,
): Result<{ amountMinor: number; currency: string }, TranslateRefusal> {
  const transactions = (refund.transactions ?? []).filter(
    (transaction) => transaction.kind === 'refund' && transaction.status === 'success',
  )
  const currency = transactions.find((each) => each.currency)?.currency ?? currencyWithoutPayment(refund, account)
  if (!currency)
    return err({ reason: 'missing_field', field: 'transactions.currency', detail: 'no currency is stated' })
  let amountMinor = 0
  for (const [at, transaction] of transactions.entries()) {
    const field = `transactions.${at}.amount`
    if (transaction.currency && transaction.currency !== currency) {
      return err({ reason: 'inconsistent', field, detail: 'transactions of one refund are in two currencies' })
    }
    const minor = minorUnitsOf(transaction.amount, currency)
    if (!minor.ok) return err({ reason: 'invalid_value', field, detail: minor.error.reason })
    amountMinor += minor.value
  }
  return ok({ amountMinor, currency })
}

/** A refund may only restock: its lines still say the shop's currency, and so may the account. */
function currencyWithoutPayment(refund: RefundPayload, account: Account): string | null {
  const set = (refund.refund_line_items ?? []).find((line) => line.subtotal_set)?.subtotal_set
  return set?.shop_money.currency_code ?? account.currencies[0] ?? null
}

/** Payloads from before restock types say only whether units went back on the shelf. */
function restockOf(line: RefundLine, restocked: boolean): Refund['lines'][number]['restock'] {
  if (line.restock_type === 'cancel' || line.restock_type === 'return') return line.restock_type
  if (line.restock_type === 'no_restock' || !restocked) return 'none'
  return line.line_item?.fulfillment_status === 'fulfilled' ? 'return' : 'cancel'
}
