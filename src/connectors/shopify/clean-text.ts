/** Text from outside, made fit to store: well-formed Unicode, no NUL, no longer than the canonical field. */

/** Null for what is absent or blank. Cut between characters, never inside a surrogate pair. */
export function cleanText(value: string | null | undefined, lengthMax: number): string | null {
  if (value === null || value === undefined) return null
  const clean = truncated(value.toWellFormed().replaceAll('\0', '').trim(), lengthMax)
  return clean === '' ? null : clean
}

function truncated(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text
  const last = text.charCodeAt(lengthMax - 1)
  const splitsPair = last >= 0xd800 && last <= 0xdbff
  return text.slice(0, splitsPair ? lengthMax - 1 : lengthMax)
}
