/** What the keyboard does, on `?`. */
import { Icon } from './icon.tsx'

type Room = { readonly name: string; readonly key: string }

const shortcuts: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['/'], 'Search by any number'],
  [['j', 'k'], 'Next and previous row'],
  [['Enter'], 'Open the row'],
  [[']', '['], 'Next page, first page'],
  [['r'], 'Refresh now'],
  [['p'], 'Pause or resume live updates'],
  [['t'], 'Change colours'],
  [['Esc'], 'Close, leave the field'],
  [['?'], 'This sheet'],
]

export const KeysSheet = ({ rooms }: { rooms: readonly Room[] }) => (
  <div popover="auto" id="keys" class="sheet" role="dialog" aria-labelledby="keys-title">
    <header>
      <h2 id="keys-title">Keyboard</h2>
      <button type="button" class="quiet square" popovertarget="keys" popovertargetaction="hide" aria-label="Close">
        <Icon name="x" />
      </button>
    </header>
    <div class="body">
      <dl class="keys">
        {shortcuts.map(([keys, what]) => (
          <Shortcut keys={keys} what={what} />
        ))}
        {rooms.map((room) => (
          <Shortcut keys={['g', room.key]} what={`Go to ${room.name.toLowerCase()}`} />
        ))}
      </dl>
    </div>
  </div>
)

const Shortcut = ({ keys, what }: { keys: readonly string[]; what: string }) => (
  <>
    <dt>
      {keys.map((key) => (
        <kbd>{key}</kbd>
      ))}
    </dt>
    <dd>{what}</dd>
  </>
)
