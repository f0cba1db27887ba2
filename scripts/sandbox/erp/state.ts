/** What the sandbox ERP holds, in a form that a test can judge. */
import { type Records, searchRecords } from './records.ts'

export type ErpSale = {
  readonly number: string | null
  readonly reference: string | null
  readonly state: string
  readonly shipmentState: string
  readonly currency: string
  /** False once it is cancelled, or was emptied while it was processed: Tryton calls that one processing, then done. */
  readonly isLive: boolean
  readonly lines: readonly { readonly sku: string | null; readonly quantity: number; readonly unitPrice: string }[]
}
export type ErpShipment = {
  readonly reference: string | null
  readonly state: string
  readonly units: Readonly<Record<string, number>>
}

export function salesIn(records: Records): readonly ErpSale[] {
  return records.all('sale.sale').map((sale) => ({
    number: sale.number as string | null,
    reference: sale.reference as string | null,
    state: String(sale.state),
    shipmentState: String(sale.shipment_state),
    currency: String(records.get('currency.currency', sale.currency).code),
    isLive: sale.state !== 'cancelled' && !isEmptied(records, sale.lines as number[]),
    lines: (sale.lines as number[]).map((id) => {
      const line = records.get('sale.line', id)
      const sku = line.product === undefined ? null : String(records.get('product.product', line.product).code)
      const unitPrice = (line.unit_price as { decimal: string }).decimal
      return { sku, quantity: Number(line.quantity), unitPrice }
    }),
  }))
}

/** All that was to be moved was cancelled, and is not to be made again. */
function isEmptied(records: Records, lines: readonly number[]): boolean {
  const moves = lines.flatMap((id) => {
    const line = records.get('sale.line', id)
    return (line.moves as number[]).map((move) => ({
      isGone: records.get('stock.move', move).state === 'cancelled' && (line.moves_ignored as number[]).includes(move),
    }))
  })
  return moves.length > 0 && moves.every(({ isGone }) => isGone)
}

/** References with more than one placed sale. */
export function duplicatesIn(records: Records): readonly string[] {
  const seen = new Map<string, number>()
  for (const sale of salesIn(records)) {
    if (sale.reference === null || sale.state === 'draft' || sale.state === 'quotation') continue
    seen.set(sale.reference, (seen.get(sale.reference) ?? 0) + 1)
  }
  return [...seen].flatMap(([reference, count]) => (count > 1 ? [reference] : []))
}

export function shipmentsIn(records: Records, reference: string): readonly ErpShipment[] {
  return searchRecords(records, 'stock.shipment.out', [['moves.sale.reference', '=', reference]]).map((shipment) => {
    const units: Record<string, number> = {}
    for (const id of shipment.outgoing_moves as number[]) {
      const move = records.get('stock.move', id)
      const code = String(records.get('product.product', move.product).code)
      units[code] = (units[code] ?? 0) + Number(move.quantity)
    }
    return { reference: shipment.reference as string | null, state: String(shipment.state), units }
  })
}
