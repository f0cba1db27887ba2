/**
 * Plans for orders of three lines over five locations, with rates by zone and weight, through HTTP: four locations keep
 * each SKU, so 64 plans are weighed. Whoever is asked chooses the same one, with the same score.
 */
import { benchKey, portal } from '../bench-config.ts'
import type { BenchRequest } from '../drive.ts'
import { fiveLocations, keeps } from '../network.ts'
import { posting, sent, stockUpPeer } from '../peer.ts'
import { assertEqual, type Load, type Scenario } from '../scenario.ts'
import { stockUpPositions } from '../stock.ts'

const skuCount = 60
const linesPerOrder = 3
/** Orders whose plans are compared after each window. */
const comparedCount = 40

export const sourcingPlans: Scenario = {
  name: 'sourcing-plans',
  title: `plans, ${linesPerOrder} lines over ${fiveLocations.places.length} locations`,
  skus: skuCount,
  network: fiveLocations,
  connections: null,
  goals: {},
  load: { product: productLoad, minimal: peerLoad, postgres: peerLoad },
}

async function productLoad(url: string, skus: readonly string[]): Promise<Load> {
  await stockUpPositions(url, positionsOf(skus))
  return loadOf(url, skus, productQuestion)
}

async function peerLoad(url: string, skus: readonly string[]): Promise<Load> {
  await stockUpPeer(
    url,
    positionsOf(skus).map(({ sku, location }) => `${sku}@${location}`),
  )
  return loadOf(url, skus, (order) => posting({ path: '/plans', content: order }))
}

function positionsOf(skus: readonly string[]) {
  return skus.flatMap((sku, index) =>
    fiveLocations.places.flatMap(({ id }, place) => (keeps(index, place) ? [{ sku, location: id }] : [])),
  )
}

type Order = ReturnType<typeof orderOf>

function loadOf(url: string, skus: readonly string[], ask: (order: Order) => BenchRequest): Load {
  let count = 0
  const next = () => {
    count += 1
    return ask(orderOf(count, skus))
  }
  const verify = async () => {
    for (let number = 1; number <= comparedCount; number += 1) {
      const { status, body } = await sent<{ readonly plan: Plan | null }>(url, ask(orderOf(number, skus)))
      assertEqual('status of a plan', status, 200)
      assertAgreed(number, body.plan)
    }
    return {}
  }
  return { success: 200, perSecond: null, next, verify }
}

type Plan = {
  readonly score: number
  readonly allocations: readonly { readonly lineId: string; readonly location: string; readonly quantity: number }[]
}
/** Order → the plan that whoever was asked first chose. */
const agreed = new Map<number, string>()

function assertAgreed(number: number, plan: Plan | null): void {
  if (plan === null) throw new Error(`no plan for order ${number}`)
  const pieces = plan.allocations.map(({ lineId, location, quantity }) => `${lineId}: ${quantity} from ${location}`)
  const spelled = `${pieces.sort().join(', ')}, score ${plan.score.toFixed(6)}`
  if (!agreed.has(number)) agreed.set(number, spelled)
  assertEqual(`plan of order ${number}`, spelled, agreed.get(number) ?? '')
}

function productQuestion(order: Order): BenchRequest {
  return {
    method: 'POST',
    path: '/v1/sourcing/what-if',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${benchKey}` },
    body: JSON.stringify({ order }),
  }
}

/** To one postal area after the other, one to three units of a line. */
function orderOf(number: number, skus: readonly string[]) {
  const nowMs = Date.now()
  const unitPriceMinor = 1_950
  const lines = Array.from({ length: linesPerOrder }, (_, line) => ({
    lineId: `${line + 1}`,
    externalSku: skus[(number + line * 7) % skus.length] ?? '',
    title: 'Rope, 10 mm',
    quantity: 1 + ((number + line) % 3),
    unitPriceMinor,
  }))
  const goodsMinor = lines.reduce((total, { quantity }) => total + quantity * unitPriceMinor, 0)
  return {
    account: portal,
    externalOrderId: `PO-${number}`,
    placedAtMs: nowMs,
    sourceVersionMs: nowMs,
    currency: 'USD',
    shipTo: {
      name: 'Receiving dock',
      line1: '12 Quay Road',
      city: 'Portland',
      country: 'US',
      postalCode: `${number % 10}0101`,
    },
    lines,
    totals: { subtotalMinor: goodsMinor, totalMinor: goodsMinor },
    payment: 'authorized',
    allowPartial: true,
  }
}
