/**
 * Carriage that costs something else every few minutes, and orders that people hold: what is held looks again for a
 * better plan and moves, while everything else goes on as ever. An order that was refused a better plan has to have,
 * position by position, what it believes to have; what it gave back is claimed by it no more, and nothing moves more
 * often than it may.
 */

import { stockParts } from '../../src/domain/catalog/stock-parts.ts'
import type { BetterPlanRules } from '../../src/domain/config/better-plan.ts'
import { claimOf, partedAs } from '../../src/domain/order/claims.ts'
import { openHolds } from '../../src/domain/order/holds.ts'
import type { OrderEvent } from '../../src/domain/order/order-event.ts'
import type { OrderState } from '../../src/domain/order/order-state.ts'
import { isReplacing } from '../../src/domain/order/replace-plan.ts'
import type { PlanInputs } from '../../src/domain/order/saga-command.ts'
import { commandId, type LocationId, type OrderId } from '../../src/domain/shared/ids.ts'
import { profileSchema } from '../../src/domain/sourcing/profile.ts'
import { openUnits } from '../../src/domain/stock/reservation.ts'
import type { StockCommand, StockVerdict } from '../../src/domain/stock/stock-command.ts'
import { causeOf } from './mail.ts'
import type { OrderPorts } from './order-shell.ts'
import type { Plant } from './plants.ts'
import type { Random } from './random.ts'
import { startMs, type World } from './world.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const stormMs = 20 * minuteMs
const strategies = [{ id: 'cheap', weights: { ship: 2, split: 1 } }]
const profile = profileSchema.parse({ id: 'cheapest', strategies })

export class BetterPlanWorkload {
  readonly #world: World
  readonly #random: Random
  readonly #plant: Plant | null
  readonly #rules: BetterPlanRules
  readonly #costs = new Map<LocationId, number>()
  #isOn = false

  constructor(world: World, random: Random, plant: Plant | null) {
    this.#world = world
    this.#random = random
    this.#plant = plant
    const [marginPercent, intervalMinutes] = [random.pick([0, 10, 25]), random.pick([0.1, 0.5, 1])]
    this.#rules = { marginPercent, movesMax: random.between(1, 4), intervalMinutes, minutesBeforeCutOff: 0 }
  }

