/** The document around every room: head, rail, search, help sheet. */
import type { Child } from 'hono/jsx'
import type { Theme } from '../ops-context.ts'
import { Icon, type IconName, IconSprite } from './icon.tsx'
import { KeysSheet } from './keys-sheet.tsx'
import { PostForm } from './post-form.tsx'

export type RoomId = 'overview' | 'orders' | 'stock' | 'sourcing' | 'channels' | 'deliveries' | 'exceptions'
/** How many things wait in a room; shown in the rail. */
type Badges = Readonly<Partial<Record<RoomId, number>>>

type Room = {
  readonly id: RoomId
  readonly href: string
  readonly icon: IconName
  readonly name: string
  readonly key: string
}
const rooms: readonly Room[] = [
  { id: 'overview', href: '/ops', icon: 'home', name: 'Overview', key: 'h' },
  { id: 'orders', href: '/ops/orders', icon: 'box', name: 'Orders', key: 'o' },
  { id: 'stock', href: '/ops/stock', icon: 'warehouse', name: 'Stock', key: 's' },
  { id: 'sourcing', href: '/ops/sourcing', icon: 'route', name: 'Sourcing', key: 'r' },
  { id: 'channels', href: '/ops/channels', icon: 'store', name: 'Channels', key: 'c' },
  { id: 'deliveries', href: '/ops/deliveries', icon: 'inbox', name: 'Deliveries', key: 'd' },
  { id: 'exceptions', href: '/ops/exceptions', icon: 'triangle', name: 'Exceptions', key: 'e' },
]

export const RoomLink = ({ id }: { id: RoomId }) => {
  const room = rooms.find((each) => each.id === id)
  return <a href={room?.href}>{room?.name}</a>
}

const stylesheets = ['tokens', 'shell', 'parts', 'rooms', 'folds', 'uplot']

export const Document = ({
  title,
  theme,
  children,
  solo,
}: {
  title: string
  theme: Theme
  children: Child
  solo?: boolean
}) => (
  <html lang="en" data-theme={theme === 'auto' ? undefined : theme}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <meta name="color-scheme" content={theme === 'auto' ? 'light dark' : theme} />
      <title>{`${title} · Crossdock`}</title>
      <link rel="icon" href="/ops/favicon.svg" type="image/svg+xml" />
      {stylesheets.map((name) => (
        <link rel="stylesheet" href={`/ops/${name}.css`} />
      ))}
      <script type="module" src="/ops/ops.js" />
    </head>
    <body class={solo ? 'solo' : undefined}>{children}</body>
  </html>
)

export type ShellProps = {
  readonly title: string
  readonly room: RoomId
  readonly theme: Theme
  readonly formToken: string
  readonly operator: string
  readonly company: string
  readonly path: string
  readonly search: string
  readonly badges: Badges
  readonly children: Child
}

export const Shell = (props: ShellProps) => (
  <Document title={props.title} theme={props.theme}>
    <a class="skip" href="#main">
      Skip to content
    </a>
    <IconSprite />
    <Rail {...props} />
    <div class="bar">
      <search>
        <form class="search" action="/ops/orders">
          <Icon name="search" />
          <input
            id="search"
            type="search"
            name="q"
            value={props.search}
            placeholder="Any number: order, ERP, tracking, delivery, transfer"
            aria-label="Search by any number"
            autocomplete="off"
            spellcheck={false}
            maxlength={200}
          />
          <kbd>/</kbd>
        </form>
      </search>
      <div class="right">
        <button type="button" class="live quiet small" id="live" data-state="on" aria-pressed="false">
          <span class="dot" />
          <span id="live-text">Live</span>
        </button>
        <button
          type="button"
          class="quiet square"
          popovertarget="keys"
          aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts (?)"
        >
          <Icon name="key" />
        </button>
      </div>
    </div>
    <main id="main" tabindex={-1}>
      {props.children}
    </main>
    <KeysSheet rooms={rooms} />
    <div class="sr" id="announce" aria-live="polite" />
  </Document>
)

const Rail = ({ room, theme, formToken, operator, company, path, badges }: ShellProps) => (
  <div class="rail">
    <a class="brand" href="/ops" title={company}>
      <Icon name="logo" />
      <span class="name">Crossdock</span>
    </a>
    <nav class="rooms" aria-label="Rooms" id="rooms" data-live="">
      {rooms.map((entry) => (
        <a
          href={entry.href}
          aria-current={entry.id === room ? 'page' : undefined}
          data-go={entry.key}
          title={`${entry.name} (g ${entry.key})`}
        >
          <Icon name={entry.icon} />
          <span class="label">{entry.name}</span>
          <Badge waiting={badges[entry.id] ?? 0} />
        </a>
      ))}
    </nav>
    <div class="rail-foot">
      <div class="who" title={`${operator} at ${company}`}>
        {company}
        <br />
        {operator}
      </div>
      <div class="row">
        <ThemeButton theme={theme} token={formToken} path={path} />
        <PostForm action="/ops/sign-out" token={formToken}>
          <button type="submit" class="quiet square" aria-label="Sign out" title="Sign out">
            <Icon name="door" />
          </button>
        </PostForm>
      </div>
    </div>
  </div>
)

const Badge = ({ waiting }: { waiting: number }) =>
  waiting === 0 ? null : (
    <span class="badge bad">
      {waiting > 999 ? '999+' : waiting}
      <span class="sr"> waiting</span>
    </span>
  )

const nextTheme = { auto: 'dark', dark: 'light', light: 'auto' } as const
const themeNames = { auto: 'as the system', dark: 'dark', light: 'light' } as const

const ThemeButton = ({ theme, token, path }: { theme: Theme; token: string; path: string }) => (
  <PostForm action="/ops/theme" token={token}>
    <input type="hidden" name="back" value={path} />
    <button
      type="submit"
      class="quiet square"
      name="theme"
      value={nextTheme[theme]}
      id="theme"
      aria-label={`Colours: ${themeNames[theme]}. Change to ${themeNames[nextTheme[theme]]}`}
      title={`Colours: ${themeNames[theme]} (t)`}
    >
      <Icon name={theme === 'dark' ? 'moon' : 'sun'} />
    </button>
  </PostForm>
)
