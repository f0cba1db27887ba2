/**
 * One seed: a stormy stretch, a lull in which nothing fails and nothing comes, then everything is healed and must come
 * to rest; then the ledger of the whole run is read.
 */
import { createHash } from 'node:crypto'
import type { OrderState } from '../../src/domain/order/order-state.ts'
import { isUnderWay } from '../../src/domain/outbox/intent-waiting.ts'
import { BetterPlanWorkload } from './better-plan-workload.ts'
import { calm } from './faults.ts'
import { GoodsWorkload } from './goods-workload.ts'
import { LossWorkload } from './loss-workload.ts'
import type { Plant } from './plants.ts'
import { Post } from './post.ts'
import { PromiseWorkload } from './promise-workload.ts'
import { seededRandom } from './random.ts'
import { RushWorkload } from './rush-workload.ts'
import { schedule } from './workload.ts'
import { startMs, World } from './world.ts'

export type Run = {
  readonly seed: number
  readonly violations: readonly string[]
  /** Equal for equal seeds: a hash over every event with its virtual time. */
  readonly trace: string
  readonly events: number
  readonly orders: number
  /** Times that orders moved to a better plan. */
  readonly moves: number
}

/** `orders`: nothing but orders over plain stock, as seeds were told before stock was more than a number. */
export type Scenario = 'everything' | 'orders'
/** Each apart from the orders' own randomness. */
const [promiseSalt, goodsSalt, rushSalt, lossSalt] = [0x9e3779b9, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f]
const moveSalt = 0x165667b1
const stormMs = 20 * 60_000
/** Lots expire and later dates come for as long again as the storm lasts, and all of it is told within a while. */
const lullMs = 45 * 60_000
const healMs = 3 * 24 * 3_600_000
const eventsMax = 200_000

export async function simulate(
  seed: number,
  plant: Plant | null = null,
  onTrace?: (line: string) => void,
  scenario: Scenario = 'everything',
): Promise<Run> {
  const random = seededRandom(seed)
  const hash = createHash('sha256')
  const world = new World(random, plant, (line) => {
    hash.update(line)
    onTrace?.(line)
  })
  schedule(world, random)
  const beside = scenario === 'orders' ? null : workloadBeside(world, seed, plant)
  beside?.schedule()
  let events = 0
  try {
    events += await world.clock.runUntil(startMs + stormMs, eventsMax)
    if (beside?.hasLull) {
      world.faults = calm
      events += await world.clock.runUntil(startMs + stormMs + lullMs, eventsMax)
      world.violations.push(...beside.breachesInLull())
    }
    heal(world)
    beside?.heal()
    events += await world.clock.runUntil(world.clock.nowMs() + healMs, eventsMax)
    checkAtRest(world)
    world.violations.push(...(beside?.breachesAtRest() ?? []))
  } catch (error) {
    // An assertion inside the core is a violation caught earlier than the checker would have.
    world.violations.push(error instanceof Error ? `${codeOf(error.message)}: ${error.message}` : String(error))
  }
  const { violations, orders } = world
  return { seed, violations, trace: hash.digest('hex'), events, orders: orders.size, moves: beside?.moves() ?? 0 }
}

function workloadBeside(world: World, seed: number, plant: Plant | null) {
  const begin = (salt: number) => {
    const random = seededRandom(seed ^ salt)
    return { random, post: new Post(world.clock, random, () => world.faults) }
  }
  const [mail, errands, rush, loss] = [begin(promiseSalt), begin(goodsSalt), begin(rushSalt), begin(lossSalt)]
  const promises = new PromiseWorkload(world, mail.random, mail.post)
  const goods = new GoodsWorkload(world, errands.random, errands.post, plant)
  const rushed = new RushWorkload(world, rush.random, rush.post)
  const lost = new LossWorkload(world, loss.random, loss.post, plant)
  const better = new BetterPlanWorkload(world, seededRandom(seed ^ moveSalt), plant)
  const all = [promises, goods, rushed, lost, better]
  return {
    schedule: () => all.forEach((each) => void each.schedule()),
    heal: () => all.forEach((each) => void each.heal()),
    hasLull: lost.isOn,
    breachesInLull: () => lost.breachesInLull(),
    moves: () => better.moves,
    breachesAtRest: () => [
      ...[mail, errands, rush, loss]
        .flatMap(({ post }) => post.unanswered())
        .map((id) => `I8: ${id} was never answered`),
      ...goods.breachesAtRest(),
      ...rushed.breachesAtRest(),
      ...lost.breachesAtRest(),
      ...better.breachesAtRest(),
    ],
  }
}

/** The cores assert I1 at positions and I6 in orders; anything else thrown is a bug without a number. */
function codeOf(message: string): string {
  return message.startsWith('position invariant') ? 'I1' : 'bug'
}

/** No more faults, stock for everybody, and a person who asks every order once more. */
function heal(world: World): void {
  world.faults = calm
  const { skus, locations } = world.company
  for (const item of skus) {
    for (const location of locations) world.receive(item, location, 200, `heal/${item}/${location}`)
  }
  for (const [id, shell] of world.orders) {
    for (const hold of shell.document.state?.holds ?? []) {
      if (hold.releasedAtMs === null) world.deliver(id, { type: 'release_hold', holdId: hold.holdId }, 'operator')
    }
  }
  for (const hours of [1, 3, 6, 12, 24]) {
    world.clock.after(hours * 3_600_000, () => {
      for (const id of world.orders.keys()) world.deliver(id, { type: 'retry' }, 'operator')
    })
  }
  for (let hour = 1; hour <= 48; hour += 1) world.clock.after(hour * 3_600_000 + 600_000, () => world.shipByHand())
}

/** ERP orders that may stand at the end. What was fulfilled by hand in the channel alone was booked or it was not. */
function bookingsOf(state: OrderState): readonly number[] {
  if (state.stage === 'cancelled' || state.policy?.erp == null) return [0]
  const ours = state.lines.some((line) => line.quantities.shipped > line.shippedExternally)
  return ours ? [1] : [0, 1]
}

function checkAtRest(world: World): void {
  const say = (violation: string) => world.violations.push(violation)
  for (const [id, shell] of world.orders) {
    const { state } = shell.document
    if (state === null) {
      say(`I3: ${id} has no order`)
      continue
    }
    if (state.stage !== 'closed' && state.stage !== 'cancelled') say(`I5: ${id} came to rest at ${state.stage}`)
    for (const intent of state.intents.filter(isUnderWay)) say(`I5: ${id} ${intent.intentId} is still ${intent.status}`)
    const booked = world.partners.bookedFor(id)
    const expected = bookingsOf(state)
    if (!expected.includes(booked)) say(`I4: ${id} is ${state.stage} with ${booked} ERP orders`)
  }
  for (const [externalId, times] of world.partners.effects) {
    if (times !== 1) say(`I4: ${externalId} took effect ${times} times`)
  }
  for (const delivery of world.mail.deliveries) {
    if (!delivery.settled) say(`I8: ${delivery.deliveryId} (${delivery.body.type}) was never settled`)
    const observed = delivery.body.type === 'observe'
    if (observed && world.order(delivery.orderId).document.state === null) say(`I3: ${delivery.orderId} was lost`)
  }
  for (const position of world.positions) {
    for (const claim of position.openClaims()) say(`I5: ${claim.reservationId} still claims stock at rest`)
  }
}
