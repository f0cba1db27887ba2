/** Snake-case names from the contracts as words for people. */

const spoken: ReadonlyMap<string, string> = new Map([
  ['erp', 'ERP'],
  ['sku', 'SKU'],
  ['wms', 'WMS'],
  ['api', 'API'],
])

/** `erp_post_failed` → `ERP post failed`. Unknown text passes through with its first letter raised. */
export function words(name: string): string {
  const text = name
    .split('_')
    .map((word) => spoken.get(word) ?? word)
    .join(' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`
