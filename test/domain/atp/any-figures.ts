/** Positions as they come: small numbers in a short time, so that everything meets everything. */
import fc from 'fast-check'
import type { PositionFigures, UnitsAsk } from '../../../src/domain/atp/position-figures.ts'

export const nowMs = 100
/** After the last instant that any figure speaks of. */
export const lastMs = 120
const groups = ['contract', 'trade', 'market'] as const
const instant = fc.integer({ min: nowMs - 4, max: lastMs - 6 })
const life = fc.option(fc.integer({ min: nowMs + 1, max: lastMs }))
const few = (max: number) => fc.integer({ min: 0, max })

const lots = fc.array(fc.record({ goodUntilMs: life, units: few(4) }), { maxLength: 3 })
const supplies = fc.array(
  fc.record({
    type: fc.constantFrom('purchase_order', 'transfer', 'asn'),
    dueAtMs: instant,
    units: few(6),
    confidencePercent: fc.constantFrom(0, 50, 80, 100),
    goodUntilMs: life,
    overdueDelayMs: fc.integer({ min: 1, max: 6 }),
  }),
  { maxLength: 3 },
)
const demands = fc.array(fc.record({ dueAtMs: instant, goodUntilMs: life, units: few(4) }), { maxLength: 3 })
const protections = fc.uniqueArray(
  fc.record({
    group: fc.constantFrom(...groups),
    units: few(4),
    releaseAtMs: fc.option(instant),
    lendsTo: fc.array(fc.record({ group: fc.constantFrom(...groups), units: few(3) }), { maxLength: 1 }),
  }),
  { selector: ({ group }) => group, maxLength: 2 },
)

export const anyFigures: fc.Arbitrary<PositionFigures> = fc
  .record({
    loose: few(6),
    committed: few(5),
    held: few(4),
    safetyStock: few(2),
    lots,
    needs: fc.array(fc.record({ goodUntilMs: fc.integer({ min: nowMs + 1, max: lastMs }), units: few(3) }), {
      maxLength: 2,
    }),
    supplies,
    demands,
    protections,
  })
  .map(({ loose, ...drawn }) => {
    const needed = drawn.needs.reduce((sum, { units }) => sum + units, 0)
    return {
      ...drawn,
      sellable: loose + drawn.lots.reduce((sum, { units }) => sum + units, 0),
      // Units that have to keep are among those that are promised.
      committed: drawn.committed + Math.max(0, needed - drawn.committed - drawn.held),
      lots: drawn.lots.map((lot, index) => ({ ...lot, lotId: `lot-${index}` })),
      supplies: drawn.supplies.map((supply, index) => ({ ...supply, supplyId: `supply-${index}` })),
    }
  })

export const anyAsk: fc.Arbitrary<UnitsAsk> = fc.record({
  nowMs: fc.constant(nowMs),
  group: fc.option(fc.constantFrom(...groups)),
  goodUntilMs: fc.option(fc.integer({ min: nowMs + 1, max: lastMs })),
  keepBack: few(3),
})
