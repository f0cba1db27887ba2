/** Availability as the position itself knows it, as a listing may see it (a second old), and of a hundred SKUs at once. */
import { benchKey, portal } from '../bench-config.ts'
import type { BenchRequest } from '../drive.ts'
import { peerLoad, sent } from '../peer.ts'
import { assertEqual, type Prepare, type Scenario } from '../scenario.ts'
import { stockUp, unitsPerPosition } from '../stock.ts'

const skuCount = 500
const batch = 100
const cachedMs = 1_000

export const atpStrict = availability('atp-strict', 'ATP of one SKU, strict', { perCall: 1, stalenessMs: 0, goal: 0.4 })
export const atpCached = availability('atp-cached', 'ATP of one SKU, up to 1 s old', {
  perCall: 1,
  stalenessMs: cachedMs,
  goal: 0.9,
})
export const atpBatched = availability('atp-batched', `ATP of ${batch} SKUs, up to 1 s old`, {
  perCall: batch,
  stalenessMs: cachedMs,
  goal: null,
})

type Kind = { readonly perCall: number; readonly stalenessMs: number; readonly goal: number | null }

function availability(name: string, title: string, { perCall, stalenessMs, goal }: Kind): Scenario {
  const query = `maxStalenessMs=${stalenessMs}`
  const peerAsk = (skus: readonly string[]) => asked(skus, perCall, (some) => `/atp?${query}&${some}`)
  const peer = peerLoad(200, peerAsk, (url, skus) => assertAvailable(url, peerAsk(skus)(), perCall))
  const product: Prepare = async (url, skus) => {
    await stockUp(url, skus)
    const ask = () => asked(skus, perCall, (some) => `/v1/atp?channel=${portal}&${query}&${some}`)
    const verify = async () => {
      await assertAvailable(url, ask()(), perCall)
      return {}
    }
    return { success: 200, perSecond: null, next: ask(), verify }
  }
  const load = { product, minimal: peer, postgres: peer }
  return { name, title, skus: skuCount, connections: null, goals: goal === null ? {} : { postgres: goal }, load }
}

/** Everything that was received, of every SKU that was asked for. */
async function assertAvailable(url: string, ask: BenchRequest, perCall: number): Promise<void> {
  const { body } = await sent<{ readonly skus: readonly { readonly available: number }[] }>(url, ask)
  assertEqual('SKUs answered', body.skus.length, perCall)
  for (const { available } of body.skus) assertEqual('units available', available, unitsPerPosition)
}

const headers = { authorization: `Bearer ${benchKey}` }

function asked(skus: readonly string[], perCall: number, pathOf: (query: string) => string) {
  let count = 0
  return () => {
    const some = Array.from({ length: perCall }, (_, at) => `sku=${skus[(count + at) % skus.length]}`)
    count += perCall
    return { method: 'GET', path: pathOf(some.join('&')), headers } as const
  }
}
