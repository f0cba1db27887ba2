/**
 * A rush on one position for a few minutes: shards are opened for it, more and then fewer, and closed again, while
 * buyers claim through the door that they last heard of and everybody else goes on as ever.
 */
import { commandId, reservationId } from '../../src/domain/shared/ids.ts'
import { doorOf } from '../../src/domain/stock/escrow.ts'
import type { StockCommandBody, StockVerdict } from '../../src/domain/stock/stock-command.ts'
import { causeOf } from './mail.ts'
import type { Post } from './post.ts'
import type { Random } from './random.ts'
import type { Place } from './stock-mail.ts'
import type { StockShell } from './stock-shell.ts'
import { startMs, type World } from './world.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** A seed in three has a rush: its shards settle often, and a run has to stay short. */
const rushShare = 0.35
/** Of one rush: a settlement that comes late or once more, a shard that is out of reach, a position that wakes anew. */
const mishaps = 24
const shardsEver = 4

export class RushWorkload {
  readonly #world: World
  readonly #random: Random
  readonly #post: Post
  /** What buyers were told that they hold. */
  readonly #told = new Map<string, number>()
  #hot: Place | null = null

  constructor(world: World, random: Random, post: Post) {
    this.#world = world
    this.#random = random
    this.#post = post
  }

  schedule(): void {
    const random = this.#random
    if (!random.chance(rushShare)) return
    const { company, clock } = this.#world
    this.#hot = { sku: random.pick(company.skus), location: random.pick(company.locations) }
    const beginsAtMs = startMs + random.between(minuteMs, 10 * minuteMs)
    const endsAtMs = beginsAtMs + random.between(2 * minuteMs, 4 * minuteMs)
    const units = random.between(12, 30)
    clock.at(beginsAtMs, () => this.#world.receive(this.#place.sku, this.#place.location, units, 'rush/units'))
    for (let step = 0; step < 4; step += 1) {
      const shards = random.pick([0, 2, 2, 4, 4])
      clock.at(random.between(beginsAtMs, endsAtMs), () => this.#shell.shards.setOpen(shards))
    }
    clock.at(beginsAtMs, () => this.#shell.shards.setOpen(2))
    clock.at(endsAtMs, () => this.#shell.shards.setOpen(0))
    clock.at(beginsAtMs, () => this.#settle(endsAtMs))
    for (let mishap = 0; mishap < mishaps; mishap += 1) {
      clock.at(random.between(beginsAtMs, endsAtMs + 2 * minuteMs), () => this.#mishap())
    }
    const buyers = random.between(4, 10)
    for (let buyer = 1; buyer <= buyers; buyer += 1) this.#buyer(`rush/${buyer}`, random.between(beginsAtMs, endsAtMs))
  }

  /** Everything that a shard has goes home; then what buyers were told is looked at, and given back. */
  heal(): void {
    if (this.#hot === null) return
    this.#shell.shards.setOpen(0)
    for (let shard = 0; shard < shardsEver; shard += 1) {
      this.#shell.shards.revive(shard)
      this.#shell.settleShard(shard, true, 0, 'answered')
    }
    this.#world.clock.after(hourMs, () => {
      for (const [id, units] of this.#told) {
        const claimed = this.#shell.claimedBy(reservationId(id))
        if (claimed !== units) this.#world.violate(`I2: ${id} was told of ${units} units and has ${claimed}`)
        this.#send(id, 'give-back', { type: 'release', reservationId: reservationId(id), quantity: null })
      }
    })
  }

  breachesAtRest(): string[] {
    return this.#hot === null ? [] : this.#shell.shards.breachesAtRest()
  }

  get #place(): Place {
    if (this.#hot === null) throw new Error('there is no rush')
    return this.#hot
  }

  get #shell(): StockShell {
    return this.#world.position(this.#place.sku, this.#place.location)
  }

  /** As the shards' alarms do; what is handed over gets lost on the way there or back. */
  #settle(endsAtMs: number): void {
    const random = this.#random
    const { clock, faults } = this.#world
    for (let shard = 0; shard < shardsEver; shard += 1) {
      const isLost = random.chance(faults.loseAnswer + faults.drop)
      const fate = isLost ? random.pick(['lost_call', 'lost_answer'] as const) : 'answered'
      this.#shell.settleShard(shard, random.chance(0.2), random.between(0, 6), fate)
    }
    if (clock.nowMs() < endsAtMs + minuteMs) clock.after(random.between(2_000, 8_000), () => this.#settle(endsAtMs))
  }

  #mishap(): void {
    const random = this.#random
    const { shards } = this.#shell
    const shard = random.between(0, shardsEver - 1)
    const kind = random.pick(['late', 'late', 'again', 'dies', 'wakes'] as const)
    if (kind === 'late') this.#shell.hearLate(shard)
    else if (kind === 'again') this.#shell.hearAgain(shard)
    else if (kind === 'wakes') shards.forgetHeard()
    else this.#die(shard)
  }

  #die(shard: number): void {
    const { shards } = this.#shell
    shards.die(shard)
    this.#world.clock.after(this.#random.between(5_000, minuteMs), () => shards.revive(shard))
  }

  #buyer(id: string, atMs: number): void {
    const random = this.#random
    const own = reservationId(id)
    const quantity = random.between(1, 3)
    const hold = { type: 'hold', reservationId: own, quantity, expiresAtMs: null, orderId: null } as const
    const command = { ...hold, allowPartial: false, commandId: commandId(id), cause: causeOf('api', id) }
    let door: number | null = null
    const claim = () => {
      door = random.pick([null, 2, 4])
      return door === null ? this.#shell.apply(command) : this.#shell.askAt(doorOf(own, door), command)
    }
    this.#world.clock.at(atMs, () =>
      this.#post.send(id, claim, (verdict) => {
        if (!verdict.ok) return
        this.#told.set(id, verdict.granted)
        const next = random.pick(['commits', 'waits', 'gives_back', 'gives_back', 'is_taken'] as const)
        if (next === 'commits') this.#send(id, 'commit', { type: 'commit', reservationId: own })
        else if (next === 'is_taken') this.#takeOver(id, verdict.granted)
        else if (next === 'gives_back') this.#giveBack(id, doorOf(own, door ?? 2))
      }),
    )
  }

  /** Whoever was told that he holds units gives back exactly these, although his door may have gone since. */
  #giveBack(id: string, door: number): void {
    this.#told.delete(id)
    if (this.#random.chance(0.5)) this.#die(door)
    this.#send(
      id,
      'change-of-mind',
      { type: 'release', reservationId: reservationId(id), quantity: null },
      (verdict) => {
        if (!verdict.ok) this.#world.violate(`I2: ${id} held units and gives back none: ${verdict.error.reason}`)
      },
    )
  }

  /** Whoever was told that he holds units hands over exactly these, and gives back what else was granted to him. */
  #takeOver(id: string, quantity: number): void {
    const order = `${id}/order`
    const claim = { quantity, expiresAtMs: null, orderId: null, allowPartial: false } as const
    const source = reservationId(id)
    this.#told.delete(id)
    this.#send(id, 'take', { type: 'take_over', source, reservationId: reservationId(order), ...claim }, (verdict) => {
      const granted = verdict.ok ? verdict.granted : 0
      // Of what was told to lack units an order takes none that it would lack.
      if (granted !== quantity && !this.#shell.hasLacked(source))
        this.#world.violate(`I2: ${id} held ${quantity} units and its order has ${granted}`)
      this.#told.set(order, granted)
      this.#send(id, 'rest', { type: 'release', reservationId: source, quantity: null })
    })
  }

  #send(id: string, verb: string, body: StockCommandBody, answered: (verdict: StockVerdict) => void = () => {}): void {
    const named = `${id}/${verb}`
    const ask = () => this.#shell.ask({ ...body, commandId: commandId(named), cause: causeOf('api', named) })
    this.#post.send(named, ask, answered)
  }
}
