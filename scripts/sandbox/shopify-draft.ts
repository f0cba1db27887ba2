/** What an order is about to be: basket, prices, discounts and buyer, before Shopify's wire format. Seeded, pure. */
import { decimalOf } from '../../src/connectors/transport/money.ts'
import type { Random } from './seeded-random.ts'
import { type WireAddress, type WireMoneySet, wireTime } from './shopify-wire.ts'

export type CatalogItem = { readonly sku: string; readonly title: string; readonly priceMinor: number }
export const orderKinds = [
  'single_line',
  'multi_line',
  'discounted',
  'multi_currency',
  'taxes_included',
  'yen_buyer',
  'gift_card',
  'two_shipping_lines',
  'tipped',
  'no_addresses',
  'unmapped_sku',
] as const
export type OrderKind = (typeof orderKinds)[number]

/** What a test wants in the order instead of a random basket. */
export type WantedLine = { readonly sku: string; readonly quantity: number }

type DraftLine = WantedLine & CatalogItem & { readonly giftCard: boolean }
export type Draft = {
  readonly number: number
  readonly placedAt: string
  readonly money: (minor: number) => WireMoneySet
  readonly text: (minor: number) => string
  readonly currency: string
  readonly presentmentCurrency: string
  readonly taxesIncluded: boolean
  readonly lines: readonly DraftLine[]
  readonly orderDiscountMinor: number
  readonly shipping: readonly { readonly title: string; readonly grossMinor: number; readonly discountMinor: number }[]
  readonly tipMinor: number
  readonly address: WireAddress | null
  readonly customerId: number
}

export function itemOf(sku: string, catalog: readonly CatalogItem[]): CatalogItem & { giftCard: boolean } {
  const known = catalog.find((item) => item.sku === sku)
  return { ...(known ?? { sku, title: `Unlisted ${sku}`, priceMinor: 1_999 }), giftCard: sku === 'GIFT-CARD' }
}

export function basketOf(kind: OrderKind, catalog: readonly CatalogItem[], random: Random): readonly WantedLine[] {
  const goods = catalog.filter((item) => item.sku !== 'GIFT-CARD')
  const size = kind === 'single_line' ? 1 : random.between(kind === 'multi_line' ? 2 : 1, 4)
  const skus = new Set(Array.from({ length: size }, () => random.pick(goods).sku))
  if (kind === 'unmapped_sku') skus.add(`MYSTERY-${random.between(100, 999)}`)
  const lines = [...skus].map((sku) => ({ sku, quantity: random.between(1, 3) }))
  return kind === 'gift_card' ? [...lines, { sku: 'GIFT-CARD', quantity: 1 }] : lines
}

/** Shop units per presentment unit, fixed: the sandbox is no exchange. */
const presentmentRates: Readonly<Record<string, number>> = { USD: 1, EUR: 0.92, CAD: 1.37, JPY: 1.5 }

export function draftOf(
  kind: OrderKind,
  number: number,
  placedAtMs: number,
  currency: string,
  lines: readonly DraftLine[],
  random: Random,
): Draft {
  const presentmentCurrency = presentmentOf(kind, currency, random)
  const goods = lines.reduce((sum, line) => sum + line.priceMinor * line.quantity, 0)
  const shippingMinor = random.pick([0, 690, 1_250])
  const ground = { title: 'Ground', grossMinor: shippingMinor, discountMinor: 0 }
  const freight = { title: 'Freight surcharge', grossMinor: 2_400, discountMinor: 400 }
  return {
    number,
    placedAt: wireTime(placedAtMs),
    money: (minor) => moneySet(minor, currency, presentmentCurrency),
    text: (minor) => decimalOf(minor, currency),
    currency,
    presentmentCurrency,
    taxesIncluded: kind === 'taxes_included',
    lines,
    orderDiscountMinor: kind === 'discounted' ? Math.floor(goods / 7) + 1 : 0,
    shipping: kind === 'two_shipping_lines' ? [ground, freight] : [ground],
    tipMinor: kind === 'tipped' ? 500 : 0,
    address: kind === 'no_addresses' ? null : addressOf(random),
    customerId: 7_000_000_000_000 + random.between(1, 999_999),
  }
}

function presentmentOf(kind: OrderKind, currency: string, random: Random): string {
  if (kind === 'yen_buyer') return 'JPY'
  return kind === 'multi_currency' ? random.pick(['EUR', 'CAD']) : currency
}

function moneySet(minor: number, currency: string, presentmentCurrency: string): WireMoneySet {
  const presentment =
    presentmentCurrency === currency ? minor : Math.round(minor * (presentmentRates[presentmentCurrency] ?? 1))
  return {
    shop_money: { amount: decimalOf(minor, currency), currency_code: currency },
    presentment_money: { amount: decimalOf(presentment, presentmentCurrency), currency_code: presentmentCurrency },
  }
}

const towns = [
  ['Portland', 'Maine', 'ME', '04101'],
  ['Annapolis', 'Maryland', 'MD', '21401'],
  ['Seattle', 'Washington', 'WA', '98107'],
  ['San Diego', 'California', 'CA', '92106'],
  ['Galveston', 'Texas', 'TX', '77550'],
] as const
const people = [
  ['Ines', 'Okafor'],
  ['Björn', 'Lindqvist'],
  ['Aoife', 'O’Rourke'],
  ['Mei', '陳'],
  ['Tomás', 'Peña'],
] as const

function addressOf(random: Random): WireAddress {
  const [city, province, code, zip] = random.pick(towns)
  const [firstName, lastName] = random.pick(people)
  return {
    first_name: firstName,
    last_name: lastName,
    name: `${firstName} ${lastName}`,
    company: null,
    address1: `${random.between(1, 300)} Wharf Road`,
    address2: null,
    city,
    province,
    province_code: code,
    zip,
    country: 'United States',
    country_code: 'US',
    phone: `+1555${random.between(1_000_000, 9_999_999)}`,
  }
}
