/** Bugs put in on purpose, one per invariant: a checker that misses one of them is worth nothing. */
export type Plant =
  /** A shipment leaves the units on hand. */
  | 'I1-forgets-to-take-shipped-units'
  /** A position grants a hold whatever is available. */
  | 'I2-grants-without-looking'
  /** An order is acknowledged before it is stored. */
  | 'I3-acknowledges-before-storing'
  /** A call in doubt is repeated without looking. */
  | 'I4-calls-again-without-probing'
  /** An order with work pending forgets to arm its alarm. */
  | 'I5-forgets-to-arm'
  /** An event is left out of the log. */
  | 'I6-drops-an-event'

export const plants: readonly Plant[] = [
  'I1-forgets-to-take-shipped-units',
  'I2-grants-without-looking',
  'I3-acknowledges-before-storing',
  'I4-calls-again-without-probing',
  'I5-forgets-to-arm',
  'I6-drops-an-event',
]
