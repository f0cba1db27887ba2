import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type OrderKind, orderKinds } from '../../../scripts/sandbox/shopify-draft.ts'
import { orderFactory } from '../../../scripts/sandbox/shopify-orders.ts'
import { identify } from '../../../src/connectors/shopify/identify.ts'
import { translate } from '../../../src/connectors/shopify/translate.ts'
import { type CanonicalOrder, canonicalOrderSchema } from '../../../src/domain/order/canonical-order.ts'
import { storyCatalog } from '../../fixtures/shopify/order-story.ts'
import { delivery, orderPayload, shopAccount, signedRequest } from '../../fixtures/shopify/payloads.ts'

const topics = [
  'orders/create',
  'orders/cancelled',
  'fulfillments/create',
  'refunds/create',
  'inventory_levels/update',
  'products/update',
  'products/delete',
  'app/uninstalled',
  'customers/redact',
] as const
const catalog = [...storyCatalog, { sku: 'GIFT-CARD', title: 'Gift card', priceMinor: 5000 }]

type Path = readonly (string | number)[]

/** Every place in a payload where something may be exchanged. */
function pathsOf(value: unknown, prefix: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [prefix]
  return [prefix, ...Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...prefix, key]))]
}

function exchanged(value: unknown, path: Path, by: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return by
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value))
    return value.map((item, at) => (String(at) === String(key) ? exchanged(item, rest, by) : item))
  return { ...value, [key]: exchanged(Reflect.get(value, key), rest, by) }
}

const nasty = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    '0',
    '-1',
    '1e9',
    'NaN',
    -0,
    -1,
    1.5,
    1e21,
    2 ** 53 + 2,
    true,
    [],
    {},
    '\u0000',
    '\ud800',
    "'; DROP TABLE orders; --",
    '../../etc/passwd',
    '{"__proto__":1}',
    '9'.repeat(400),
  ),
  fc.jsonValue({ maxDepth: 3 }),
)

function orderIn(result: ReturnType<typeof translate>): CanonicalOrder | null {
  const event = result.ok ? result.value.events[0] : undefined
  return event?.type === 'order_observed' ? event.order : null
}

describe('a payload that was tampered with', () => {
  const order = orderPayload()
  const paths = pathsOf(order)

  it('never throws: it is a canonical order within its limits, or a typed refusal', () => {
    const mutation = fc.tuple(fc.constantFrom(...paths), nasty)
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
        const body = mutations.reduce<unknown>((payload, [path, by]) => exchanged(payload, path, by), order)
        const result = translate(delivery('orders/updated', JSON.stringify(body) ?? ''), shopAccount)
        const observed = orderIn(result)
        if (observed) expect(canonicalOrderSchema.safeParse(observed).success).toBe(true)
        else expect(result.ok).toBe(false)
      }),
      { numRuns: 3_000 },
    )
  })

  it('never throws whatever the topic and the text', () => {
    const body = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.constantFrom(JSON.stringify(order), 'null', '[]', '0'),
    )
    fc.assert(
      fc.property(fc.constantFrom(...topics), body, (topic, text) => {
        const result = translate(delivery(topic, text), shopAccount)
        if (!result.ok) expect(typeof result.error.reason).toBe('string')
      }),
      { numRuns: 2_000 },
    )
  })

  it('never stops the door from naming it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...topics), fc.string({ unit: 'binary' }), async (topic, text) => {
        const named = await identify(signedRequest(topic, text))
        expect(named.ok && named.value.kind === 'delivery' && named.value.shardKey.length).toBeGreaterThan(0)
      }),
    )
  })
})

describe('an order of the store', () => {
  const total = (order: CanonicalOrder) => {
    const { subtotalMinor, discountMinor, shippingMinor, taxMinor, otherMinor } = order.totals
    return subtotalMinor - discountMinor + shippingMinor + (order.taxesIncluded ? 0 : taxMinor) + (otherMinor ?? 0)
  }

  it('adds up to the minor unit, whole and by lines, whatever its kind', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.constantFrom<OrderKind>(...orderKinds), (seed, kind) => {
        const wire = orderFactory({ seed, catalog }).next(kind, 1_793_545_200_000)
        const result = translate(delivery('orders/create', wire), shopAccount)
        const order = orderIn(result)
        if (!order || !result.ok) throw new Error(JSON.stringify(result))
        expect(result.value.drift).toEqual([])
        expect(total(order)).toBe(order.totals.totalMinor)
        const discounts = order.lines.reduce((sum, line) => sum + line.discountMinor, 0)
        const shippingDiscount = wire.shipping_lines.flatMap((line) => line.discount_allocations)
        expect(discounts + Math.round(shippingDiscount.reduce((sum, each) => sum + Number(each.amount) * 100, 0))).toBe(
          order.totals.discountMinor,
        )
        expect(order.lines.reduce((sum, line) => sum + line.unitPriceMinor * line.quantity, 0)).toBe(
          order.totals.subtotalMinor,
        )
      }),
    )
  })
})
