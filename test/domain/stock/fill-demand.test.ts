/** Which locations are asked for the units of a cart, and in what order. */
import { describe, expect, it } from 'vitest'
import { sku } from '../../../src/domain/shared/ids.ts'
import { fillDemand } from '../../../src/domain/stock/fill-demand.ts'

/** As a large network has them: most never had the SKU. */
const network = Array.from({ length: 40 }, (_, index) => `l${String(index).padStart(2, '0')}`)

/** `heard` is what locations were said to have, where that is not what they have. */
function positions(there: Readonly<Record<string, number>>, heard: Readonly<Record<string, number>> = there) {
  const left = new Map(Object.entries(there))
  const looked: string[] = []
  const claimed: string[] = []
  return {
    looked,
    claimed,
    available: async (location: string) => {
      looked.push(location)
      return left.get(location) ?? 0
    },
    heard: async () => new Map(Object.entries(heard)),
    claim: async (location: string, quantity: number, partial: boolean) => {
      claimed.push(location)
      const free = left.get(location) ?? 0
      const granted = quantity <= free ? quantity : partial ? free : 0
      left.set(location, free - granted)
      return { granted, available: free - granted }
    },
  }
}

const wanted = (free: number, named: Readonly<Record<string, number>> = {}) => {
  const each = new Map(Object.entries(named))
  const requested = [...each.values()].reduce((sum, units) => sum + units, free)
  return { sku: sku('ROPE'), requested, free, named: each }
}
const fill = async (world: ReturnType<typeof positions>, free: number, partial = false, named = {}) => [
  ...(await fillDemand(wanted(free, named), network, partial, world)).granted,
]

describe('units that the first location does not have', () => {
  it('are claimed where they are said to be, without a look at anybody else', async () => {
    const world = positions({ l00: 1, l07: 4, l20: 90 })
    expect(await fill(world, 9)).toEqual([['l20', 9]])
    expect({ looked: world.looked, claimed: world.claimed }).toEqual({ looked: [], claimed: ['l00', 'l20'] })
  })

  it('are split over the locations that have the SKU, without a look at those that never had it', async () => {
    const world = positions({ l00: 1, l07: 4, l20: 6 })
    expect(await fill(world, 9)).toEqual([
      ['l20', 6],
      ['l07', 3],
    ])
    expect(world.looked).toEqual(['l07', 'l20'])
  })

  it('are found where nobody has heard of them yet', async () => {
    const world = positions({ l07: 4, l33: 8 }, { l07: 4 })
    expect(await fill(world, 8)).toEqual([['l33', 8]])
  })

  it('are not looked for over the whole of a wide network that has less', async () => {
    const wide = Array.from({ length: 500 }, (_, index) => `w${index}`)
    const short = positions({ w0: 1, w7: 2 })
    expect([...(await fillDemand(wanted(9), wide, false, short)).granted]).toEqual([])
    expect(short.looked.length).toBeLessThanOrEqual(42)
    const unsaid = positions({ w0: 1, w499: 9 }, {})
    expect([...(await fillDemand(wanted(9), wide, false, unsaid)).granted]).toEqual([['w499', 9]])
  })

  it('are found elsewhere when a location has less than it was said to have', async () => {
    const world = positions({ l07: 1, l20: 6 }, { l07: 50, l20: 2 })
    expect(await fill(world, 6)).toEqual([['l20', 6]])
  })

  it('are taken in part where a part is welcome, from wherever they are', async () => {
    const world = positions({ l07: 1, l33: 2 }, { l07: 50 })
    expect(await fill(world, 9, true)).toEqual([
      ['l33', 2],
      ['l07', 1],
    ])
  })

  it('are not claimed beside units that are named at the location they are said to be at', async () => {
    const world = positions({ l07: 5, l20: 4 })
    expect(await fill(world, 4, false, { l07: 3 })).toEqual([
      ['l20', 4],
      ['l07', 3],
    ])
  })

  it('are not claimed at all when nobody has them', async () => {
    const world = positions({ l07: 5 })
    expect(await fill(world, 6)).toEqual([])
    expect(world.looked.toSorted()).toEqual(network.slice(1))
  })
})
