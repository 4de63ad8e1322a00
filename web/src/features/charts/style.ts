/** Reads the colours of the theme that is on; charts cannot use CSS variables on a canvas. */
export function palette() {
  const css = getComputedStyle(document.documentElement);
  const colour = (name: string) => css.getPropertyValue(`--${name}`).trim();
  return {
    text: colour("text"),
    quiet: colour("quiet"),
    hairline: colour("hairline"),
    surface: colour("surface"),
    accent: colour("accent"),
    overdue: colour("overdue"),
    status: {
      new: colour("new"),
      open: colour("open"),
      waiting: colour("waiting"),
      solved: colour("solved"),
      closed: colour("closed"),
    } as Record<string, string>,
    font: css.getPropertyValue("--font").trim(),
  };
}

export type Palette = ReturnType<typeof palette>;

/** Thin axes, no frame, words of the page's size. */
export function baseOption(colours: Palette) {
  const quietText = { color: colours.quiet, fontSize: 12, fontFamily: colours.font };
  return {
    animationDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 160,
    textStyle: { fontFamily: colours.font, color: colours.text },
    tooltip: {
      trigger: "axis" as const,
      // Drawn on the canvas: the HTML tooltip would need inline styles.
      renderMode: "richText" as const,
      axisPointer: { type: "line" as const, lineStyle: { color: colours.hairline } },
      backgroundColor: colours.surface,
      borderColor: colours.hairline,
      textStyle: { color: colours.text, fontSize: 12, fontFamily: colours.font },
      confine: true,
    },
    axis: {
      axisLine: { lineStyle: { color: colours.hairline } },
      axisTick: { show: false },
      axisLabel: quietText,
      splitLine: { lineStyle: { color: colours.hairline, width: 1 } },
    },
  };
}
