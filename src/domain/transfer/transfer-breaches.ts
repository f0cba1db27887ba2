/**
 * What is true of every transfer at every commit, and, with what its two positions say, that no unit was lost or made
 * on the way: `evolveTransfer` asserts the first, the checker in the tests asks for the second.
 */
import { inTransit, overOf, type Transfer, type TransferLine } from './transfer.ts'

export function transferBreaches(transfer: Transfer): readonly string[] {
  return transfer.lines.flatMap((line) => lineBreaches(line))
}

function lineBreaches(line: TransferLine): readonly string[] {
  const { sku, requested, reserved, released, shipped, received, writtenOff } = line
  const breaches = Object.entries({ requested, reserved, released, shipped, received, writtenOff })
    .filter(([, units]) => !Number.isSafeInteger(units) || units < 0)
    .map(([name, units]) => `${name} of ${sku} is ${units}`)
  if (reserved + released + shipped > requested) breaches.push(`${sku}: more was claimed than requested`)
  if (shipped + overOf(line) !== inTransit(line) + received + writtenOff) {
    breaches.push(`${sku}: ${shipped} left, ${inTransit(line)} in transit, ${received} came, ${writtenOff} written off`)
  }
  return breaches
}

/** Base units that positions booked for the transfer, summed from their own ledgers. */
export type BookedUnits = {
  readonly left: number
  readonly arrived: number
  /** Still announced at the destination. */
  readonly announced: number
  /** Still claimed at the source. */
  readonly claimed: number
}

/** Once nothing is pending: what left = in transit + received + written off, by the transfer and by the positions. */
export function conservationBreaches(line: TransferLine, booked: BookedUnits): readonly string[] {
  const expected: BookedUnits = {
    left: line.shipped,
    arrived: line.received,
    announced: inTransit(line),
    claimed: line.reserved,
  }
  return (Object.keys(expected) as (keyof BookedUnits)[])
    .filter((name) => expected[name] !== booked[name])
    .map((name) => `${line.sku}: ${booked[name]} ${name} at its position, ${expected[name]} by the transfer`)
}
