import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Checkbox, Select } from "antd";
import type { MessageTopic } from "@/api/types.ts";
import { inboxHeadQuery, messageListQuery, useMarkMessages } from "@/data/messages.ts";
import { MessageItem } from "@/features/inbox/MessageItem.tsx";
import { useTexts } from "@/i18n/index.tsx";
import { useTitle } from "@/lib/hooks.ts";
import { Icon } from "@/ui/Icon.tsx";
import { Empty, Failure, Skeleton } from "@/ui/states.tsx";
import { toast } from "@/ui/toast.tsx";
import { Choices } from "./Choices.tsx";
import styles from "./InboxPage.module.css";

/** What I was told, newest first, and how I want to be told. */
export function InboxPage() {
  const { inbox, common } = useTexts();
  const { tab = "list" } = useSearch({ from: "/app/inbox" });
  const navigate = useNavigate({ from: "/inbox" });
  useTitle(`${inbox.title} · ${common.product}`);
  return (
    <div className={styles.page}>
      <div className={styles.top}>
        <h1>{inbox.title}</h1>
        <div className={styles.tabs}>
          {(["list", "choices"] as const).map((each) => (
            <Button
              key={each}
              type={each === tab ? "default" : "text"}
              aria-pressed={each === tab}
              onClick={() => navigate({ search: each === "list" ? {} : { tab: each } })}
            >
              {inbox[each]}
            </Button>
          ))}
        </div>
      </div>
      {tab === "list" ? <List /> : <Choices />}
    </div>
  );
}

function List() {
  const { inbox } = useTexts();
  const { unread = false, topic } = useSearch({ from: "/app/inbox" });
  const navigate = useNavigate({ from: "/inbox" });
  const query = useInfiniteQuery(messageListQuery({ unread, topic }));
  const waiting = useQuery(inboxHeadQuery).data?.unread ?? 0;
  const mark = useMarkMessages();
  const messages = query.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = unread || topic !== undefined;

  const markAll = () => {
    const before = messages.filter(({ read }) => !read).map(({ id }) => id);
    mark.mutate(
      { all: true },
      {
        onSuccess: () =>
          toast(inbox.marked, {
            act: {
              label: inbox.undo,
              run: () => mark.mutate({ ids: before.slice(0, 200), read: false }),
            },
          }),
      },
    );
  };

  return (
    <>
      <div className={styles.tools}>
        <Select<MessageTopic | "">
          aria-label={inbox.topic}
          value={topic ?? ""}
          className={styles.topic}
          onChange={(next) =>
            navigate({ search: (before) => ({ ...before, topic: next || undefined }) })
          }
          options={[
            { value: "", label: inbox.everyTopic },
            ...Object.entries(inbox.topics).map(([value, label]) => ({
              value: value as MessageTopic,
              label,
            })),
          ]}
        />
        <Checkbox
          checked={unread}
          onChange={({ target }) =>
            navigate({
              search: (before) => ({ ...before, unread: target.checked ? true : undefined }),
            })
          }
        >
          {inbox.onlyUnread}
        </Checkbox>
        <span className={styles.grow} />
        <Button disabled={waiting === 0} onClick={markAll}>
          {inbox.markAll}
        </Button>
      </div>
      {query.error && <Failure error={query.error} onRetry={() => query.refetch()} />}
      {!query.data && !query.error && <Skeleton lines={8} />}
      {query.data && messages.length === 0 && (
        <Empty
          icon="bell"
          title={unread && !topic ? inbox.allRead : filtered ? inbox.emptyFiltered : inbox.empty}
          hint={filtered ? inbox.emptyFilteredHint : inbox.emptyHint}
        >
          {filtered && <Button onClick={() => navigate({ search: {} })}>{inbox.showAll}</Button>}
        </Empty>
      )}
      <ul className={styles.list} aria-label={inbox.list}>
        {messages.map((message) => (
          <li key={message.id}>
            <MessageItem
              message={message}
              onOpen={({ id, read }) => {
                if (!read) mark.mutate({ ids: [id] });
              }}
            >
              <Button
                type="text"
                aria-label={message.read ? inbox.markUnread : inbox.markRead}
                title={message.read ? inbox.markUnread : inbox.markRead}
                icon={<Icon name={message.read ? "undo" : "check"} size={16} />}
                onClick={() => mark.mutate({ ids: [message.id], read: !message.read })}
              />
            </MessageItem>
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <div className={styles.more}>
          <Button loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
            {inbox.more}
          </Button>
        </div>
      )}
    </>
  );
}
