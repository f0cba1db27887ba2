/**
 * Figures from two sources, in any order, over lots and a position whose shards are open: what is on hand is what the
 * newest figure says with the movements since, reckoned anew each time from everything that was ever told.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { accountId } from '../../../src/domain/shared/ids.ts'
import { escrowedUnits } from '../../../src/domain/stock/escrow.ts'
import { positionBreaches, reservationBreaches } from '../../../src/domain/stock/invariants.ts'
import { lotsAt } from '../../../src/domain/stock/lots.ts'
import { openUnits } from '../../../src/domain/stock/reservation.ts'
import { statesOf } from '../../../src/domain/stock/states.ts'
import type { LotUnits, StockCommand } from '../../../src/domain/stock/stock-command.ts'
import { MemoryEscrow } from '../../fixtures/memory-escrow.ts'
import type { Fate } from '../../fixtures/shard-set.ts'
import { commit, hold, lots, move, release, setLotStatus, snapshot } from '../../fixtures/stock-commands.ts'

const doors = 4
const atMs = fc.integer({ min: 1, max: 12 })
const lot = fc.constantFrom('A', 'B', 'C')
const named = fc.array(fc.tuple(lot, fc.integer({ min: 1, max: 9 })), { maxLength: 2 })

type Figure = {
  readonly kind: 'figure'
  readonly id: number
  readonly source: 'wms' | 'erp'
  readonly sequence: number | null
  readonly onHand: number
  readonly atMs: number
  readonly lots: readonly (readonly [string, number])[] | null
}
type Moved = {
  readonly kind: 'moved'
  readonly id: number
  readonly units: number
  readonly atMs: number
  readonly lot: string | null
}
type Op =
  | Figure
  | Moved
  | { readonly kind: 'hold' | 'commit' | 'release'; readonly id: number; readonly door: number | null }
  | { readonly kind: 'settle'; readonly shard: number; readonly giveBack: boolean; readonly fate: Fate }
  | { readonly kind: 'late' | 'again' | 'shards' | 'restart'; readonly shard: number }
  | { readonly kind: 'status'; readonly lot: string; readonly status: 'sellable' | 'quality_hold' | 'recalled' }

const claimOp = fc.record({
  kind: fc.constantFrom('hold' as const, 'hold' as const, 'commit' as const, 'release' as const),
  id: fc.nat(15),
  door: fc.option(fc.nat(doors - 1)),
})
const figureOp = fc.record({
  kind: fc.constant('figure' as const),
  /** Few ids, so that one is told again with other content. */
  id: fc.nat(9),
  source: fc.constantFrom('wms' as const, 'erp' as const),
  sequence: fc.option(fc.nat(4)),
  onHand: fc.nat(40),
  atMs,
  lots: fc.option(named),
})
const movedOp = fc.record({
  kind: fc.constant('moved' as const),
  id: fc.nat(19),
  units: fc.integer({ min: -9, max: 12 }),
  atMs,
  lot: fc.option(lot),
})
const shardOp = fc.record({
  kind: fc.constant('settle' as const),
  shard: fc.nat(doors - 1),
  giveBack: fc.boolean(),
  fate: fc.constantFrom<Fate>('answered', 'answered', 'lost_call', 'lost_answer'),
})
const mishapOp = fc.record({
  kind: fc.constantFrom('late' as const, 'again' as const, 'shards' as const, 'restart' as const),
  shard: fc.nat(doors - 1),
})
const statusOp = fc.record({
  kind: fc.constant('status' as const),
  lot,
  status: fc.constantFrom('sellable' as const, 'quality_hold' as const, 'recalled' as const),
})
const ops: fc.Arbitrary<readonly Op[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: claimOp },
    { weight: 3, arbitrary: figureOp },
    { weight: 3, arbitrary: movedOp },
    { weight: 3, arbitrary: shardOp },
    mishapOp,
    statusOp,
  ),
  { minLength: 10, maxLength: 70 },
)

/** Everything that was told and taken in, in the order in which it came. */
class Told {
  readonly #moved = new Map<number, Moved>()
  readonly #figures = new Map<number, Figure>()
  #base: Figure | null = null
  #lastFrom: Figure | null = null

