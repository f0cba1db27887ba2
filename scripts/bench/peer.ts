/**
 * The peers' side of a scenario. The minimal worker and PostgreSQL behind Node serve the same few routes without
 * authentication, so one load serves both; what they say afterwards is judged as hard as the product is.
 */
import type { BenchRequest } from './drive.ts'
import { type Answers, assertEqual, type Load, type Prepare, sum } from './scenario.ts'
import { unitsPerPosition } from './stock.ts'

type Totals = { readonly sku: string; readonly received: number; readonly reserved: number }
type PeerPosting = { readonly path: string; readonly content: object }

const json = { 'content-type': 'application/json' }
const skusPerCall = 100

export function posting({ path, content }: PeerPosting): BenchRequest {
  return { method: 'POST', path, headers: json, body: JSON.stringify(content) }
}

/** `body` is whatever the peer says of what was asked, such as the `reason` of a refusal. */
export async function post<Body>(url: string, asked: PeerPosting): Promise<{ status: number; body: Body }> {
  return sent<Body>(url, posting(asked))
}

export async function sent<Body>(url: string, asked: BenchRequest): Promise<{ status: number; body: Body }> {
  const { path, ...request } = asked
  const answer = await fetch(`${url}${path}`, request as RequestInit)
  return { status: answer.status, body: (await answer.json()) as Body }
}

/** `next` is made once, when the positions are stocked. */
export function peerLoad(
  success: number,
  requests: (skus: readonly string[]) => () => BenchRequest,
  judge: (url: string, skus: readonly string[], answers: Answers) => Promise<void> = async () => {},
): Prepare {
  return async (url, skus): Promise<Load> => {
    await stockUpPeer(url, skus)
    const verify = async (answers: Answers) => {
      await judge(url, skus, answers)
      return {}
    }
    return { success, perSecond: null, next: requests(skus), verify }
  }
}

export async function stockUpPeer(url: string, skus: readonly string[]): Promise<void> {
  for (const some of slices(skus)) {
    const movements = some.map((sku) => ({ eventId: `opening-${sku}`, sku, quantity: unitsPerPosition }))
    assertEqual('status of /movements', (await post(url, { path: '/movements', content: { movements } })).status, 200)
  }
}

export async function peerUnitsReserved(url: string, skus: readonly string[]): Promise<number> {
  return sum((await totalsOf(url, skus)).map(({ reserved }) => reserved))
}

/** Never oversold, and together exactly `reserved` units claimed of `received` on top of the opening stock. */
export async function assertPeerUnits(
  url: string,
  skus: readonly string[],
  expected: { readonly reserved: number; readonly received: number },
): Promise<void> {
  const totals = await totalsOf(url, skus)
  assertEqual('positions', totals.length, skus.length)
  const oversold = totals.find(({ received, reserved }) => reserved > received)
  if (oversold) throw new Error(`${oversold.sku} is oversold: ${oversold.reserved} of ${oversold.received}`)
  assertEqual('units claimed', sum(totals.map(({ reserved }) => reserved)), expected.reserved)
  const opening = unitsPerPosition * skus.length
  assertEqual('units received', sum(totals.map(({ received }) => received)) - opening, expected.received)
}

async function totalsOf(url: string, skus: readonly string[]): Promise<readonly Totals[]> {
  const totals: Totals[] = []
  for (const some of slices(skus)) {
    const answer = await fetch(`${url}/totals?${some.map((sku) => `sku=${sku}`).join('&')}`)
    totals.push(...((await answer.json()) as Totals[]))
  }
  return totals
}

function slices(skus: readonly string[]): readonly (readonly string[])[] {
  const count = Math.ceil(skus.length / skusPerCall)
  return Array.from({ length: count }, (_, index) => skus.slice(index * skusPerCall, (index + 1) * skusPerCall))
}
