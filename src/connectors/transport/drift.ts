/**
 * Which fields of a payload the adapter has never heard of. Partners add fields at any time: they stay in the raw
 * payload and are counted, so that somebody looks, but they never refuse a delivery.
 */

/** `true`: known, whatever it holds. A nested map: known, and its fields are looked at; arrays are looked through. */
export type KnownFields = { readonly [field: string]: true | KnownFields }

/** Enough to see what changed; a payload of nothing but unknown names must not fill a row. */
const pathsMax = 50
const itemsLookedAt = 50
const pathLengthMax = 120

export function driftOf(payload: unknown, known: KnownFields): readonly string[] {
  const paths = new Set<string>()
  collect(payload, known, '', paths)
  return [...paths]
}

function collect(value: unknown, known: KnownFields, prefix: string, paths: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value.slice(0, itemsLookedAt)) collect(item, known, `${prefix}[]`, paths)
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const [field, member] of Object.entries(value)) {
    if (paths.size >= pathsMax) return
    const path = prefix === '' ? field : `${prefix}.${field}`
    const deeper = Object.hasOwn(known, field) ? known[field] : undefined
    if (deeper === undefined) paths.add(path.toWellFormed().slice(0, pathLengthMax))
    else if (deeper !== true) collect(member, deeper, path, paths)
  }
}
