/** Numbers as people type them: any case, with or without `#`, with stray spaces. */
export function searchKeyOf(text: string): string {
  return text.trim().replace(/^#+/, '').toLowerCase()
}
