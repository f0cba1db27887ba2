/** What the regression tests share: a company that releases by hand, stock by HTTP, orders and their outcome. */
import { expect, vi } from 'vitest'
import { actor, type OrderApi } from '../../../src/actor-apis.ts'
import { catalogSkuSchema } from '../../../src/domain/config/config.ts'
import type { OrderState } from '../../../src/domain/order/order-state.ts'
import { examples } from '../../../src/http/wire/examples.ts'
import { bindings, seedConfig } from '../seed-config.ts'
import { get, post } from '../send.ts'

type Entry = Parameters<Parameters<typeof seedConfig>[0] & object>[0]['skus'][number]
export type Units = Readonly<Record<string, number>>

/**
 * Bundles by what they hold, plain SKUs beyond those of the test configuration, and the locations that serve the
 * channel `b2b`. No ERP and no warehouse is called: an order goes straight to its release.
 */
export async function openShop(
  bundles: Readonly<Record<string, Units>> = {},
  plain: readonly string[] = [],
  network: readonly string[] = [],
): Promise<void> {
  await seedConfig((file) => ({
    ...file,
    accounts: file.accounts.map((account) => (account.id === 'b2b' ? { ...account, network: [...network] } : account)),
    entities: file.entities.map(({ erp: _erp, ...entity }) => entity),
    locations: file.locations.map(({ account: _account, ...location }) => location),
    skus: [
      ...file.skus,
      ...plain.map((sku) => catalogSkuSchema.parse({ sku, title: sku })),
      ...Object.entries(bundles).map(([sku, units]) => {
        const components = Object.entries(units).map(([component, quantity]) => ({ sku: component, quantity }))
        return { ...file.skus[0], sku, title: sku, components } as unknown as Entry
      }),
    ],
  }))
}

/** `delivery` tells a second one to the same place from a repetition of the first. */
export async function stock(sku: string, quantity: number, location = 'east', delivery = 'first'): Promise<void> {
  await stockAll([sku], quantity, location, delivery)
}

export async function stockAll(
  skus: readonly string[],
  quantity: number,
  location = 'east',
  delivery = 'first',
): Promise<void> {
  const receipt = { location, movement: 'receipt', quantity, occurredAt: '2026-03-14T09:26:53Z' }
  const movements = skus.map((sku) => ({ ...receipt, sku, eventId: `regression-${sku}-${location}-${delivery}` }))
  expect((await post('/v1/inventory/movements', { movements })).status).toBe(200)
}

export async function statesOf(sku: string, location = 'east'): Promise<Record<string, number>> {
  const answer = await get(`/v1/inventory/${sku}/${location}`)
  return ((await answer.json()) as { states: Record<string, number> }).states
}

/** What a channel would be told that it can sell. */
export async function sellable(sku: string, channel: string): Promise<number> {
  const answer = await get(`/v1/atp?sku=${sku}&channel=${channel}&maxStalenessMs=0`)
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { skus: { ats: number }[] }).skus[0]?.ats ?? Number.NaN
}

export const reserve = (reservationId: string, units: Units, channel: string | null = null) =>
  post('/v1/reservations', {
    reservationId,
    channel,
    lines: Object.entries(units).map(([sku, quantity]) => ({ sku, quantity })),
    expiresInSeconds: 900,
  })

export async function order(externalOrderId: string, units: Units, change: object = {}): Promise<void> {
  const lines = Object.entries(units).map(([externalSku, quantity], index) => ({
    lineId: `${index + 1}`,
    externalSku,
    title: externalSku,
    quantity,
    unitPriceMinor: 100,
  }))
  const subtotalMinor = lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0)
  const totals = { subtotalMinor, totalMinor: subtotalMinor }
  const answer = await post('/v1/orders', { ...examples.order, externalOrderId, lines, totals, ...change })
  expect(answer.status).toBe(201)
}

/** Waits until nothing of the order is undecided any more. */
export async function settled(externalOrderId: string): Promise<OrderState> {
  return await vi.waitFor(async () => {
    const state = await actor<OrderApi>(bindings.ORDER, `b2b:${externalOrderId}`).state()
    const units = state?.lines.map(({ quantities }) => quantities) ?? []
    expect(units.length).toBeGreaterThan(0)
    expect(units.every(({ open, reserved }) => open + reserved === 0)).toBe(true)
    expect(state?.saga.stockEffects).toEqual([])
    return state as OrderState
  }, 20_000)
}

export const unitsIn = (state: OrderState, status: 'released' | 'backordered' | 'shipped'): number =>
  state.lines.reduce((sum, line) => sum + line.quantities[status], 0)
