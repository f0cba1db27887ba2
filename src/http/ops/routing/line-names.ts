/** What a line of an order is called where decisions are told: by what it is of, by its id as well where that is not enough. */
import type { OrderState } from '../../../domain/order/order-state.ts'

export type NameLine = (lineId: string) => string
export type NamePlace = (location: string) => string

export function lineNames({ lines }: Pick<OrderState, 'lines'>): NameLine {
  const bySku = Map.groupBy(lines, skuOf)
  const names = new Map(
    lines.map((line) => {
      const sku = skuOf(line)
      const isOnly = bySku.get(sku)?.length === 1
      return [line.lineId as string, isOnly ? sku : `${sku} (line ${line.lineId})`] as const
    }),
  )
  return (lineId) => names.get(lineId) ?? `line ${lineId}`
}

const skuOf = ({ lineId, sku, externalSku }: OrderState['lines'][number]) => sku ?? externalSku ?? `line ${lineId}`
