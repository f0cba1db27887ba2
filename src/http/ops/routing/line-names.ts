/** What a line of an order is called where decisions are told: by what it is of, by its id as well where that is not enough. */

/** What a line is told apart by. */
type NamedLine = { readonly lineId: string; readonly sku: string | null; readonly externalSku: string | null }
export type NameLine = (lineId: string) => string
export type NamePlace = (location: string) => string

export function lineNames({ lines }: { readonly lines: readonly NamedLine[] }): NameLine {
  const bySku = Map.groupBy(lines, skuOf)
  const names = new Map(
    lines.map((line) => {
      const sku = skuOf(line)
      const isOnly = bySku.get(sku)?.length === 1
      return [line.lineId, isOnly ? sku : `${sku} (line ${line.lineId})`] as const
    }),
  )
  return (lineId) => names.get(lineId) ?? `line ${lineId}`
}

const skuOf = ({ lineId, sku, externalSku }: NamedLine) => sku ?? externalSku ?? `line ${lineId}`
