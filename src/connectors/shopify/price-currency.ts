/** The shop's own currency, in which we set and see what it asks (`settings.priceCurrency`). */
import type { Account } from '../../domain/config/config.ts'
import { currencyExponent } from '../transport/money.ts'

/** Null: prices are the shop's own business, or the setting is no currency. */
export function priceCurrencyOf({ settings: { priceCurrency } }: Account): string | null {
  return typeof priceCurrency === 'string' && currencyExponent(priceCurrency) !== null ? priceCurrency : null
}
