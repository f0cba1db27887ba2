/**
 * What a channel's product says: its words, which are ours where the document has them and the channel's own business
 * where it has not. A product may be made of several listings, so its content is of none of them.
 */
import type { AccountId } from '../shared/ids.ts'

export type ProductContent = {
  readonly title?: string | undefined
  readonly descriptionHtml?: string | undefined
  readonly vendor?: string | undefined
  readonly productType?: string | undefined
  /** A set: in no order, and each once. */
  readonly tags?: readonly string[] | undefined
  /** For search engines. */
  readonly seoTitle?: string | undefined
  readonly seoDescription?: string | undefined
}
export type ContentField = keyof ProductContent

export type ProductEntry = {
  readonly account: AccountId
  readonly externalProductId: string
  /** Null: the channel's own business again. */
  readonly content: ProductContent | null
}

/** A field's place is its bit in every version that was ever stored: append, and never change the order. */
const fieldsByBit = [
  'title',
  'descriptionHtml',
  'vendor',
  'productType',
  'tags',
  'seoTitle',
  'seoDescription',
] as const satisfies readonly ContentField[]
const fieldSets = 2 ** fieldsByBit.length
/** With the bits of the fields a version is then a whole number that a double holds exactly. */
const hashHexDigits = 11

/**
 * The version of a document: a hash of what it says, and which fields it says it of. So what a channel shows can be
 * held against a version without its document (`versionLike`).
 */
export function contentVersion(content: ProductContent, sha256Hex: (text: string) => string): number {
  return versionOf(content, bitsOf(content), sha256Hex)
}

/** The version of what is shown in those fields that `version` is of: `version` itself where it says the same. */
export function versionLike(version: number, shown: ProductContent, sha256Hex: (text: string) => string): number {
  return versionOf(shown, version % fieldSets, sha256Hex)
}

/** Whether `shown` says something of every field that the version is of, so that the two can be compared. */
export const isToldBy = (version: number, shown: ProductContent): boolean =>
  ((version % fieldSets) & ~bitsOf(shown)) === 0

/** For people: two versions that differ, differ here. */
export function versionText(version: number): string {
  return Math.floor(version / fieldSets)
    .toString(16)
    .padStart(hashHexDigits, '0')
}

function versionOf(content: ProductContent, bits: number, sha256Hex: (text: string) => string): number {
  const said = fieldsByBit.map((field, at) => (((bits >> at) & 1) === 1 ? plain(field, content) : null))
  return Number.parseInt(sha256Hex(JSON.stringify(said)).slice(0, hashHexDigits), 16) * fieldSets + bits
}

function bitsOf(content: ProductContent): number {
  return fieldsByBit.reduce((bits, field, at) => (content[field] === undefined ? bits : bits + 2 ** at), 0)
}

/** Line ends, spaces around and the order of tags are nobody's edit. */
function plain(field: ContentField, content: ProductContent): string | readonly string[] {
  const value = content[field] ?? ''
  return typeof value === 'string' ? plainText(value) : [...new Set(value.map(plainText))].toSorted()
}

const plainText = (text: string): string => text.replace(/\r\n?/g, '\n').trim()
