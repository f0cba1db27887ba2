/** Carts of one, three and twenty lines: after the same position, or spread over as many as stay warm. */
import { benchKey, portal } from '../bench-config.ts'
import type { BenchRequest } from '../drive.ts'
import { assertPeerUnits, peerLoad, post, posting } from '../peer.ts'
import { type Answers, assertEqual, type Load, type Prepare, type Scenario } from '../scenario.ts'
import { assertClaimed, stockUp, unitsPerPosition } from '../stock.ts'

const spreadOver = 500
const linesOver = 200
const authorized = { 'content-type': 'application/json', authorization: `Bearer ${benchKey}` }

export const hotReservations = reservations({
  name: 'hot-reservations',
  title: 'reservations, one position',
  skus: 1,
  lines: 1,
  goal: 1.5,
})
export const spreadReservations = reservations({
  name: 'spread-reservations',
  title: `reservations, ${spreadOver} positions`,
  skus: spreadOver,
  lines: 1,
  goal: 0.5,
})
export const threeLineReservations = reservations({
  name: 'three-line-reservations',
  title: `3 lines over ${linesOver} positions`,
  skus: linesOver,
  lines: 3,
  goal: 0.4,
})
export const largeReservations = reservations({
  name: 'large-reservations',
  title: `20 lines over ${linesOver} positions`,
  skus: linesOver,
  lines: 20,
  goal: null,
})

type Kind = {
  readonly name: string
  readonly title: string
  readonly skus: number
  readonly lines: number
  readonly goal: number | null
}
type Line = { readonly sku: string; readonly quantity: number }

function reservations({ name, title, skus, lines, goal }: Kind): Scenario {
  const peer = peerLoad(201, (names) => carts(names, lines, peerCart), judgePeer(lines))
  const load = { product: productLoad(lines), minimal: peer, postgres: peer }
  return { name, title, skus, connections: null, goals: goal === null ? {} : { postgres: goal }, load }
}

function productLoad(lines: number): Prepare {
  return async (url, skus): Promise<Load> => {
    await stockUp(url, skus)
    const verify = async (answers: Answers) => {
      await assertRefused((id, line) => postCart(url, id, [line]), skus)
      assertEqual('status of a repeated cart', await postCart(url, 'cart-1', basket(skus, 1, lines)), 200)
      await assertClaimed(url, skus, winnersOf(answers) * lines)
      return {}
    }
    return { success: 201, perSecond: null, next: carts(skus, lines, productCart), verify }
  }
}

function judgePeer(lines: number) {
  return async (url: string, skus: readonly string[], answers: Answers) => {
    await assertRefused((id, line) => post(url, peerPosting(id, [line])), skus)
    assertEqual('status of a repeated cart', await post(url, peerPosting('cart-1', basket(skus, 1, lines))), 201)
    await assertPeerUnits(url, skus, { reserved: winnersOf(answers) * lines, received: 0 })
  }
}

/** More than there is is refused as a whole. */
async function assertRefused(ask: (id: string, line: Line) => Promise<number>, skus: readonly string[]) {
  const tooMuch = { sku: skus[0] ?? '', quantity: unitsPerPosition + 1 }
  assertEqual('status of a cart that asks for too much', await ask(`too-much-${Math.random()}`, tooMuch), 409)
}

const winnersOf = (answers: Answers) => answers['201'] ?? 0

function carts(
  skus: readonly string[],
  lines: number,
  ask: (id: string, basket: readonly Line[]) => BenchRequest,
): () => BenchRequest {
  let count = 0
  return () => {
    count += 1
    return ask(`cart-${count}`, basket(skus, count, lines))
  }
}

/** Lines of one cart lie far apart, so that neighbours in time share none. */
function basket(skus: readonly string[], count: number, lines: number): readonly Line[] {
  const stride = Math.floor(skus.length / lines)
  return Array.from({ length: lines }, (_, line) => ({
    sku: skus[(count + line * stride) % skus.length] ?? '',
    quantity: 1,
  }))
}

const peerPosting = (reservationId: string, lines: readonly Line[]) => ({
  path: '/reservations',
  content: { reservationId, lines },
})
const peerCart = (id: string, lines: readonly Line[]) => posting(peerPosting(id, lines))

function productCart(reservationId: string, lines: readonly Line[]): BenchRequest {
  const body = JSON.stringify({ reservationId, channel: portal, lines, expiresInSeconds: 3_600 })
  return { method: 'POST', path: '/v1/reservations', headers: authorized, body }
}

async function postCart(url: string, id: string, lines: readonly Line[]): Promise<number> {
  const { path, ...request } = productCart(id, lines)
  const answer = await fetch(`${url}${path}`, request as RequestInit)
  await answer.text()
  return answer.status
}
