/** What warehouses report: one movement a request, and a hundred of them. Each is counted exactly once. */
import { benchKey, benchLocation } from '../bench-config.ts'
import type { BenchRequest } from '../drive.ts'
import { assertPeerUnits, peerLoad, posting, sent } from '../peer.ts'
import { type Answers, assertEqual, type Prepare, type Scenario } from '../scenario.ts'
import { stockUp, unitsOnHand, unitsPerPosition } from '../stock.ts'

const skuCount = 200
const batch = 100
const authorized = { 'content-type': 'application/json', authorization: `Bearer ${benchKey}` }

export const inventoryEvents = inventory('inventory-events', `inventory events, ${skuCount} positions`, 1)
export const movementBatches = inventory('movement-batches', `batches of ${batch} inventory events`, batch)

function inventory(name: string, title: string, perCall: number): Scenario {
  const peer = peerLoad(
    200,
    (skus) => reports(skus, perCall, peerReport),
    async (url, skus, answers) => {
      for (const [event, conflicts] of againAndOther(skus)) {
        const { body } = await sent<{ readonly conflicts: number }>(url, peerReport([event]))
        assertEqual('conflicts', body.conflicts, conflicts)
      }
      await assertPeerUnits(url, skus, { reserved: 0, received: answeredOf(answers) * perCall })
    },
  )
  const load = { product: productLoad(perCall), minimal: peer, postgres: peer }
  return { name, title, skus: skuCount, connections: null, goals: {}, load }
}

function productLoad(perCall: number): Prepare {
  return async (url, skus) => {
    await stockUp(url, skus)
    const verify = async (answers: Answers) => {
      for (const [event, conflicts] of againAndOther(skus)) {
        const { body } = await sent<{ readonly results: readonly { readonly ok: boolean }[] }>(
          url,
          productReport([event]),
        )
        assertEqual('conflicts', body.results.filter(({ ok }) => !ok).length, conflicts)
      }
      const received = (await unitsOnHand(url, skus)) - unitsPerPosition * skus.length
      assertEqual('units received', received, answeredOf(answers) * perCall)
      return {}
    }
    return { success: 200, perSecond: null, next: reports(skus, perCall, productReport), verify }
  }
}

const answeredOf = (answers: Answers) => answers['200'] ?? 0

type Movement = { readonly eventId: string; readonly sku: string; readonly quantity: number }

/** The first event told again, and another one under its id, with the conflicts that either is. */
function againAndOther(skus: readonly string[]): readonly (readonly [Movement, number])[] {
  const first = eventOf(skus, 1)
  return [
    [first, 0],
    [{ ...first, quantity: first.quantity + 1 }, 1],
  ]
}

const eventOf = (skus: readonly string[], count: number): Movement => ({
  eventId: `event-${count}`,
  sku: skus[count % skus.length] ?? '',
  quantity: 1,
})

const peerReport = (movements: readonly Movement[]) => posting({ path: '/movements', content: { movements } })

function reports(
  skus: readonly string[],
  perCall: number,
  report: (movements: readonly Movement[]) => BenchRequest,
): () => BenchRequest {
  let count = 0
  return () => {
    const movements = Array.from({ length: perCall }, () => {
      count += 1
      return eventOf(skus, count)
    })
    return report(movements)
  }
}

/** Always the same: an event that is told again is told as it was. */
const occurredAt = new Date().toISOString()

function productReport(moved: readonly Movement[]): BenchRequest {
  const movements = moved.map((each) => ({ ...each, location: benchLocation, movement: 'receipt', occurredAt }))
  return { method: 'POST', path: '/v1/inventory/movements', headers: authorized, body: JSON.stringify({ movements }) }
}
