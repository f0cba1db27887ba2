/**
 * Decimal text to integer minor units and back, exactly: no floating point on the way, no rounding ever.
 * Exponents come from the ISO 4217 table of dinero.js.
 */
import * as currencies from 'dinero.js/currencies'
import { err, ok, type Result } from '../../domain/shared/result.ts'

export type MoneyRefusal = { readonly reason: 'unknown_currency' | 'not_a_decimal' | 'inexact' | 'out_of_range' }

/** The bound of the canonical order's amounts. */
const minorUnitsMax = 1_000_000_000_000
const decimalPattern = /^(-)?(\d{1,20})(?:\.(\d{1,20}))?$/

const exponents: ReadonlyMap<string, number> = new Map(
  Object.values(currencies).map((currency) => [
    currency.code,
    // MGA and MRU divide by five in practice; ISO 4217 and every partner write them with two decimals.
    currency.base === 10 ? Number(currency.exponent) : 2,
  ]),
)

/** Decimal places of an ISO 4217 currency: 0 for JPY, 2 for USD, 3 for KWD. Null for a code that ISO does not have. */
export function currencyExponent(currency: string): number | null {
  return exponents.get(currency) ?? null
}

/** `"19.90"` USD → 1990. Further decimals are accepted only when they are zeros (`"1000.00"` JPY → 1000). */
export function minorUnitsOf(decimal: string, currency: string): Result<number, MoneyRefusal> {
  const exponent = currencyExponent(currency)
  if (exponent === null) return err({ reason: 'unknown_currency' })
  const match = decimalPattern.exec(decimal)
  if (!match) return err({ reason: 'not_a_decimal' })
  const fraction = match[3] ?? ''
  if (/[1-9]/.test(fraction.slice(exponent))) return err({ reason: 'inexact' })
  const minor = Number(`${match[2]}${fraction.slice(0, exponent).padEnd(exponent, '0')}`)
  if (minor > minorUnitsMax) return err({ reason: 'out_of_range' })
  // Zero has no sign: `-0` would be a different value to every schema behind this one.
  return ok(match[1] && minor !== 0 ? -minor : minor)
}

/** 1990 USD → `"19.90"`. A currency without an exponent is a bug: amounts enter through `minorUnitsOf`. */
export function decimalOf(amountMinor: number, currency: string): string {
  const exponent = currencyExponent(currency)
  if (exponent === null) throw new Error(`no ISO 4217 exponent for ${currency}`)
  if (!Number.isSafeInteger(amountMinor)) throw new Error('minor units are safe integers')
  const digits = String(Math.abs(amountMinor)).padStart(exponent + 1, '0')
  const whole = digits.slice(0, digits.length - exponent)
  const text = exponent === 0 ? whole : `${whole}.${digits.slice(-exponent)}`
  return amountMinor < 0 ? `-${text}` : text
}
