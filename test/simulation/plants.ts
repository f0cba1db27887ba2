/** Bugs put in on purpose, at least one for every invariant and feature: a checker that misses one is worth nothing. */
import type { Position } from '../../src/domain/stock/position.ts'
import type { StockCommand } from '../../src/domain/stock/stock-command.ts'

export const plants = [
  /** A shipment leaves the units on hand. */
  'I1-forgets-to-take-shipped-units',
  /** What moved up to an absolute figure is added to it once more. */
  'I1-adds-what-a-figure-contains',
  /** Units of a supply arrived and are still expected. */
  'I1-keeps-expecting-what-arrived',
  /** Units of a transfer arrive a second time. */
  'I1-receives-a-transfer-twice',
  /** A position grants a hold whatever is available. */
  'I2-grants-without-looking',
  /** A lot on quality hold, recalled or expired is promised like any other. */
  'I2-promises-blocked-lots',
  /** Anybody takes what is protected for one channel group. */
  'I2-takes-protected-units',
  /** A claim for now takes what an earlier claim for a later date needs. */
  'I2-forgets-later-dates',
  /** What a cart holds is claimed anew by its order, like any other's. */
  'I2-lets-a-cart-compete-again',
  /** An order gives back what a better plan is to replace before it holds that plan. */
  'I2-gives-back-before-it-holds',
  /** A position keeps to itself whose claims lost their cover. */
  'I2-hides-lost-cover',
  /** A shard counts units that were set aside for it twice. */
  'I2-shard-takes-a-grant-twice',
  /** What a shard hands over is taken over again when its answer was lost. */
  'I1-takes-over-a-batch-twice',
  /** A settlement that comes after newer ones is taken over once more. */
  'I1-takes-a-late-batch-for-a-new-one',
  /** The position decides about a reservation whose shard is out of reach as if that had nothing to say. */
  'I2-decides-without-a-dead-shard',
  /** An order is acknowledged before it is stored. */
  'I3-acknowledges-before-storing',
  /** A call in doubt is repeated without looking. */
  'I4-calls-again-without-probing',
  /** A cart that was refused is not remembered: the same id is decided anew. */
  'I4-forgets-a-refused-cart',
  /** One component of a kit is never told that the kit has left. */
  'I5-leaves-a-component-claimed',
  /** What a better plan has replaced is never given back. */
  'I5-keeps-what-was-replaced',
  /** An order with work pending forgets to arm its alarm. */
  'I5-forgets-to-arm',
  /** A location that goes down tells nobody who is planned there. */
  'I5-goes-down-in-silence',
  /** A location that is up again tells nobody who left. */
  'I5-comes-up-in-silence',
  /** An event is left out of the log. */
  'I6-drops-an-event',
] as const
export type Plant = (typeof plants)[number]

/** The position as a decision with a planted bug reads it. */
export function misreadPosition(plant: Plant | null, { type }: StockCommand, position: Position): Position {
  if (plant === 'I1-adds-what-a-figure-contains')
    return type === 'move' ? { ...position, asOfMs: { sellable: -1, damaged: -1, qualityControl: -1 } } : position
  if (type !== 'hold') return position
  if (plant === 'I2-grants-without-looking') return { ...position, sellable: position.sellable + 1_000 }
  if (plant === 'I2-takes-protected-units') return { ...position, protections: [] }
  if (plant === 'I2-forgets-later-dates') return { ...position, demands: [] }
  if (plant !== 'I2-promises-blocked-lots') return position
  return { ...position, lots: position.lots.map((lot) => ({ ...lot, status: 'sellable', goodUntilMs: null })) }
}
