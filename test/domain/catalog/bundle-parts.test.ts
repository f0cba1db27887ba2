import { describe, expect, it } from 'vitest'
import { bundleParts } from '../../../src/domain/catalog/bundle-parts.ts'
import { sku } from '../../../src/domain/shared/ids.ts'

const entry = (name: string, components: Readonly<Record<string, number>> = {}, stocked = true) => ({
  sku: sku(name),
  stocked,
  components: Object.entries(components).map(([component, quantity]) => ({ sku: sku(component), quantity })),
})

const catalogue = (...entries: ReturnType<typeof entry>[]) => {
  const bySku = new Map<string, ReturnType<typeof entry>>(entries.map((each) => [each.sku, each]))
  return (name: string) => bySku.get(name) ?? null
}

const rope = entry('ROPE')
const hook = entry('HOOK')

describe('the parts of a bundle', () => {
  it('are the base units of its components', () => {
    expect(bundleParts(entry('KIT', { ROPE: 10, HOOK: 2 }), catalogue(rope, hook))).toEqual({
      ok: true,
      value: [
        { sku: 'ROPE', units: 10 },
        { sku: 'HOOK', units: 2 },
      ],
    })
  })

  it('are none of something that is no bundle', () => {
    expect(bundleParts(rope, catalogue())).toEqual({ ok: true, value: [] })
  })

  it('multiply through bundles in it, and sum what it holds twice', () => {
    const find = catalogue(rope, hook, entry('SET', { ROPE: 3, HOOK: 1 }))
    expect(bundleParts(entry('CHEST', { SET: 2, HOOK: 5 }), find)).toEqual({
      ok: true,
      value: [
        { sku: 'ROPE', units: 6 },
        { sku: 'HOOK', units: 7 },
      ],
    })
  })

  it('leave out what is not stocked', () => {
    const find = catalogue(rope, entry('CARE', {}, false))
    expect(bundleParts(entry('KIT', { ROPE: 1, CARE: 1 }), find)).toEqual({
      ok: true,
      value: [{ sku: 'ROPE', units: 1 }],
    })
  })

  it('may nest three deep, and no deeper', () => {
    const find = catalogue(rope, entry('A', { ROPE: 2 }), entry('B', { A: 2 }), entry('C', { B: 2 }))
    expect(bundleParts(entry('C', { B: 2 }), find)).toEqual({ ok: true, value: [{ sku: 'ROPE', units: 8 }] })
    expect(bundleParts(entry('D', { C: 1 }), find)).toEqual({
      ok: false,
      error: 'bundles nested deeper than 3: D > C > B',
    })
  })

  it.each([
    ['a component that nobody entered', entry('KIT', { NONE: 1 }), "no SKU 'NONE'"],
    ['a bundle that holds itself', entry('KIT', { KIT: 1 }), 'contains itself: KIT > KIT'],
    ['a loop through another bundle', entry('KIT', { BACK: 1 }), 'contains itself: KIT > BACK > KIT'],
  ])('refuse %s', (_what, bundle, error) => {
    const find = catalogue(entry('BACK', { KIT: 1 }), bundle)
    expect(bundleParts(bundle, find)).toEqual({ ok: false, error })
  })
})
