const PATHS = {
  home: "M3.5 9.5 10 4l6.5 5.5V16a.5.5 0 0 1-.5.5h-4v-5H8v5H4a.5.5 0 0 1-.5-.5z",
  inbox:
    "M3.5 11.5 5.6 4.6A.8.8 0 0 1 6.4 4h7.2c.4 0 .7.2.8.6l2.1 6.9V15a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1zm0 0H7c.3 1.4 1.5 2.2 3 2.2s2.7-.8 3-2.2h3.5",
  plus: "M10 4v12M4 10h12",
  sliders: "M3.5 6h6M13.5 6h3M3.5 14h3M10.5 14h6M11.5 4v4M8.5 12v4",
  search: "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l3.5 3.5",
  bell: "M10 3.5a4.3 4.3 0 0 0-4.3 4.3c0 4-1.7 5.2-1.7 5.2h12s-1.7-1.2-1.7-5.2A4.3 4.3 0 0 0 10 3.5zM8.5 15.8a1.7 1.7 0 0 0 3 0",
  bellOff:
    "M10 3.5a4.3 4.3 0 0 0-4.3 4.3c0 4-1.7 5.2-1.7 5.2h9.5M14.3 10.2V7.8a4.3 4.3 0 0 0-1.6-3.3M8.5 15.8a1.7 1.7 0 0 0 3 0M4 3.5l12.5 13",
  user: "M10 10a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 10 10zM3.8 16.5c.6-2.7 3-4.2 6.2-4.2s5.6 1.5 6.2 4.2",
  users:
    "M7.5 9.5a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM2.5 16c.4-2.5 2.3-3.9 5-3.9s4.6 1.4 5 3.9M12.5 4.2a2.7 2.7 0 0 1 0 5.1M14.5 12.3c1.7.5 2.7 1.8 3 3.7",
  lock: "M6 9V6.5a4 4 0 0 1 8 0V9M5 9h10v7.5H5zM10 12v1.8",
  send: "M3.5 10 16.5 4l-4 12.5-3-5zM9.5 11.5l7-7.5",
  clip: "M14.5 9.5 9.3 14.7a3 3 0 0 1-4.2-4.3l5.9-5.9a2 2 0 0 1 2.9 2.9L8 13.2a1 1 0 0 1-1.4-1.4l5-5",
  clock: "M10 16.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM10 6.5V10l2.5 1.5",
  pause: "M7.5 5v10M12.5 5v10",
  check: "M4.5 10.5 8.5 14.5 15.5 6",
  close: "M5 5l10 10M15 5 5 15",
  chevronDown: "M5.5 8l4.5 4.5L14.5 8",
  chevronRight: "M8 5.5l4.5 4.5L8 14.5",
  arrowLeft: "M16 10H4.5M9 5l-5 5 5 5",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  star: "M10 3.5l2 4.2 4.6.6-3.4 3.2.9 4.6-4.1-2.3-4.1 2.3.9-4.6L3.4 8.3l4.6-.6z",
  spark:
    "M10 3.5c.6 3.6 2.9 5.9 6.5 6.5-3.6.6-5.9 2.9-6.5 6.5-.6-3.6-2.9-5.9-6.5-6.5 3.6-.6 5.9-2.9 6.5-6.5z",
  flow: "M3.5 5.5h4v3h-4zM12.5 5.5h4v3h-4zM8 13h4v3.5H8zM7.5 7h5M10 7v6",
  link: "M8.5 11.5a3 3 0 0 0 4.3 0l2.3-2.3a3 3 0 0 0-4.3-4.3l-.9.9M11.5 8.5a3 3 0 0 0-4.3 0l-2.3 2.3a3 3 0 0 0 4.3 4.3l.9-.9",
  file: "M6 3.5h5.5l3.5 3.5v9.5H6zM11.5 3.5V7H15",
  gear: "M10 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM10 3v2M10 15v2M3 10h2M15 10h2M5 5l1.5 1.5M13.5 13.5 15 15M15 5l-1.5 1.5M6.5 13.5 5 15",
  expand: "M11.5 3.5h5v5M16.5 3.5l-6 6M8.5 16.5h-5v-5M3.5 16.5l6-6",
  panel: "M3.5 4.5h13v11h-13zM12.5 4.5v11",
  table: "M3.5 4.5h13v11h-13zM3.5 8.2h13M3.5 11.8h13M8.5 4.5v11",
  chart: "M4 16.5V10M8 16.5V5M12 16.5v-4.5M16 16.5V7.5",
  pin: "M10 17s5-4.6 5-8.5a5 5 0 0 0-10 0C5 12.4 10 17 10 17zM10 10.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4z",
  device: "M4 4.5h12v8.5H4zM7.5 16.5h5M10 13v3.5",
  up: "M10 16V4.5M5 9l5-5 5 5",
  drag: "M10 5v10",
  undo: "M7 5 3.5 8.5 7 12M3.5 8.5h8a4.5 4.5 0 0 1 0 9H9",
  warn: "M10 3.5 17 16H3zM10 8v3.5M10 13.7v.1",
  filter: "M3.5 5h13M6 10h8M8.5 15h3",
  eye: "M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5zM10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
} as const;

export type IconName = keyof typeof PATHS;

/** A line icon on a 20-unit grid; decoration only, so the word beside it or the button's label speaks. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" ? 2.4 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
