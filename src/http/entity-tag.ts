/** Weak entity tags: two answers with the same tag say the same, though their ages may differ. */

/** Of the part of an answer that is not about time. Sixty-four bits (FNV-1a twice): a tag is no signature. */
export function weakTag(stable: unknown): string {
  const text = JSON.stringify(stable)
  return `W/"${hash(text, 0x811c9dc5)}${hash(text, 0x9747b28c)}"`
}

/** RFC 9110 13.1.2: weak comparison, a list, or `*` for anything there is. */
export function matchesTag(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch.split(',').some((candidate) => {
    const wanted = candidate.trim()
    return wanted === '*' || plain(wanted) === plain(tag)
  })
}

const plain = (tag: string) => tag.replace(/^W\//, '')

function hash(text: string, seed: number): string {
  let value = seed
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return (value >>> 0).toString(16).padStart(8, '0')
}