  hearMoved(moved: Moved): void {
    if (!this.#moved.has(moved.id)) this.#moved.set(moved.id, moved)
  }

  hearFigure(figure: Figure): void {
    if (this.#figures.has(figure.id)) return
    this.#figures.set(figure.id, figure)
    const held = this.#lastFrom
    const isOlder = figure.atMs < (this.#base?.atMs ?? 0)
    const isNumberedOlder =
      held?.source === figure.source &&
      held.sequence !== null &&
      figure.sequence !== null &&
      figure.sequence <= held.sequence
    if (isOlder || isNumberedOlder) return
    this.#base = figure
    this.#lastFrom = figure
  }

  knowsFigure(id: number): boolean {
    return this.#figures.has(id)
  }

  /** Below zero: more left than anybody knew of. */
  get onHand(): number {
    const since = [...this.#moved.values()].filter((moved) => moved.atMs > (this.#base?.atMs ?? 0))
    return (this.#base?.onHand ?? 0) + since.reduce((sum, { units }) => sum + units, 0)
  }
}

class Run {
  readonly escrow = new MemoryEscrow()
  readonly told = new Told()
  /** What callers were told that they hold. */
  readonly promised = new Map<string, number>()

  constructor() {
    this.escrow.setShards(doors)
    this.#apply({ kind: 'figure', id: 99, source: 'wms', sequence: null, onHand: 30, atMs: 1, lots: null })
  }

  play(op: Op): void {
    this.#apply(op)
    const { position, reservations, shards } = this.escrow
    const onHand = position.sellable - position.missing
    const inLots = lotsAt(position, position.updatedAtMs)
    const blocked = inLots.reduce((sum, { isBlocked, units }) => sum + (isBlocked ? units : 0), 0)
    const breaches = [
      ...positionBreaches(position),
      ...reservationBreaches(position, reservations.values()),
      ...shards.breaches(),
      ...(onHand === this.told.onHand ? [] : [`${onHand} on hand, ${this.told.onHand} were told`]),
      ...(statesOf(position).available > Math.max(0, position.sellable - blocked)
        ? ['blocked units are for sale']
        : []),
    ]
    if (breaches.length > 0) throw new Error(breaches.join('; '))
  }

  rest(): void {
    this.escrow.setShards(0)
    for (const shard of [...Array(doors).keys(), ...Array(doors).keys()]) this.escrow.settle(shard, true, 0)
    expect(escrowedUnits(this.escrow.position)).toBe(0)
    for (const [name, units] of this.promised) {
      const reservation = this.escrow.reservations.get(name)
      expect([name, reservation === undefined ? 0 : openUnits(reservation)]).toEqual([name, units])
    }
  }

  #apply(op: Op): void {
    const { escrow } = this
    if (op.kind === 'figure') this.#figure(op)
    else if (op.kind === 'moved') this.#moved(op)
    else if (op.kind === 'settle') escrow.settle(op.shard, op.giveBack, 6, op.fate)
    else if (op.kind === 'late') escrow.shards.comeLate(op.shard)
    else if (op.kind === 'again') escrow.shards.comeAgain(op.shard)
    else if (op.kind === 'restart') escrow.shards.forgetHeard()
    else if (op.kind === 'shards') escrow.setShards([0, 2, 4, 4][op.shard] ?? 4)
    else if (op.kind === 'status') escrow.atHome(setLotStatus(op.lot, op.status))
    else if ('door' in op) this.#claim(op.kind, op.id, op.door)
  }

  #figure(figure: Figure): void {
    const { id, source, sequence, onHand, atMs: asOfMs } = figure
    const ofLots = figure.lots === null ? {} : { lots: lotsNamed(figure.lots) }
    const command = snapshot(`f-${id}`, onHand, asOfMs, {
      ...{ source: accountId(source), sourceSequence: sequence },
      ...ofLots,
    })
    const before = this.escrow.position
    const taken = this.escrow.atHome(command) !== null
    // More units named by lot than there are: refused, and not taken for the figure of that id.
    if (taken) this.told.hearFigure(figure)
    else expect(this.escrow.position).toEqual(before)
  }

  #moved(moved: Moved): void {
    const { id, units, atMs: occurredAtMs, lot: lotId } = moved
    if (units === 0) return
    const kind = units > 0 ? 'receipt' : 'shipment'
    const ofLots = lotId === null ? {} : { lots: lotsNamed([[lotId, Math.abs(units)]]) }
    const command = { ...move(`m-${id}`, kind, Math.abs(units), occurredAtMs), ...ofLots }
    if (this.escrow.atHome(command) !== null) this.told.hearMoved(moved)
  }

  #claim(kind: 'hold' | 'commit' | 'release', id: number, door: number | null): void {
    const name = `r-${id}`
    const ask = (command: StockCommand) =>
      door === null ? this.escrow.atHome(command) : this.escrow.atShard(door, command)
    if (kind === 'hold') {
      if (this.escrow.reservations.has(name) || this.promised.has(name)) return
      const granted = ask(hold(name, (id % 4) + 1))
      if (granted === null) return
      this.promised.set(name, granted)
      const known = this.escrow.reservations.get(name)
      if (known !== undefined) this.#expectThere()
      return
    }
    const answered = ask(kind === 'commit' ? commit(name) : release(name))
    if (kind !== 'release') return
    if (this.promised.has(name)) expect(answered).toBe(this.promised.get(name))
    if (answered !== null) this.promised.delete(name)
  }

  /** The position itself has granted: all that it has promised and set aside is there, and may be sold. */
  #expectThere(): void {
    const { position, reservations } = this.escrow
    const claimed = [...reservations.values()].reduce((sum, reservation) => sum + openUnits(reservation), 0)
    expect(claimed + escrowedUnits(position)).toBeLessThanOrEqual(position.sellable)
  }
}

const lotsNamed = (parts: readonly (readonly [string, number])[]): readonly LotUnits[] =>
  lots(...parts.map(([id, units]) => `${id}:${units}`))

it('is fenced by its instant and its number, whatever lots, claims and shards there are', () => {
  fc.assert(
    fc.property(ops, (script) => {
      const run = new Run()
      for (const op of script) run.play(op)
      run.rest()
    }),
    { numRuns: 400 },
  )
})
