/**
 * Personal data and keys stay out of pages until a person asks for them: screens are shared, photographed and read over
 * shoulders. Masking by name is a courtesy to people, not a boundary: the payload itself is the actor's to guard.
 */

export const masked = '••••'

/** Masked wherever they stand. Compared without case, dashes and underscores. */
const personalNames: ReadonlySet<string> = new Set(
  [
    'first name, last name, full name, family name, given name, middle name, contact name, recipient, recipient name',
    'email, contact email, email address, phone, phone number, mobile, fax',
    'address1, address2, address3, line1, line2, line3, street, street1, street2, address line1, address line2',
    'city, zip, postal code, postcode, zip code, company, latitude, longitude, birthday, date of birth, vat id, tax id',
    'browser ip, ip, ip address, client ip, user agent, note, gift message, landing site, referring site',
    'token, checkout token, cart token, secret, password, access token, api key, authenticate url, order status url',
    'credit card number, credit card name, iban, account number',
  ].flatMap((group) => group.split(', ').map(plainName)),
)
/** A bare `name` is a person's when it stands beside one of these; elsewhere it is a product's or an order's. */
const besidePerson: ReadonlySet<string> = new Set(
  ['phone', 'address1', 'line1', 'street1', 'city', 'zip', 'postalcode', 'email', 'lastname'].map(plainName),
)
const emailLike = /[^\s@"<>]+@[^\s@"<>]+\.[^\s@"<>]+/g
const phoneLike = /\+\d[\d ().-]{6,}\d/g
/** What a channel calls an order, such as `#1001`, is not a person's name. */
const orderNumberLike = /^#?[\d-]+$/
const depthMax = 64

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

export function maskPersonal(value: unknown, depth = 0): unknown {
  if (depth > depthMax) return masked
  if (typeof value === 'string') return value.replace(emailLike, masked).replace(phoneLike, masked)
  if (Array.isArray(value)) return value.map((item) => maskPersonal(item, depth + 1))
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value)
  const isPerson = entries.some(([name]) => besidePerson.has(plainName(name)))
  return Object.fromEntries(entries.map(([name, item]) => [name, maskMember(name, item, isPerson, depth)]))
}

function maskMember(name: string, item: unknown, isPerson: boolean, depth: number): unknown {
  const plain = plainName(name)
  const personal = personalNames.has(plain) || (isPerson && plain === 'name')
  const isNumber = plain === 'name' && typeof item === 'string' && orderNumberLike.test(item)
  const isLeaf = item !== null && typeof item !== 'object'
  return personal && isLeaf && item !== '' && !isNumber ? masked : maskPersonal(item, depth + 1)
}
