import { useNavigate } from "@tanstack/react-router";
import { Dropdown, type MenuProps } from "antd";
import { usePreferences } from "@/app/preferences.tsx";
import { useSession, useSignOut } from "@/data/session.ts";
import { useTexts } from "@/i18n/index.tsx";
import { Avatar } from "@/ui/marks.tsx";
import styles from "./Shell.module.css";

export function PersonMenu() {
  const texts = useTexts();
  const { user, tenant } = useSession();
  const { theme, setTheme, language, setLanguage } = usePreferences();
  const signOut = useSignOut();
  const navigate = useNavigate();

  const items: MenuProps["items"] = [
    {
      type: "group",
      label: texts.shell.theme,
      children: (["auto", "light", "dark"] as const).map((each) => ({
        key: `theme:${each}`,
        label: texts.shell[each],
      })),
    },
    {
      type: "group",
      label: texts.shell.language,
      children: [
        { key: "language:zh", label: <span lang="zh-CN">中文</span> },
        { key: "language:en", label: <span lang="en">English</span> },
      ],
    },
    { type: "divider" },
    { key: "out", label: texts.shell.signOut },
  ];

  const choose: MenuProps["onClick"] = ({ key }) => {
    const [what, value] = key.split(":");
    if (what === "theme") setTheme(value as "auto" | "light" | "dark");
    else if (what === "language") setLanguage(value === "en" ? "en" : "zh");
    else signOut.mutate(undefined, { onSettled: () => navigate({ to: "/sign-in", search: {} }) });
  };

  return (
    <Dropdown
      trigger={["click"]}
      placement="bottomRight"
      menu={{
        items,
        onClick: choose,
        selectable: true,
        selectedKeys: [`theme:${theme}`, `language:${language}`],
      }}
      popupRender={(menu) => (
        <div
          style={{
            background: "var(--surface)",
            borderRadius: 8,
            boxShadow: "var(--shadow)",
            paddingTop: 8,
          }}
        >
          <div className={styles.who}>
            <strong>{user.name}</strong>
            <div className="quiet small">
              {tenant.name}
              {user.org ? ` · ${user.org.name}` : ""}
            </div>
          </div>
          {menu}
        </div>
      )}
    >
      <button
        type="button"
        className={styles.iconButton}
        aria-label={`${texts.shell.person}: ${user.name}`}
      >
        <Avatar name={user.name} size={28} />
      </button>
    </Dropdown>
  );
}
