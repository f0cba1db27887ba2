/**
 * Reads a payload's amounts into minor units of the shop's currency. The first amount that cannot be read exactly is
 * remembered and refuses the whole payload: an order with one guessed figure is worse than an exception.
 */
import type { TranslateRefusal } from '../ports.ts'
import { type MoneyRefusal, minorUnitsOf } from '../transport/money.ts'
import type { MoneySet } from './payload-fields.ts'

export type AmountReader = {
  /** The shop's side of the set when there is one, else the plain figure; absent is 0. */
  readonly read: (field: string, set: MoneySet, plain: string | null | undefined) => number
  /** The same, with null for absent: some figures mean something by not being there. */
  readonly readIfStated: (field: string, set: MoneySet, plain: string | null | undefined) => number | null
  readonly refusal: () => TranslateRefusal | null
}

const details: Record<MoneyRefusal['reason'], string> = {
  unknown_currency: 'not an ISO 4217 currency',
  not_a_decimal: 'not a decimal number',
  inexact: 'more decimals than the currency has',
  out_of_range: 'beyond the largest amount',
}

export function amountReaderOf(currency: string): AmountReader {
  let refusal: TranslateRefusal | null = null
  const refuse = (reason: TranslateRefusal['reason'], field: string, detail: string) => {
    refusal ??= { reason, field, detail }
    return 0
  }
  const readIfStated: AmountReader['readIfStated'] = (field, set, plain) => {
    if (set && set.shop_money.currency_code !== currency) {
      return refuse('inconsistent', field, 'the shop money is not in the currency of the order')
    }
    const decimal = set?.shop_money.amount ?? plain
    if (decimal === null || decimal === undefined) return null
    const minor = minorUnitsOf(decimal, currency)
    return minor.ok ? minor.value : refuse('invalid_value', field, details[minor.error.reason])
  }
  return {
    readIfStated,
    read: (field, set, plain) => readIfStated(field, set, plain) ?? 0,
    refusal: () => refusal,
  }
}
