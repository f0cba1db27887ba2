/** Carts of one, three and twenty lines: after the same position, or spread over as many as stay warm. */
import { benchKey, portal } from '../bench-config.ts'
import type { BenchRequest } from '../drive.ts'
import { assertPeerUnits, peerLoad, posting, sent } from '../peer.ts'
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
      await assertVerdicts((id, asked) => sent(url, productCart(id, asked)), skus, lines)
      await assertClaimed(url, skus, winnersOf(answers) * lines)
      return {}
    }
    return { success: 201, perSecond: null, next: carts(skus, lines, productCart), verify }
  }
}

function judgePeer(lines: number) {
  return async (url: string, skus: readonly string[], answers: Answers) => {
    await assertVerdicts((id, asked) => sent(url, peerCart(id, asked)), skus, lines)
    await assertPeerUnits(url, skus, { reserved: winnersOf(answers) * lines, received: 0 })
  }
}

type Refusal = { readonly reason?: string }
type Ask = (id: string, lines: readonly Line[]) => Promise<{ readonly status: number; readonly body: Refusal }>

/** An id gets one verdict for ever; what else is asked under it is a conflict. None of it moves a unit. */
async function assertVerdicts(ask: Ask, skus: readonly string[], lines: number): Promise<void> {
  const expect = async (what: string, id: string, asked: readonly Line[], status: number, reason?: string) => {
    const { status: answered, body } = await ask(id, asked)
    assertEqual(`status of ${what}`, answered, status)
    assertEqual(`reason of ${what}`, body.reason, reason)
  }
  const first = basket(skus, 1, lines)
  const more = first.map((line, at) => ({ ...line, quantity: at === 0 ? line.quantity + 1 : line.quantity }))
  const elsewhere = basket(skus, 2, lines)
  const tooMuch = [{ sku: skus[0] ?? '', quantity: unitsPerPosition + 1 }]
  const refused = `too-much-${Math.random()}`
  await expect('a repeated cart', 'cart-1', first, 200)
  await expect('other quantities under an id', 'cart-1', more, 409, 'reservation_conflict')
  if (skus.length > 1) await expect('other SKUs under an id', 'cart-1', elsewhere, 409, 'reservation_conflict')
  await expect('a cart that asks for too much', refused, tooMuch, 409, 'insufficient_stock')
  await expect('it once more', refused, tooMuch, 409, 'insufficient_stock')
  await expect('less under its id', refused, first, 409, 'reservation_conflict')
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

const peerCart = (reservationId: string, lines: readonly Line[]) =>
  posting({ path: '/reservations', content: { reservationId, lines } })

function productCart(reservationId: string, lines: readonly Line[]): BenchRequest {
  const body = JSON.stringify({ reservationId, channel: portal, lines, expiresInSeconds: 3_600 })
  return { method: 'POST', path: '/v1/reservations', headers: authorized, body }
}
