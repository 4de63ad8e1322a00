import { type ThemeConfig, theme } from "antd";

const shared = {
  borderRadius: 6,
  fontSize: 14,
  lineHeight: 22 / 14,
  controlHeight: 32,
  motionDurationFast: "0.1s",
  motionDurationMid: "0.14s",
  motionDurationSlow: "0.18s",
  fontFamily: "var(--font)",
  fontFamilyCode: "var(--mono)",
  wireframe: false,
};

const light = {
  colorPrimary: "#1757d6",
  colorPrimaryHover: "#0f49bd",
  colorPrimaryActive: "#0c3c9c",
  colorPrimaryBg: "#e8effc",
  colorLink: "#1757d6",
  colorLinkHover: "#0f49bd",
  colorText: "#1b2130",
  colorTextSecondary: "#5c6575",
  colorTextTertiary: "#5c6575",
  colorTextQuaternary: "#5c6575",
  colorTextDescription: "#5c6575",
  colorTextPlaceholder: "#667080",
  colorTextDisabled: "#737c8b",
  colorBgBase: "#ffffff",
  colorBgContainer: "#ffffff",
  colorBgElevated: "#ffffff",
  colorBgLayout: "#f6f7f9",
  colorBorder: "#c3c9d3",
  colorBorderSecondary: "#e4e7ec",
  colorSplit: "#e4e7ec",
  colorError: "#b3261e",
  colorErrorHover: "#951f18",
  colorWarning: "#875100",
  colorSuccess: "#1c672a",
};

const dark = {
  colorPrimary: "#6ea0ff",
  colorPrimaryHover: "#8cb4ff",
  colorPrimaryActive: "#5a8ff5",
  colorPrimaryBg: "#1a2740",
  colorLink: "#6ea0ff",
  colorLinkHover: "#8cb4ff",
  colorText: "#e6e9ef",
  colorTextSecondary: "#98a2b3",
  colorTextTertiary: "#98a2b3",
  colorTextQuaternary: "#98a2b3",
  colorTextDescription: "#98a2b3",
  colorTextPlaceholder: "#8b95a6",
  colorTextDisabled: "#8b95a6",
  colorBgBase: "#161a20",
  colorBgContainer: "#161a20",
  colorBgElevated: "#1c2128",
  colorBgLayout: "#0f1216",
  colorBorder: "#3c4552",
  colorBorderSecondary: "#262c35",
  colorSplit: "#262c35",
  colorError: "#ff938b",
  colorErrorHover: "#ffaca6",
  colorWarning: "#efb65a",
  colorSuccess: "#7fce8b",
};

/** The Ant Design theme that matches `tokens.css`. */
export function antdTheme(mode: "light" | "dark"): ThemeConfig {
  const colours = mode === "dark" ? dark : light;
  const base = mode === "dark" ? theme.darkAlgorithm : theme.defaultAlgorithm;
  return {
    // The algorithms derive a primary of their own; ours is exact because its contrast was checked.
    algorithm: (seed, map) => ({ ...base(seed, map), ...colours }),
    token: {
      ...shared,
      colorPrimary: colours.colorPrimary,
      colorTextLightSolid: mode === "dark" ? "#0c1119" : "#ffffff",
    },
    components: {
      Button: {
        primaryShadow: "none",
        defaultShadow: "none",
        dangerShadow: "none",
        fontWeight: 500,
      },
      Tooltip: { colorBgSpotlight: mode === "dark" ? "#e6e9ef" : "#1b2130" },
      Select: { optionSelectedBg: colours.colorPrimaryBg },
      Modal: { titleFontSize: 16 },
    },
  };
}
