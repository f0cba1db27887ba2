/**
 * JSON with exactly one spelling per value, for hashes and fingerprints: keys sorted by UTF-16 code unit, no white
 * space, numbers as ECMAScript writes them (RFC 8785). Members that are `undefined` are left out, as in JSON.stringify.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`
  if (typeof value === 'object' && value !== null) return canonicalObject(value)
  return canonicalScalar(value)
}

function canonicalObject(value: object): string {
  let members = ''
  // The default order compares UTF-16 code units.
  for (const key of Object.keys(value).sort()) {
    const member: unknown = value[key as keyof typeof value]
    if (member === undefined) continue
    members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`
  }
  return `{${members}}`
}

/** A number that JSON cannot say, a function or a symbol in an event is a bug: better loud than hashed as null. */
function canonicalScalar(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`not representable in JSON: ${value}`)
  const text = JSON.stringify(value)
  if (text === undefined) throw new Error(`not representable in JSON: ${typeof value}`)
  return text
}
