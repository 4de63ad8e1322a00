import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Popover } from "antd";
import { useState } from "react";
import { inboxHeadQuery, messageListQuery, useMarkMessages } from "@/data/messages.ts";
import { MessageItem } from "@/features/inbox/MessageItem.tsx";
import { useTexts } from "@/i18n/index.tsx";
import { Icon } from "@/ui/Icon.tsx";
import { Failure, Skeleton } from "@/ui/states.tsx";
import styles from "./Shell.module.css";

const SHOWN = 8;

/** The bell: how much is unread, and the newest of it. */
export function Bell() {
  const { inbox } = useTexts();
  const unread = useQuery(inboxHeadQuery).data?.unread ?? 0;
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      destroyOnHidden
      content={<Newest onGo={() => setOpen(false)} />}
    >
      <button
        type="button"
        className={styles.iconButton}
        aria-label={unread > 0 ? inbox.bellCount(unread) : inbox.bell}
        aria-expanded={open}
      >
        <Icon name="bell" />
        {unread > 0 && (
          <span className={styles.count} aria-hidden="true">
            {inbox.count(unread)}
          </span>
        )}
      </button>
    </Popover>
  );
}

function Newest({ onGo }: { onGo: () => void }) {
  const { inbox } = useTexts();
  const { data, error, refetch } = useInfiniteQuery(messageListQuery({ unread: false }));
  const mark = useMarkMessages();
  const messages = data?.pages[0]?.items.slice(0, SHOWN) ?? [];
  return (
    <div className={styles.pop}>
      {error && <Failure error={error} onRetry={() => refetch()} />}
      {!data && !error && <Skeleton lines={3} />}
      {data && messages.length === 0 && <p className={styles.popEmpty}>{inbox.emptyHint}</p>}
      {messages.map((message) => (
        <MessageItem
          key={message.id}
          message={message}
          onOpen={({ id, read }) => {
            if (!read) mark.mutate({ ids: [id] });
            onGo();
          }}
        />
      ))}
      <Link to="/inbox" className={styles.popAll} onClick={onGo}>
        {inbox.seeAll}
      </Link>
    </div>
  );
}
