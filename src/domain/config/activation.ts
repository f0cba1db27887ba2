/**
 * When which configuration came in force: one immutable KV entry per move of a pointer, told by its key alone. The two
 * pointers have a history each, because whoever moves one of them knows nothing of the other.
 */
export const activationKinds = ['config', 'sourcing'] as const
export type ActivationKind = (typeof activationKinds)[number]
export type Activation = { readonly version: string; readonly atMs: number }

/** The last instant a date can name; counted down from it, because KV lists in ascending order and the newest matters. */
const lastInstantMs = 8_640_000_000_000_000
const digits = String(lastInstantMs).length

export const activationsPrefix = (kind: ActivationKind): string => `activations/${kind}/`

export function activationKey(kind: ActivationKind, { version, atMs }: Activation): string {
  return `${activationsPrefix(kind)}${String(lastInstantMs - atMs).padStart(digits, '0')}/${version}`
}

export function activationOf(kind: ActivationKind, key: string): Activation {
  const [left = '', version = ''] = key.slice(activationsPrefix(kind).length).split('/')
  return { version, atMs: lastInstantMs - Number(left) }
}
