/** Looks into a parsed body that no schema has judged yet: identification may not depend on a payload being right. */

const keptLengthMax = 200

/** Undefined for anything but an own member of an object. */
export function memberOf(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined
  return Reflect.get(value, field)
}

/** The member where it is text that says something, cut to what a key or a row may hold. */
export function textAt(value: unknown, field: string): string | null {
  const member = memberOf(value, field)
  return typeof member === 'string' && member !== '' ? member.slice(0, keptLengthMax) : null
}
