/** Partners' error texts can be whole web pages; the actor keeps what it was told, a list shows its beginning. */
const textMax = 500

export function clip(text: string | null): string | null {
  return text === null || text.length <= textMax ? text : `${text.slice(0, textMax - 1)}…`
}
