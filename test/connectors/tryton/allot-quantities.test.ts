import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allotQuantities, lessBooked, type OpenMove } from '../../../src/connectors/tryton/allot-quantities.ts'

const move = (id: number, lineId: string | null, code: string, quantity: number): OpenMove => ({
  id,
  lineId,
  code,
  quantity,
})
const line = (lineId: string, code: string, quantity: number) => ({ lineId, code, quantity })

describe('allotting shipped units to open moves', () => {
  it("takes a line's own move first, although another of the same product comes before it", () => {
    const allotted = allotQuantities([line('L2', 'ROPE', 2)], [move(1, 'L1', 'ROPE', 5), move(2, 'L2', 'ROPE', 3)])
    expect([...allotted.byMove]).toEqual([[2, 2]])
  })

  it('goes on with other moves of the product when its own is too small, and names what found none', () => {
    const allotted = allotQuantities(
      [line('L1', 'ROPE', 6), line('L9', 'BUOY', 1)],
      [move(1, 'L1', 'ROPE', 2), move(2, null, 'ROPE', 3)],
    )
    expect([...allotted.byMove]).toEqual([
      [1, 2],
      [2, 3],
    ])
    expect(allotted.rest).toEqual([line('L1', 'ROPE', 1), line('L9', 'BUOY', 1)])
  })

  it('leaves to another line what that line ships from its own move', () => {
    const lines = [line('L1', 'ROPE', 3), line('L2', 'ROPE', 2)]
    const allotted = allotQuantities(lines, [move(1, 'L1', 'ROPE', 3), move(2, 'L2', 'ROPE', 2)])
    expect([...allotted.byMove]).toEqual([
      [1, 3],
      [2, 2],
    ])
    expect(allotted.rest).toEqual([])
  })

  it('never allots more than a move has or a line ships, and loses no unit', () => {
    const codes = fc.constantFrom('ROPE', 'BUOY')
    const ids = fc.constantFrom('L1', 'L2', 'L3')
    const lines = fc.uniqueArray(fc.record({ lineId: ids, code: codes, quantity: fc.integer({ min: 1, max: 9 }) }), {
      selector: (drawn) => drawn.lineId,
    })
    const moves = fc.array(
      fc.record({ lineId: fc.option(ids), code: codes, quantity: fc.integer({ min: 0, max: 9 }) }),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(lines, moves, (drawnLines, drawnMoves) => {
        const open = drawnMoves.map((drawn, index) => ({ ...drawn, id: index + 1 }))
        const { byMove, rest } = allotQuantities(drawnLines, open)
        for (const [id, quantity] of byMove) expect(quantity).toBeLessThanOrEqual(open[id - 1]?.quantity ?? 0)
        const total = (of: readonly { readonly quantity: number }[]) => of.reduce((sum, one) => sum + one.quantity, 0)
        const allotted = [...byMove.values()].reduce((sum, quantity) => sum + quantity, 0)
        expect(allotted + total(rest)).toBe(total(drawnLines))
        expect(total(lessBooked(drawnLines, open))).toBe(total(rest))
      }),
    )
  })
})
