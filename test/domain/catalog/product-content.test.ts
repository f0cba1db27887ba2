import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  contentVersion,
  type ProductContent,
  versionLike,
  versionText,
} from '../../../src/domain/catalog/product-content.ts'

const hash = (text: string) => createHash('sha256').update(text).digest('hex')
const version = (content: ProductContent) => contentVersion(content, hash)
const rope = {
  title: 'Rope',
  descriptionHtml: '<p>Floats.</p>\n<p>By the metre.</p>',
  tags: ['rope', 'mooring'],
} as const

describe('the version of a document', () => {
  it.each<[string, ProductContent]>([
    ['the order of its tags, and one that is there twice', { ...rope, tags: ['mooring', 'rope', 'rope'] }],
    ['line ends', { ...rope, descriptionHtml: rope.descriptionHtml.replace('\n', '\r\n') }],
    ['space around', { ...rope, title: ' Rope ', descriptionHtml: `${rope.descriptionHtml}\n` }],
    ['a member that is there and holds nothing', { ...rope, vendor: undefined }],
  ])('is the same whatever %s', (_what, same) => expect(version(same)).toBe(version(rope)))

  it.each<[string, ProductContent]>([
    ['word', { ...rope, title: 'Ropes' }],
    ['letter', { ...rope, title: 'rope' }],
    ['tag', { ...rope, tags: ['rope'] }],
    ['member, though it says nothing', { ...rope, productType: '' }],
    ['member that holds what another one held', { seoTitle: 'Rope', descriptionHtml: rope.descriptionHtml, tags: [] }],
  ])('is another one for another %s', (_what, other) => {
    expect(version(other)).not.toBe(version(rope))
    expect(versionText(version(other))).not.toBe(versionText(version(rope)))
  })

  it('is told by what is shown, of the members that are ours alone', () => {
    const shown = { ...rope, tags: ['mooring', 'rope'], vendor: 'Whoever', seoTitle: 'Theirs' }
    expect(versionLike(version(rope), shown, hash)).toBe(version(rope))
    expect(versionLike(version(rope), { ...shown, title: 'By hand' }, hash)).not.toBe(version(rope))
    expect(versionLike(version({ vendor: 'Us' }), shown, hash)).not.toBe(version({ vendor: 'Us' }))
  })

  it('is a whole number that a double holds, of any document', () => {
    const text = fc.option(fc.string(), { nil: undefined })
    const documents = fc.record({
      ...{ title: text, descriptionHtml: text, vendor: text, productType: text, seoTitle: text, seoDescription: text },
      tags: fc.option(fc.array(fc.string()), { nil: undefined }),
    })
    fc.assert(
      fc.property(documents, (content) => {
        expect(Number.isSafeInteger(version(content))).toBe(true)
        expect(versionLike(version(content), content, hash)).toBe(version(content))
      }),
    )
  })
})
