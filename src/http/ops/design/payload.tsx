/** A document as text: pretty, masked unless asked for, bounded, never interpreted. */
import type { Child } from 'hono/jsx'
import { masked, maskPersonal } from '../mask-personal.ts'
import { Icon } from './icon.tsx'

/** Larger documents are cut on the page and offered whole: the page stays quick whatever a partner sends. */
const shownCharactersMax = 12_000
const figure = (n: number): string => n.toLocaleString('en-US')

type PayloadProps = {
  readonly id: string
  readonly title: string
  readonly text: string
  readonly note?: Child
  /** Where the whole text is, when it has a place of its own. */
  readonly whole?: string
}

export const Payload = ({ id, title, text, note, whole }: PayloadProps) => {
  const cut = text.length > shownCharactersMax
  return (
    <div class="payload">
      <h3>
        {title}
        {note !== undefined && <span class="faint">{note}</span>}
        <button type="button" class="quiet small right copy js-only" data-copy={id}>
          <Icon name="copy" />
          Copy
        </button>
      </h3>
      <section class="doc" tabindex={0} aria-label={title}>
        <pre id={id} data-json="">
          {cut ? text.slice(0, shownCharactersMax) : text}
        </pre>
      </section>
      {cut && (
        <p class="faint">
          The first {figure(shownCharactersMax)} of {figure(text.length)} characters.{' '}
          {whole !== undefined && <a href={whole}>Open the whole text</a>}
        </p>
      )}
    </div>
  )
}

/** What is not JSON cannot be masked by name and is therefore shown whole or not at all. */
export function payloadText(body: string, personalShown: boolean): string {
  const document = parseJson(body)
  if (document === undefined) return personalShown ? body : masked
  return JSON.stringify(personalShown ? document : maskPersonal(document), null, 2)
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
