/** What strangers and broken clients send: texts, values, paths and bodies that must never do more than be refused. */
import { jsonArrayItemsMax, jsonDepthMax } from '../../src/http/json-limits.ts'

export const hostileTexts = [
  "'; DROP TABLE orders; --",
  "' OR 1=1 --",
  '../../../../etc/passwd',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  '{{7*7}}',
  '%00',
  '\u202e\u200b\ufeff',
  'é'.repeat(300),
  'x'.repeat(100_000),
  '',
  ' ',
]

/** As JSON text, because some of them do not survive `JSON.stringify`. */
export const hostileValues = [
  ...hostileTexts.map((text) => JSON.stringify(text)),
  'null',
  'true',
  '[]',
  '{}',
  '[[]]',
  '{"__proto__":{"admin":true}}',
  '{"a":1,"a":2}',
  '-0',
  '-1',
  '0.1',
  '1e308',
  '1e400',
  '1e999',
  '-1e999',
  '9007199254740993',
  `1${'0'.repeat(400)}`,
  '"\\ud800"',
  '"\\u0000"',
  '"1"',
]

const utf8 = (text: string) => new TextEncoder().encode(text)

/** None of these is a body that any route takes. */
export const malformedBodies: readonly (readonly [string, Uint8Array])[] = [
  ['nothing at all', new Uint8Array()],
  ['one level more than may be', utf8(`${'{"a":'.repeat(jsonDepthMax)}[]${'}'.repeat(jsonDepthMax)}`)],
  ['one item more than may be', utf8(`{"a":[${'1,'.repeat(jsonArrayItemsMax)}1]}`)],
  ['a member twice', utf8('{"account":"b2b","account":"shopify-us"}')],
  ['a member twice, once by its code', utf8('{"account":"b2b","\\u0061ccount":"shopify-us"}')],
  ['nothing but a space', utf8(' ')],
  ['half an object', utf8('{"account":')],
  ['a trailing comma', utf8('{"account":"b2b",}')],
  ['single quotes', utf8("{'account':'b2b'}")],
  ['a comment', utf8('{} // end')],
  ['NaN', utf8('{"quantity":NaN}')],
  ['null', utf8('null')],
  ['a number', utf8('1e999')],
  ['a text', utf8('"order"')],
  ['an array', utf8('[{}]')],
  ['XML', utf8('<?xml version="1.0"?><order/>')],
  ['deep nesting', utf8('{"a":'.repeat(100_000))],
  ['deep arrays', utf8('['.repeat(100_000) + ']'.repeat(100_000))],
  ['a long array', utf8(`[${'1,'.repeat(100_000)}1]`)],
  ['many unknown members', utf8(`{${Array.from({ length: 20_000 }, (_, at) => `"k${at}":1`).join(',')}}`)],
  ['a lone surrogate', utf8('{"account":"\\udfff"}')],
  ['a polluting name', utf8('{"__proto__":{"account":"b2b"},"constructor":{"prototype":{}}}')],
  ['bytes that are no UTF-8', new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d])],
  ['UTF-16', new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00])],
  ['a byte order mark and nothing else', new Uint8Array([0xef, 0xbb, 0xbf])],
  ['zeros', new Uint8Array(64)],
]

/** None of them says plainly that what follows is JSON in UTF-8. Null: nothing is said. */
export const wrongTypes: readonly (Readonly<Record<string, string>> | null)[] = [
  null,
  { 'content-type': 'text/plain' },
  { 'content-type': 'text/json' },
  { 'content-type': 'application/jsonp' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-type': 'application/json, text/html' },
  { 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-type': 'multipart/form-data; boundary=a' },
  { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  { 'content-type': 'application/json', 'content-encoding': 'identity, br' },
]

/** Texts for a header that somebody writes into another header, or into a log line. */
export const hostileHeaders = [
  ...["' OR 1=1", '{}', 'a'.repeat(5_000), '"', '00-0-0-0', ';;;', '=?utf-8?b?AA==?='],
  ...[
    'a\tSet-Cookie: a=b',
    '%0d%0aSet-Cookie:%20a=b',
    '\\r\\nX-Evil: 1',
    '\u00e9\u00ff',
    '"} {"level":"error"',
    '../..',
  ],
]

/** As they stand in a URL. */
export const hostileSegments = [
  '%',
  '%zz',
  '%ff',
  '%c0%af',
  '%00',
  'a%00b',
  '%2e%2e%2f%2e%2e%2fetc',
  '..%5c..%5c',
  '%252e%252e%252f',
  'a%2Fb',
  '..%2F..%2Fhealthz',
  '%2e%2e',
  '__proto__',
  'constructor',
  'x'.repeat(4_000),
  ...["'; DROP TABLE orders; --", '<script>', 'b2b:', ':1', '@', 'b2b:PO 1', 'b2b:PO/1', '🛢', 'null', '-1', '$ne'].map(
    encodeURIComponent,
  ),
]

/** Each leaf of the JSON in turn replaced by the text, as JSON texts. */
export function withEveryLeaf(example: unknown, replacement: string): string[] {
  const marker = '\u0001replaced\u0001'
  return leavesOf(example).map((path) => {
    const copy = structuredClone(example)
    set(copy, path, marker)
    return JSON.stringify(copy).replace(JSON.stringify(marker), () => replacement)
  })
}

type Path = readonly (string | number)[]

function leavesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([key, member]) =>
    leavesOf(member, [...path, Array.isArray(value) ? Number(key) : key]),
  )
}

function set(target: unknown, path: Path, value: unknown): void {
  const [last] = path.slice(-1)
  let at = target as Record<string | number, unknown>
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>
  if (last !== undefined) at[last] = value
}
