/** An order takes a cart while everybody else does something to it: one of them wins, and every unit comes back. */
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { actor, type ReservationApi } from '../../src/actor-apis.ts'
import { commandId, orderIdFrom } from '../../src/domain/shared/ids.ts'
import type { CartClaim } from '../../src/domain/stock/cart.ts'
import { positionFrom } from '../../src/domain/stock/position.ts'
import type { ReserveInput } from '../../src/domain/stock/reservation-contract.ts'
import { reservationShard } from '../../src/domain/stock/reservation-shard.ts'
import type { StockCommand, StockVerdict } from '../../src/domain/stock/stock-command.ts'
import { testEnv } from '../fixtures/d1.ts'
import { hold, move, protect, release, setSafetyStock, takeOver, testCause } from '../fixtures/stock-commands.ts'
import { checkedPositions, type TestPosition } from '../fixtures/stock-position.ts'
import { seedConfig } from '../http/seed-config.ts'

const figuresIn = ({ sql }: DurableObjectStorage) =>
  positionFrom(sql.exec<{ figures: string }>('SELECT figures FROM position').one().figures)

const newPosition = checkedPositions()
const hourMs = 3_600_000
const positionsEach = 4
let carts = 0

beforeAll(async () => {
  await seedConfig((file) => ({
    ...file,
    skus: [
      ...file.skus,
      ...Array.from({ length: 200 }, (_, index) => {
        return { ...file.skus[0], sku: `SKU-${index + 1}`, title: '' } as (typeof file.skus)[number]
      }),
    ],
  }))
})

/** A cart that has all units of as many positions. */
async function filledCart(expiresAtMs = Date.now() + hourMs) {
  const positions = Array.from({ length: positionsEach }, () => newPosition())
  for (const position of positions) await position.send(move(`in-${position.name}`, 'receipt', 3, Date.now()))
  const lines = positions.map(({ name }) => ({ sku: name.split('@')[0] ?? '', quantity: 3, location: null }))
  const reservationId = `taken-${++carts}`
  const input: ReserveInput = {
    ...{ reservationId, channel: null, lines, expiresAtMs, allowPartial: false, cause: testCause },
  }
  const shard = actor<ReservationApi>(testEnv.RESERVATION, reservationShard(reservationId))
  expect(await shard.reserve(input)).toMatchObject({ ok: true, created: true })
  return { id: reservationId, shard, positions, input }
}
type Filled = Awaited<ReturnType<typeof filledCart>>

const free = (positions: readonly TestPosition[]) => Promise.all(positions.map((position) => position.available()))
const none = Array.from({ length: positionsEach }, () => 0)
const all = none.map(() => 3)

/** The next command of the cart at this position gets no answer. */
const failOnce = (position: TestPosition | undefined) =>
  position?.inside(({ execution }) => {
    vi.spyOn(execution, 'joinAll').mockReturnValueOnce(null)
  })

/** As the order's saga does. */
async function takeAll(order: string, claims: readonly CartClaim[]) {
  const orderId = orderIdFrom(order)
  return Promise.all(
    claims.map(({ sku, location, quantity, reservationId }) =>
      answered(newPosition(location, sku), takeOver(reservationId, `${order}/${sku}`, quantity, { orderId })),
    ),
  )
}

/** Whoever finds the position busy says the same again. */
async function answered(position: TestPosition, command: StockCommand): Promise<StockVerdict> {
  const verdict = await position.send(command)
  const isBusy = !verdict.ok && verdict.error.reason === 'overloaded'
  return isBusy ? answered(position, command) : verdict
}

describe('a cart that is being committed when its process dies', () => {
  it('is taken by its order, which gets all of it, and nothing stays behind', async () => {
    const { id, shard, positions } = await filledCart()
    await failOnce(positions[2])
    expect(await shard.commit(id, testCause)).toEqual({ ok: false, error: { reason: 'overloaded' } })
    const claims = await shard.takeForOrder(id, 'b2b:1')
    expect(claims).toHaveLength(positionsEach)
    const taken = await takeAll('b2b:1', claims ?? [])
    for (const verdict of taken) expect(verdict).toMatchObject({ ok: true, granted: 3 })
    await shard.settleForOrder(id, 'b2b:1', testCause)
    for (const position of positions) await position.send(release(`b2b:1/${position.name.split('@')[0]}`))
    expect(await free(positions)).toEqual(all)
  })
})

