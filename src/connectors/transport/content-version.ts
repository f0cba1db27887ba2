/** Versions of documents, with the hash that the worker has; what they are made of is the domain's. */
import { createHash } from 'node:crypto'
import * as versions from '../../domain/catalog/product-content.ts'

const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex')

export const contentVersion = (content: versions.ProductContent): number => versions.contentVersion(content, sha256Hex)

export const versionLike = (version: number, shown: versions.ProductContent): number =>
  versions.versionLike(version, shown, sha256Hex)
