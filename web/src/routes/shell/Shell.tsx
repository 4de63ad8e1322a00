import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { LiveProvider, useLive } from "@/data/live.tsx";
import { useSession } from "@/data/session.ts";
import { useTexts } from "@/i18n/index.tsx";
import { Icon, type IconName } from "@/ui/Icon.tsx";
import { Boundary, Crash, Skeleton } from "@/ui/states.tsx";
import { Bell } from "./Bell.tsx";
import { PersonMenu } from "./PersonMenu.tsx";
import styles from "./Shell.module.css";

const Palette = lazy(() => import("./Palette.tsx").then((module) => ({ default: module.Palette })));

export function Shell() {
  return (
    <LiveProvider>
      <Frame />
    </LiveProvider>
  );
}

function Frame() {
  const texts = useTexts();
  const [paletteOpen, setPaletteOpen] = useState(false);
  const navigate = useNavigate();
  const { permissions } = useSession();
  const { connected } = useLive();

  useEffect(() => {
    const handle = (event: KeyboardEvent) => {
      if (
        (event.ctrlKey || event.metaKey) &&
        event.key.toLowerCase() === "k" &&
        !event.isComposing
      ) {
        event.preventDefault();
        setPaletteOpen(true);
      }
    };
    document.addEventListener("keydown", handle);
    return () => document.removeEventListener("keydown", handle);
  }, []);

  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">
        {texts.shell.skip}
      </a>
      <nav className={styles.rail} aria-label={texts.shell.mainNavigation} data-print="no">
        <Link to="/" className={styles.mark} aria-label={texts.common.product} tabIndex={-1}>
          <svg viewBox="0 0 32 32" width="30" height="30" aria-hidden="true">
            <rect width="32" height="32" rx="8" fill="var(--accent)" />
            <path
              d="M9 10h14M16 10v12M8 22h16"
              stroke="var(--on-accent)"
              strokeWidth="3"
              strokeLinecap="round"
              fill="none"
            />
          </svg>
        </Link>
        <RailLink to="/" icon="home" label={texts.shell.start} exact />
        <RailLink to="/tickets" icon="inbox" label={texts.shell.work} />
        {permissions.includes("ticket.create") && (
          <RailLink to="/new" icon="plus" label={texts.shell.create} />
        )}
        {permissions.includes("definition.read") && (
          <RailLink to="/design" icon="sliders" label={texts.shell.design} />
        )}
      </nav>
      <header className={styles.bar} data-print="no">
        <button type="button" className={styles.command} onClick={() => setPaletteOpen(true)}>
          <Icon name="search" size={16} />
          <span className={styles.commandText}>{texts.shell.palette}</span>
          <kbd className={styles.kbd}>Ctrl K</kbd>
        </button>
        <span className={styles.grow} />
        <Bell />
        <PersonMenu />
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        {!connected && (
          <p className={styles.offline} role="status">
            {texts.common.offline}
          </p>
        )}
        <Boundary fallback={(_, reset) => <Crash onRetry={reset} />}>
          <Suspense fallback={<Skeleton lines={6} />}>
            <Outlet />
          </Suspense>
        </Boundary>
      </main>
      {paletteOpen && (
        <Suspense fallback={null}>
          <Palette
            onClose={() => setPaletteOpen(false)}
            onGo={(target) => {
              setPaletteOpen(false);
              void navigate(target);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}

interface RailLinkProps {
  to: "/" | "/tickets" | "/new" | "/design";
  icon: IconName;
  label: string;
  exact?: boolean;
}

function RailLink({ to, icon, label, exact = false }: RailLinkProps) {
  return (
    <Link
      to={to}
      className={styles.railLink}
      activeOptions={{ exact, includeSearch: false }}
      activeProps={{ className: styles.railActive, "aria-current": "page" }}
    >
      <Icon name={icon} size={20} />
      <span>{label}</span>
    </Link>
  );
}