describe('an order whose cart is', () => {
  const rules: Readonly<Record<string, (units: number) => StockCommand>> = {
    'beside units that are kept for safety since': (units) => setSafetyStock(units),
    'beside units that are protected for others since': (units) => protect('others', units),
  }
  it.each(Object.entries(rules))('%s has what its cart had', async (_, rule) => {
    const { id, shard, positions } = await filledCart()
    for (const position of positions) expect(await position.send(rule(3))).toMatchObject({ ok: true })
    const taken = await takeAll('b2b:1', (await shard.takeForOrder(id, 'b2b:1')) ?? [])
    expect(taken).toMatchObject(all.map((granted) => ({ ok: true, effect: 'applied', granted })))
  })

  it('short of units leaves what is missing behind, so that the order is planned elsewhere', async () => {
    const { id, shard, positions } = await filledCart()
    const [short] = positions
    await short?.send(move('loss', 'adjustment', -1, Date.now()))
    const [first, ...others] = await takeAll('b2b:1', (await shard.takeForOrder(id, 'b2b:1')) ?? [])
    expect(first).toMatchObject({ ok: false, error: { reason: 'insufficient_stock' } })
    expect(others).toMatchObject(all.slice(1).map((granted) => ({ ok: true, effect: 'applied', granted })))
  })

  it('drawn from protected units leaves drawn what it has of them, also when it is told twice', async () => {
    const position = newPosition()
    const drawn = () => position.inside((_, { storage }) => figuresIn(storage).protections.map((each) => each.drawn))
    await position.send(move('in', 'receipt', 5, Date.now()))
    await position.send(protect('contract', 4))
    await position.send(hold('cart', 5, { group: 'contract' }))
    await position.send(protect('contract', 2))
    const own = takeOver('cart', 'order', 3, { orderId: orderIdFrom('b2b:1') })
    const verdict = await position.send(own)
    expect(verdict).toMatchObject({ ok: true, effect: 'applied', granted: 3 })
    expect(await drawn()).toEqual([4])
    await position.send(release('cart'))
    expect(await position.send(own)).toEqual(verdict)
    expect(await position.send({ ...own, commandId: commandId('other-words') })).toMatchObject({
      ...{ ok: true, effect: 'unchanged', granted: 3 },
    })
    expect(await drawn()).toEqual([3])
    const ledger = await position.api.ledger(4, null)
    expect(ledger.map(({ type, quantity, reference }) => [type, quantity, reference])).toEqual([
      ['released', 2, 'cart'],
      ['taken_over', 3, 'order'],
      ['handed_over', 3, 'cart'],
      ['protection_set', 2, 'contract'],
    ])
  })
})

/** What may happen beside an order that takes the cart. */
const rivals: Readonly<Record<string, (cart: Filled) => Promise<unknown>>> = {
  'a second order': ({ shard, id }) => shard.takeForOrder(id, 'b2b:second'),
  'a commit': ({ shard, id }) => shard.commit(id, testCause),
  'an extension': ({ shard, id }) => shard.extend(id, Date.now() + 2 * hourMs, testCause),
  'a release': ({ shard, id }) => shard.release(id, testCause),
  'the same request': ({ shard, input }) => shard.reserve(input),
  'another request of the id': ({ shard, input }) => shard.reserve({ ...input, lines: input.lines.slice(1) }),
  'a commit that dies half-way': async ({ shard, id, positions }) => {
    await failOnce(positions[1])
    return shard.commit(id, testCause)
  },
  'a release that dies half-way': async ({ shard, id, positions }) => {
    await failOnce(positions[1])
    return shard.release(id, testCause)
  },
  'an extension that dies half-way': async ({ shard, id, positions }) => {
    await failOnce(positions[1])
    return shard.extend(id, Date.now() + 2 * hourMs, testCause)
  },
}

describe('an order that takes a cart beside', () => {
  const cases = Object.entries(rivals).flatMap(([name, rival]) => [
    [`${name}, which comes first`, rival, true] as const,
    [`${name}, which comes second`, rival, false] as const,
  ])
  it.each(cases)('%s', async (_, rival, isFirst) => {
    const cart = await filledCart()
    const { id, shard, positions } = cart
    const before = isFirst ? rival(cart) : null
    const [claims] = await Promise.all([shard.takeForOrder(id, 'b2b:first'), isFirst ? before : rival(cart)])
    const second = await shard.takeForOrder(id, 'b2b:second')
    expect([claims, second].filter((each) => each !== null).length).toBeLessThanOrEqual(1)
    const order = claims === null ? 'b2b:second' : 'b2b:first'
    const granted = (await takeAll(order, claims ?? second ?? [])).map(({ ok }) => ok)
    // Whoever has the cart has all of it or, where it was given back before, what is there still: nobody else asked.
    expect(granted.every((ok) => ok === true)).toBe(true)
    if (granted.length > 0) expect(await free(positions)).toEqual(none)
    await shard.settleForOrder(id, order, testCause)
    for (const position of positions) await position.send(release(`${order}/${position.name.split('@')[0]}`))
    await shard.release(id, testCause)
    expect(await free(positions)).toEqual(all)
  })

  it('its own end: at the last millisecond it is taken, with the next it is not', async () => {
    const expiresAtMs = Date.now() + hourMs
    const [early, late] = [await filledCart(expiresAtMs), await filledCart(expiresAtMs)]
    const clock = vi.spyOn(Date, 'now').mockReturnValue(expiresAtMs - 1)
    const claims = await early.shard.takeForOrder(early.id, 'b2b:1')
    expect(claims).toHaveLength(positionsEach)
    clock.mockReturnValue(expiresAtMs)
    expect(await late.shard.takeForOrder(late.id, 'b2b:1')).toBeNull()
    // It is over for the positions as well, whoever had taken it: what the order claims now it claims as anybody.
    await late.positions[0]?.send(hold('buyer', 3))
    await early.positions[0]?.send(hold('buyer', 3))
    const taken = await takeAll('b2b:1', claims ?? [])
    expect(taken.map(({ ok }) => ok)).toEqual([false, true, true, true])
    vi.restoreAllMocks()
  })
})
