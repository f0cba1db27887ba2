/** Random transfers through crashes at every boundary: whatever happens, no unit is lost or made on the way. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { inTransit } from '../../../src/domain/transfer/transfer.ts'
import { Cut, receivedUnits, skuUnits, TransferRig } from '../../fixtures/transfer-rig.ts'

const units = fc.record({ ROPE: fc.nat(6), HOOK: fc.nat(6) })
const step = fc.oneof(
  fc.record({ do: fc.constant('ship' as const), lines: fc.option(units), id: fc.nat(3) }),
  fc.record({ do: fc.constant('receive' as const), lines: units, final: fc.boolean(), id: fc.nat(3) }),
  fc.record({ do: fc.constant('cancel' as const) }),
  fc.record({ do: fc.constant('advance' as const) }),
)
const named = (lines: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(lines).filter(([, quantity]) => quantity > 0))

it('conserves every unit across both positions and what is in transit', () => {
  fc.assert(
    fc.property(
      fc.record({
        stock: units,
        wanted: units,
        partial: fc.boolean(),
        crashes: fc.array(fc.nat(5), { maxLength: 40 }),
      }),
      fc.array(step, { maxLength: 14 }),
      ({ stock, wanted, partial, crashes }, walk) => {
        const rig = new TransferRig()
        let boundary = 0
        rig.atBoundary = () => {
          if (crashes[boundary++] === 0) throw new Cut()
        }
        for (const [name, quantity] of Object.entries(named(stock))) rig.receive(`${name}@east`, quantity)
        if (Object.keys(named(wanted)).length === 0) return
        rig.request(named(wanted), partial)
        for (const each of walk) {
          rig.nowMs += 1_000
          if (each.do === 'ship') {
            const lines = each.lines === null ? null : skuUnits(named(each.lines))
            rig.send({ type: 'ship', shipmentId: `S${each.id}`, lines, shippedAtMs: rig.nowMs })
          } else if (each.do === 'receive') {
            const lines = receivedUnits(named(each.lines))
            const { final } = each
            rig.send({ type: 'receive', receiptId: `R${each.id}`, lines, final, receivedAtMs: rig.nowMs })
          } else if (each.do === 'cancel') rig.send({ type: 'cancel', reason: 'walk' })
          else rig.advance()
          rig.check()
        }
        rig.atBoundary = () => {}
        expect(rig.advance()).toBe(true)
        rig.check()
        const { transfer } = rig
        const isOver = transfer?.lines.every((line) => line.reserved === 0 && inTransit(line) === 0)
        if (transfer?.status === 'in_transit') expect(isOver).toBe(false)
      },
    ),
    { numRuns: 1_000 },
  )
})
