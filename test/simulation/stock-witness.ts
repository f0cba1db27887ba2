/**
 * What one position should know, worked out from everything it was told and from nothing that it made of it: a set of
 * reports, summed anew every time. They come twice, late and out of order: only a sum that does not care is right.
 */
import { reportIdOf } from '../../src/domain/stock/decide.ts'
import { figuresOf } from '../../src/domain/stock/figures-of.ts'
import type { Position } from '../../src/domain/stock/position.ts'
import type { StockCommand } from '../../src/domain/stock/stock-command.ts'

type Told<Type extends StockCommand['type']> = Extract<StockCommand, { readonly type: Type }>
type Moved = { readonly atMs: number; readonly units: number }
type Figure = { readonly asOfMs: number; readonly sequence: number; readonly onHand: number }
type Supply = {
  readonly announced: Told<'announce_supply'> | null
  readonly received: number
  readonly closed: boolean
}

const nothingYet: Figure = { asOfMs: -1, sequence: -1, onHand: 0 }
const unheardOf: Supply = { announced: null, received: 0, closed: false }

const signedUnits = ({ movement, quantity }: Told<'move'>) =>
  movement === 'transfer_out' || movement === 'shipment' ? 0 - quantity : quantity

export class StockWitness {
  readonly #seen = new Set<string>()
  readonly #moved: Moved[] = []
  #figure: Figure = nothingYet
  readonly #supplies = new Map<string, Supply>()
  readonly #blocked = new Map<string, boolean>()
  readonly #goodUntilMs = new Map<string, number>()
  readonly #protections = new Map<string, Told<'set_protection'>>()

  /** A command that was not refused. */
  hear(command: StockCommand, nowMs: number): void {
    const reportId = reportIdOf(command)
    if (reportId !== null && this.#seen.has(reportId)) return
    if (reportId !== null) this.#seen.add(reportId)
    if (command.type === 'move') this.#move(signedUnits(command), command.occurredAtMs, nowMs)
    else if (command.type === 'ship') this.#ship(command, nowMs)
    else if (command.type === 'snapshot') this.#look(command, nowMs)
    else if (command.type === 'set_lot_status') this.#blocked.set(command.lotId, command.status !== 'sellable')
    else if (command.type === 'set_protection') this.#protections.set(command.group, command)
    else this.#hearOfSupply(command, nowMs)
    for (const { lotId, goodUntilMs } of 'lots' in command ? (command.lots ?? []) : []) {
      const known = this.#goodUntilMs.get(lotId) ?? Number.MAX_SAFE_INTEGER
      if (goodUntilMs !== null) this.#goodUntilMs.set(lotId, Math.min(known, goodUntilMs))
    }
  }

  /** The newest figure and what moved after the instant it speaks of. */
  get supply(): number {
    const { asOfMs, onHand } = this.#figure
    return this.#moved.reduce((sum, { atMs, units }) => sum + (atMs > asOfMs ? units : 0), onHand)
  }

  /** Where the position knows something else. */
  breaches(position: Position, nowMs: number): string[] {
    const { sellable, missing } = position
    const units =
      sellable - missing === this.supply ? [] : [`knows ${sellable - missing} units, ${this.supply} came and stayed`]
    return [
      ...units.map((breach) => `I1: ${breach}`),
      ...this.#supplyBreaches(position).map((breach) => `I1: ${breach}`),
      ...this.#lotBreaches(position, nowMs).map((breach) => `I2: ${breach}`),
      ...this.#protectionBreaches(position, nowMs).map((breach) => `I2: ${breach}`),
    ]
  }

  #move(units: number, occurredAtMs: number, nowMs: number): void {
    this.#moved.push({ atMs: Math.min(occurredAtMs, nowMs), units })
  }

  /** Without a time of its own it left after everything that is known. */
  #ship({ quantity, occurredAtMs }: Told<'ship'>, nowMs: number): void {
    const atMs = occurredAtMs ?? Math.max(nowMs, this.#figure.asOfMs + 1)
    this.#moved.push({ atMs: occurredAtMs === undefined ? atMs : Math.min(atMs, nowMs), units: 0 - quantity })
  }

  /** Of two looks at one instant the later number holds, and without numbers the later to come. */
  #look({ asOfMs, sourceSequence, onHand }: Told<'snapshot'>, nowMs: number): void {
    const figure = { asOfMs: Math.min(asOfMs, nowMs), sequence: sourceSequence ?? Number.MAX_SAFE_INTEGER, onHand }
    const held = this.#figure
    const isNewer = figure.asOfMs > held.asOfMs || (figure.asOfMs === held.asOfMs && figure.sequence >= held.sequence)
    if (isNewer) this.#figure = figure
  }

  #hearOfSupply(command: StockCommand, nowMs: number): void {
    if (command.type !== 'announce_supply' && command.type !== 'receive_supply' && command.type !== 'cancel_supply')
      return
    const known = this.#supplies.get(command.supplyId) ?? unheardOf
    if (command.type === 'cancel_supply') this.#supplies.set(command.supplyId, { ...known, closed: true })
    else if (command.type === 'receive_supply') {
      this.#move(command.quantity, command.occurredAtMs, nowMs)
      const received = known.received + command.quantity
      this.#supplies.set(command.supplyId, { ...known, received, closed: known.closed || command.final })
    } else if (command.sourceVersion >= (known.announced?.sourceVersion ?? -1)) {
      this.#supplies.set(command.supplyId, { ...known, announced: command })
    }
  }

  #supplyBreaches({ supplies }: Position): string[] {
    const expected = [...this.#supplies].flatMap(([supplyId, { announced, received, closed }]) => {
      const units = closed || announced === null ? 0 : announced.quantity - received
      return units > 0 ? [`${units} of ${supplyId} at ${announced?.dueAtMs}`] : []
    })
    const known = supplies.map(({ supplyId, units, dueAtMs }) => `${units} of ${supplyId} at ${dueAtMs}`)
    const [wanted, has] = [expected.toSorted().join(', '), known.toSorted().join(', ')]
    return wanted === has ? [] : [`expects ${has || 'nothing'}, was announced ${wanted || 'nothing'}`]
  }

  #lotBreaches(position: Position, nowMs: number): string[] {
    const isGone = (lotId: string) =>
      this.#blocked.get(lotId) === true || (this.#goodUntilMs.get(lotId) ?? Number.MAX_SAFE_INTEGER) <= nowMs
    const offered = position.lots.length === 0 ? [] : figuresOf(position, nowMs).lots
    return offered.filter(({ lotId }) => isGone(lotId)).map(({ lotId }) => `offers lot ${lotId}, which is off sale`)
  }

  #protectionBreaches({ protections }: Position, nowMs: number): string[] {
    return [...this.#protections.values()].flatMap(({ group, quantity, releaseAtMs }) => {
      const isOver = quantity === 0 || (releaseAtMs !== null && releaseAtMs <= nowMs)
      const known = protections.find((protection) => protection.group === group)?.quantity ?? 0
      return isOver || known === quantity ? [] : [`protects ${known} units for ${group}, not ${quantity}`]
    })
  }
}
