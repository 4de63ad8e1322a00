import { useQuery } from "@tanstack/react-query";
import type { NavigateOptions } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { usePreferences } from "@/app/preferences.tsx";
import { searchQuery, ticketTypesQuery, viewsQuery } from "@/data/tickets.ts";
import { usePick, useTexts } from "@/i18n/index.tsx";
import { useDebounced } from "@/lib/hooks.ts";
import { Icon, type IconName } from "@/ui/Icon.tsx";
import { StatusTag } from "@/ui/marks.tsx";
import styles from "./Palette.module.css";

interface Entry {
  id: string;
  group: string;
  label: string;
  detail?: React.ReactNode;
  icon: IconName;
  run: () => void;
}

interface PaletteProps {
  onClose: () => void;
  onGo: (target: NavigateOptions) => void;
}

/** One field to go anywhere: pages, views, ticket types and the tickets themselves. */
export function Palette({ onClose, onGo }: PaletteProps) {
  const texts = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const entries = useEntries(text.trim(), onGo, onClose);
  const current = Math.min(at, entries.length - 1);

  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);

  const handleKeyDown = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setAt(Math.min(current + 1, entries.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(current - 1, 0));
    else if (event.key === "Enter") entries[current]?.run();
    else return;
    event.preventDefault();
  };

  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-label={texts.shell.paletteTitle}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
      onKeyDown={handleKeyDown}
    >
      <div className={styles.field}>
        <Icon name="search" />
        <input
          className={styles.input}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          placeholder={texts.shell.palette}
          aria-label={texts.shell.paletteTitle}
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={entries[current] ? `palette-${current}` : undefined}
        />
      </div>
      <div
        id="palette-list"
        role="listbox"
        aria-label={texts.shell.paletteTitle}
        className={styles.list}
      >
        {entries.map((entry, i) => (
          <div key={entry.id} role="presentation">
            {entry.group !== entries[i - 1]?.group && (
              <div className={styles.group} role="presentation">
                {entry.group}
              </div>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys */}
            {/* biome-ignore lint/a11y/useFocusableInteractive: focus stays in the field */}
            <div
              id={`palette-${i}`}
              role="option"
              aria-selected={i === current}
              className={i === current ? styles.current : styles.option}
              onClick={entry.run}
              onMouseMove={() => setAt(i)}
            >
              <Icon name={entry.icon} size={16} />
              <span className={styles.label}>{entry.label}</span>
              {entry.detail}
            </div>
          </div>
        ))}
      </div>
      {entries.length === 0 && <p className={styles.nothing}>{texts.shell.paletteNothing(text)}</p>}
      <p className={styles.hint}>{texts.shell.paletteHint}</p>
    </dialog>
  );
}

function useEntries(text: string, onGo: PaletteProps["onGo"], onClose: () => void): Entry[] {
  const texts = useTexts();
  const pick = usePick();
  const { setTheme, mode, setLanguage, language } = usePreferences();
  const views = useQuery(viewsQuery).data ?? [];
  const types = useQuery(ticketTypesQuery).data ?? [];
  const found = useQuery(searchQuery(useDebounced(text, 120))).data?.items ?? [];

  return useMemo(() => {
    const { shell } = texts;
    const fixed: Entry[] = [
      {
        id: "start",
        group: shell.paletteGo,
        label: shell.start,
        icon: "home",
        run: () => onGo({ to: "/" }),
      },
      {
        id: "work",
        group: shell.paletteGo,
        label: shell.work,
        icon: "inbox",
        run: () => onGo({ to: "/tickets" }),
      },
      {
        id: "design",
        group: shell.paletteGo,
        label: shell.design,
        icon: "sliders",
        run: () => onGo({ to: "/design" }),
      },
      ...views.map(
        (view): Entry => ({
          id: `view:${view.key}`,
          group: shell.paletteGo,
          label: pick(view.title),
          icon: "inbox",
          run: () => onGo({ to: "/tickets", search: { view: view.key } }),
        }),
      ),
      ...types.map(
        (type): Entry => ({
          id: `type:${type.key}`,
          group: shell.paletteTypes,
          label: pick(type.title),
          icon: "plus",
          run: () => onGo({ to: "/new/$type", params: { type: type.key } }),
        }),
      ),
      {
        id: "theme",
        group: shell.paletteActs,
        label: `${shell.theme}: ${mode === "dark" ? shell.light : shell.dark}`,
        icon: "eye",
        run: () => {
          setTheme(mode === "dark" ? "light" : "dark");
          onClose();
        },
      },
      {
        id: "language",
        group: shell.paletteActs,
        label: language === "zh" ? "English" : "中文",
        icon: "gear",
        run: () => {
          setLanguage(language === "zh" ? "en" : "zh");
          onClose();
        },
      },
    ];
    const wanted = text.toLowerCase();
    const tickets = text
      ? found.map(
          (ticket): Entry => ({
            id: ticket.id,
            group: shell.paletteTickets,
            label: `${ticket.number}  ${ticket.title}`,
            detail: <StatusTag status={ticket.status} />,
            icon: "file",
            run: () => onGo({ to: "/tickets/$number", params: { number: ticket.number } }),
          }),
        )
      : [];
    return [...tickets, ...fixed.filter((entry) => entry.label.toLowerCase().includes(wanted))];
  }, [
    texts,
    pick,
    views,
    types,
    found,
    text,
    mode,
    language,
    onGo,
    onClose,
    setTheme,
    setLanguage,
  ]);
}
