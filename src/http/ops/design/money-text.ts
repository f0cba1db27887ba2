/** Money as people read it: the currency's own number of decimals, never a float on the way. */

const formats = new Map<string, Intl.NumberFormat>()

function formatOf(currency: string): Intl.NumberFormat {
  const known = formats.get(currency)
  if (known) return known
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency, currencyDisplay: 'code' })
  formats.set(currency, format)
  return format
}

/** `1,234.50 USD`. The digits are shifted as text: minor units stay exact at any size. */
export function moneyText(amountMinor: number, currency: string): string {
  const decimals = formatOf(currency).resolvedOptions().maximumFractionDigits ?? 2
  const digits = Math.abs(amountMinor)
    .toString()
    .padStart(decimals + 1, '0')
  const cut = digits.length - decimals
  const whole = digits.slice(0, cut).replace(/\B(?=(\d{3})+$)/g, ',')
  const text = decimals === 0 ? whole : `${whole}.${digits.slice(cut)}`
  return `${amountMinor < 0 ? '−' : ''}${text} ${currency}`
}
