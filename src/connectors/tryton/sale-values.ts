/** The record of a new sale: every name looked up, every amount exact. Makes at most the customer and an address. */
import type { IntentRequest } from '../../domain/order/order-command.ts'
import { err, ok, type Result } from '../../domain/shared/result.ts'
import { currencyExponent } from '../transport/money.ts'
import { ensureParty } from './ensure-party.ts'
import { findCurrency, findPaymentTerm, findProducts, findWarehouse, type Product } from './find-records.ts'
import type { RpcFailure } from './json-rpc.ts'
import type { Tryton } from './open-tryton.ts'
import { type PricedLine, pricedLinesOf } from './sale-lines.ts'
import { createRecords, wireMoney } from './wire-values.ts'

type CreateOrder = Extract<IntentRequest, { kind: 'erp_create_order' }>

export async function saleValuesOf(tryton: Tryton, request: CreateOrder): Promise<Result<object, RpcFailure>> {
  const { order } = request
  const { settings } = tryton
  const priced = pricedLinesOf(request, {
    shipping: settings.shippingProduct ?? null,
    tax: settings.taxProduct ?? null,
  })
  const impossible = refusalOf(order.currency, priced)
  if (impossible !== null) return err(valueRefusal(impossible))
  const products = await findProducts(
    tryton,
    priced.flatMap((line) => line.code ?? []),
  )
  if (!products.ok) return products
  const currency = await findCurrency(tryton, order.currency)
  if (!currency.ok) return currency
  const term = settings.paymentTerm === undefined ? ok(null) : await findPaymentTerm(tryton, settings.paymentTerm)
  if (!term.ok) return term
  const warehouse = settings.warehouse === undefined ? ok(null) : await findWarehouse(tryton, settings.warehouse)
  if (!warehouse.ok) return warehouse
  const party = await ensureParty(tryton, order)
  if (!party.ok) return party
  return ok({
    company: tryton.company,
    party: party.value.party,
    invoice_address: party.value.invoiceAddress,
    shipment_address: party.value.shipmentAddress,
    currency: currency.value,
    description: order.externalNumber ?? order.externalOrderId,
    ...(term.value === null ? {} : { payment_term: term.value }),
    ...(warehouse.value === null ? {} : { warehouse: warehouse.value }),
    lines: [createRecords(priced.map((line) => lineValues(line, order.currency, products.value)))],
  })
}

function refusalOf(currency: string, lines: readonly PricedLine[]): string | null {
  if (currencyExponent(currency) === null) return `${currency} is not a currency of ISO 4217`
  return lines.length === 0 ? 'the order has no line to sell' : null
}

const valueRefusal = (message: string): RpcFailure => ({ mayHaveRun: false, class: 'value', retryable: false, message })

/** The note carries our line id, so that a shipment of the line finds it again. */
function lineValues(line: PricedLine, currency: string, products: ReadonlyMap<string, Product>): object {
  const product = line.code === null ? undefined : products.get(line.code)
  return {
    type: 'line',
    description: line.description,
    quantity: line.quantity,
    unit_price: wireMoney(line.unitPriceMinor, currency),
    ...(product === undefined ? {} : { product: product.id, unit: product.unit }),
    ...(line.lineId === null ? {} : { note: line.lineId }),
  }
}
