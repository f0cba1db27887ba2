/**
 * Bounds of a JSON text, checked before it is parsed: `JSON.parse` itself accepts 200,000 nested arrays. One pass, no
 * allocation per character. It judges size only; whether the text is JSON at all is the parser's business.
 */
export const jsonDepthMax = 32
export const jsonArrayItemsMax = 1_000

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

export function isWithinJsonLimits(text: string): boolean {
  /** Per open container: separators so far for an array, -1 for an object. */
  const separators: number[] = []
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) at = endOfString(text, at)
    else if (code === openBracket || code === openBrace) {
      if (separators.push(code === openBracket ? 0 : -1) > jsonDepthMax) return false
    } else if (code === closeBracket || code === closeBrace) separators.pop()
    else if (code === comma && !countSeparator(separators)) return false
  }
  return true
}

/**
 * An object that names a member twice is whatever its reader makes of it: ours keeps the last, one before us may have
 * judged the first. `value` is what the text was parsed to, in which such a member is there once.
 */
export function repeatsMember(text: string, value: unknown): boolean {
  let named = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) at = endOfString(text, at)
    else if (code === colon) named += 1
  }
  return named > membersIn(value)
}

function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const members = Object.values(value)
  const within = members.reduce((sum: number, member) => sum + membersIn(member), 0)
  return Array.isArray(value) ? within : within + members.length
}

function countSeparator(separators: number[]): boolean {
  const top = separators.length - 1
  const seen = separators[top]
  if (seen === undefined || seen < 0) return true
  separators[top] = seen + 1
  return seen + 2 <= jsonArrayItemsMax
}

/** Index of the closing quote, or of the last character when there is none. */
function endOfString(text: string, opening: number): number {
  for (let at = opening + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === backslash) at++
    else if (code === quote) return at
  }
  return text.length
}