  schedule(): void {
    // Who looks for a better plan leaves a location that is down by itself: whether he was told does not show.
    if (!this.#random.chance(0.5) || this.#plant === 'I5-goes-down-in-silence') return
    this.#isOn = true
    const { clock } = this.#world
    this.#world.wrapPorts = (orderId, ports) => this.#wrapped(orderId, ports)
    this.#price()
    for (let turn = 0; turn < 12; turn += 1) clock.at(this.#within(), () => this.#price())
    for (let look = 0; look < 60; look += 1) clock.at(this.#within(), () => this.#holdWhoeverWaits(`look-${look}`))
  }

  /**
   * Who held an order may be heard of after he let it go. A claim that nobody gives back ends by itself, within a day:
   * it is looked for before.
   */
  heal(): void {
    if (!this.#isOn) return
    this.#world.clock.after(hourMs, () => this.#letGo())
    this.#world.clock.after(2 * hourMs, () => this.#lookForLeaks())
  }

  breachesAtRest(): string[] {
    if (!this.#isOn) return []
    return [...this.#world.orders].flatMap(([id, { history }]) => {
      const moves = movesIn(history)
      return moves > this.#rules.movesMax ? [`I6: ${id} moved ${moves} times`] : []
    })
  }

  /** Orders that moved, for whoever wants to know that any did. */
  get moves(): number {
    return [...this.#world.orders.values()].reduce((sum, { history }) => sum + movesIn(history), 0)
  }

  #within(): number {
    return this.#random.between(startMs + 1, startMs + stormMs)
  }

  #price(): void {
    for (const location of this.#world.company.locations) this.#costs.set(location, this.#random.between(1, 9) * 100)
  }

  #holdWhoeverWaits(holdId: string): void {
    const { clock, orders } = this.#world
    for (const [id, { document }] of orders) {
      if (document.state?.stage !== 'reserved' || !this.#random.chance(0.5)) continue
      this.#world.deliver(id, { type: 'place_hold', holdId, kind: 'fraud', reason: 'odd' }, 'operator')
      const untilMs = this.#random.between(minuteMs, 6 * minuteMs)
      clock.after(untilMs, () => this.#world.deliver(id, { type: 'release_hold', holdId }, 'operator'))
    }
  }

  #letGo(): void {
    for (const [id, { document }] of this.#world.orders) {
      const held = document.state === null ? [] : openHolds(document.state)
      for (const { holdId } of held) this.#world.deliver(id, { type: 'release_hold', holdId }, 'operator')
    }
  }

  #wrapped(orderId: OrderId, ports: OrderPorts): OrderPorts {
    const shell = () => this.#world.order(orderId)
    return {
      ...ports,
      findChannel: async (account) => {
        const { policy, currencies } = await ports.findChannel(account)
        return { policy: policy && { ...policy, betterPlan: this.#rules }, currencies }
      },
      planInputs: async (ask) => this.#priced(await ports.planInputs(ask)),
      applyStock: async (item, location, commands) => {
        if (this.#plant === 'I2-gives-back-before-it-holds') this.#giveBack(shell().document.state)
        const kept = commands.filter((command) => !this.#isForgotten(shell().history, command))
        const verdicts = kept.length === 0 ? [] : await ports.applyStock(item, location, kept)
        return commands.map((command) => verdicts[kept.indexOf(command)] ?? done)
      },
      trace: (line) => {
        ports.trace(line)
        const { state } = shell().document
        if (line.endsWith(' stock_refused') && state !== null) this.#lookAt(state)
      },
    }
  }

  #isForgotten(history: readonly OrderEvent[], command: StockCommand): boolean {
    if (this.#plant !== 'I5-keeps-what-was-replaced' || command.type !== 'release') return false
    const replaced = history.flatMap((event) => (event.type === 'stock_reserved' ? (event.replaced ?? []) : []))
    return replaced.some(({ reservationId }) => reservationId === command.reservationId)
  }

  #giveBack(state: OrderState | null): void {
    if (state === null || !isReplacing(state)) return
    for (const { reservationId, location, quantity } of state.plan?.replaces ?? []) {
      const claim = state.reservations.find((each) => each.reservationId === reservationId)
      if (claim === undefined) continue
      for (const { sku, units } of stockParts(partedAs(state, claim))) {
        const id = `${reservationId}/too-early/${state.attempt}`
        const command = {
          type: 'release',
          reservationId,
          quantity: quantity * units,
          commandId: commandId(id),
        } as const
        this.#world.position(sku, location).ask({ ...command, cause: causeOf('saga', id) })
      }
    }
  }

  #lookForLeaks(): void {
    for (const position of this.#world.positions) {
      for (const claim of position.openClaims()) {
        const state = claim.orderId === null ? null : this.#world.orders.get(claim.orderId)?.document.state
        if (state == null || state.saga.holding || state.saga.stockEffects.length > 0) continue
        const own = state.reservations.filter(({ reservationId }) => reservationId === claim.reservationId)
        if (own.some((each) => claimOf(each) > 0)) continue
        this.#world.violate(`I5: ${claim.reservationId} claims ${openUnits(claim)} that its order gave back`)
      }
    }
  }

  /** Where a rush has shards, they know a part of it. */
  #lookAt(state: OrderState): void {
    const soonMs = this.#world.clock.nowMs() + minuteMs
    for (const held of state.reservations) {
      if (held.status !== 'held' || (held.expiresAtMs ?? 0) < soonMs) continue
      for (const { sku, units } of stockParts(partedAs(state, held))) {
        const position = this.#world.position(sku, held.location)
        const { open, claims } = position.shards
        if (open > 0 || claims.some(({ size }) => size > 0)) continue
        const known = position.openClaims().find(({ reservationId }) => reservationId === held.reservationId)
        const [has, believes] = [known === undefined ? 0 : openUnits(known), claimOf(held) * units]
        if (has < believes) this.#world.violate(`I2: ${held.reservationId} has ${has} ${sku}, not ${believes}`)
      }
    }
  }

  #priced(inputs: PlanInputs): PlanInputs {
    const candidates = inputs.candidates.map((candidate) => {
      const costMinor = this.#costs.get(candidate.location) ?? 0
      const brackets = [{ gramsMax: 1_000_000, costMinor }]
      return { ...candidate, lanes: [{ service: 'ground', currency: 'USD', p50Days: 1, p90Days: 2, brackets }] }
    })
    return { ...inputs, profile, candidates }
  }
}

const movesIn = (history: readonly OrderEvent[]) =>
  history.filter((event) => event.type === 'stock_reserved' && event.replaced !== undefined).length

/** As a position says that it did what it never heard of. */
const done: StockVerdict = { ok: true, effect: 'applied', granted: 0, available: 0, version: 0 }
