/** The icon set: 16-unit strokes, defined once per page as a sprite and referred to by name. */

const paths = {
  ban: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM3.8 3.8l8.4 8.4',
  bolt: 'M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z',
  box: 'M2.5 5 8 2l5.5 3v6L8 14l-5.5-3zM2.5 5 8 8m0 0 5.5-3M8 8v6',
  building: 'M3 14V3.5L9 2v12M9 6l4 1.5V14M1.5 14h13M5.5 6h1M5.5 9h1',
  check: 'M3 8.5 6.5 12 13 4.5',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.5V8l2.5 1.5',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  door: 'M9.5 2.5h4v11h-4M2.5 8h7m0 0L6.5 5m3 3-3 3',
  dot: 'M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  eye: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8ZM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  home: 'M2.5 7 8 2.5 13.5 7v6.5h-4v-4h-3v4h-4z',
  inbox: 'M2 9l2-6h8l2 6v4.5H2zM2 9h3.5l1 2h3l1-2H14',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.5v3.5M8 5v.1',
  key: 'M1.5 4h13v8h-13zM4 7v.1M6.7 7v.1M9.3 7v.1M12 7v.1M5 9.5h6',
  link: 'M6.5 9.5l3-3M7 4.5 8.5 3a3 3 0 0 1 4.3 4.3L11.3 9M9 11.5 7.5 13a3 3 0 0 1-4.3-4.3L4.7 7',
  logo: 'M2 13.5V4.5L8 2l6 2.5v9M5 7.5h6m0 0L9.3 5.8M11 7.5 9.3 9.2M11 11.5H5m0 0 1.7-1.7M5 11.5l1.7 1.7',
  moon: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  person: 'M8 8a2.8 2.8 0 1 0 0-5.6A2.8 2.8 0 0 0 8 8ZM2.5 14c.5-3 2.7-4.5 5.5-4.5s5 1.5 5.5 4.5',
  question: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6.3 6.2A1.8 1.8 0 1 1 8.6 8c-.5.2-.6.5-.6 1M8 11.3v.1',
  repeat: 'M13 3v3.5H9.5M3 13V9.5h3.5M12.7 6.5A5 5 0 0 0 3.6 5.5M3.3 9.5a5 5 0 0 0 9.1 1',
  route:
    'M4 13.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM12 5.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM5.5 12h5a2.5 2.5 0 0 0 0-5h-5a2.5 2.5 0 0 1 0-5H8',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.7 10.7 14 14',
  store: 'M2.5 6.5V13.5h11V6.5M1.5 6.5 3 2.5h10l1.5 4zM6.5 13.5v-4h3v4',
  sun: 'M8 11A3 3 0 1 0 8 5a3 3 0 0 0 0 6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  triangle: 'M8 2.5 14.5 13.5h-13zM8 6.5V9.5M8 11.5v.1',
  truck:
    'M1.5 4h8v7h-8zM9.5 6.5h3l2 2.5v2h-5M4.5 13a1.3 1.3 0 1 0 0-2.6 1.3 1.3 0 0 0 0 2.6ZM12 13a1.3 1.3 0 1 0 0-2.6A1.3 1.3 0 0 0 12 13Z',
  undo: 'M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6M3 6.5l3-3M3 6.5l3 3',
  warehouse: 'M1.5 13.5V6L8 2.5 14.5 6v7.5M4 13.5v-5h8v5M4 11h8',
  x: 'M4 4l8 8M12 4l-8 8',
} as const

export type IconName = keyof typeof paths

/** Decorative by itself: the text beside it says the same. */
export const Icon = ({ name }: { name: IconName }) => (
  <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <use href={`#i-${name}`} />
  </svg>
)

export const IconSprite = () => (
  <svg class="sprite" aria-hidden="true" focusable="false">
    {Object.entries(paths).map(([name, path]) => (
      <symbol id={`i-${name}`} viewBox="0 0 16 16">
        <path d={path} />
      </symbol>
    ))}
  </svg>
)
